import { InvalidArgumentError, type Command } from 'commander';
import { ROLES, type Role } from '../../domain/access.ts';
import type { Cli } from '../context.ts';
import { tableText } from '../table.ts';
import { safe } from '../text.ts';
import { minuteText, zoneText } from '../times.ts';

interface PutOptions {
  name?: string;
  email?: string;
  role?: Role[];
  group?: string[];
  pack?: string[];
}

interface AwayOptions {
  from?: string;
  until: string;
  substitute?: string;
}

export function addPeople(program: Command, cli: Cli): void {
  const people = program
    .command('people')
    .description('list people with their roles and groups; or change who is who')
    .action(async () => {
      const { paint } = cli;
      const rows = (await cli.api().people()).map(({ personId, name, roles, groups, packs, disabled, absence }) => [
        safe(personId),
        safe(name),
        roles.join(', '),
        safe(groups.join(', ')),
        packs ? safe(packs.join(', ')) : 'all',
        disabled ? paint.red('disabled') : absence ? paint.yellow(awayText(absence)) : paint.green('here'),
      ]);
      const head = ['id', 'name', 'roles', 'groups', 'packs', 'state'].map((name) => paint.dim(name));
      cli.out(rows.length === 0 ? 'Nobody yet. See: countersign people put --help' : tableText(rows, { head }));
    });

  people
    .command('put')
    .description('add somebody, or change what is given')
    .argument('<id>', 'lower case, e.g. ada.berg')
    .option('--name <name>', 'the name that people read')
    .option('--email <address>', 'by which they are found when they log in with OpenID Connect')
    .option('--role <role...>', ROLES.join(', '), collect(roleOf))
    .option('--group <group...>', 'review groups, as the packs name them', collect(String))
    .option('--pack <pack...>', 'only these packs (default: all)', collect(String))
    .action(async (personId: string, { name, email, role, group, pack }: PutOptions) => {
      const before = (await cli.api().people()).find((one) => one.personId === personId);
      const packs = pack ?? before?.packs;
      await cli.api().putPerson(personId, {
        name: name ?? before?.name ?? personId,
        email: email ?? before?.email ?? null,
        roles: role ?? before?.roles ?? [],
        groups: group ?? before?.groups ?? [],
        ...(packs ? { packs } : {}),
      });
      cli.out(cli.paint.green(`${safe(personId)} is ${before ? 'changed' : 'added'}.`));
    });

  people
    .command('disable')
    .description('end the sessions and keys of somebody; nothing that they decided changes')
    .argument('<id>')
    .action(async (personId: string) => {
      const before = (await cli.api().people()).find((one) => one.personId === personId);
      const { name = personId, email = null, roles = [], groups = [], packs } = before ?? {};
      const entry = { name, email, roles, groups, ...(packs ? { packs } : {}), disabled: true };
      await cli.api().putPerson(personId, entry);
      cli.out(cli.paint.green(`${safe(personId)} is disabled.`));
    });

  people
    .command('away')
    .description('somebody is away, and who answers meanwhile')
    .argument('<id>')
    .requiredOption('--until <time>', 'ISO 8601, e.g. 2026-12-24T09:00:00Z', timeOf)
    .option('--from <time>', 'ISO 8601 (default: now)', timeOf)
    .option('--substitute <id>', 'who is asked meanwhile')
    .action(async (personId: string, { from = new Date().toISOString(), until, substitute }: AwayOptions) => {
      await cli.api().putAbsence(personId, { from, until, substitute: substitute ?? null });
      cli.out(cli.paint.green(`${safe(personId)} is away until ${minuteText(until)} (${zoneText()}).`));
    });

  people
    .command('forget-passkeys')
    .description('somebody has lost their passkeys: remove them, so that they can register a new one')
    .argument('<id>')
    .action(async (personId: string) => {
      const removed = await cli.api().removePasskeys(personId);
      cli.out(removed === 0 ? `${safe(personId)} has no passkey.` : cli.paint.green(`${removed} removed.`));
    });

  people
    .command('back')
    .description('somebody is back')
    .argument('<id>')
    .action(async (personId: string) => {
      await cli.api().putAbsence(personId, null);
      cli.out(cli.paint.green(`${safe(personId)} is back.`));
    });
}

function awayText({ until, substitute }: { until: string; substitute: string | null }): string {
  return `away until ${minuteText(until)}${substitute === null ? '' : `, ${safe(substitute)} answers`}`;
}

/** Options that may be given several times, or with several values at once. */
function collect<T>(read: (value: string) => T): (value: string, before: T[] | undefined) => T[] {
  return (value, before = []) => [...before, read(value)];
}

function roleOf(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (!role) throw new InvalidArgumentError(`it is none of ${ROLES.join(', ')}.`);
  return role;
}

function timeOf(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('it is no time such as 2026-12-24T09:00:00Z.');
  return time.toISOString();
}
