import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { tableText } from '../table.ts';
import { safe } from '../text.ts';
import { minuteText } from '../times.ts';

export function addKeys(program: Command, cli: Cli): void {
  const keys = program
    .command('keys')
    .description('list API keys; make or revoke one')
    .action(async () => {
      const { paint } = cli;
      const rows = (await cli.api().keys()).map(({ keyId, personId, label, createdAt, expiresAt, revokedAt }) => [
        keyId,
        safe(personId),
        safe(label),
        minuteText(createdAt),
        revokedAt !== null ? paint.red('revoked') : expiresAt === null ? 'until revoked' : minuteText(expiresAt),
      ]);
      const head = ['key', 'person', 'label', 'made', 'valid until'].map((name) => paint.dim(name));
      cli.out(rows.length === 0 ? 'No keys yet. See: countersign keys make --help' : tableText(rows, { head }));
    });

  keys
    .command('make')
    .description('make a key for somebody; its secret is shown once')
    .argument('<id>', 'whose key: who uses it is that person')
    .requiredOption('--label <text>', 'what it is for')
    .action(async (personId: string, { label }: { label: string }) => {
      const { keyId, secret } = await cli.api().makeKey(personId, { label });
      cli.note(`Key ${keyId} of ${safe(personId)}. It is shown this once; use it as COUNTERSIGN_API_KEY:`);
      cli.out(secret);
    });

  keys
    .command('revoke')
    .description('end a key')
    .argument('<key>', 'as listed')
    .action(async (keyId: string) => {
      await cli.api().revokeKey(keyId);
      cli.out(cli.paint.green(`Key ${safe(keyId)} is revoked.`));
    });
}
