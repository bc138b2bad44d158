import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { tableText } from '../table.ts';
import { safe } from '../text.ts';
import { minuteText } from '../times.ts';

export function addLinks(program: Command, cli: Cli): void {
  program
    .command('links')
    .description('list the links by which people may answer about a case')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .action(async (text: string) => {
      const { caseId } = await findCase(cli.api(), text);
      const links = await cli.api().links(caseId);
      if (links.length === 0) {
        cli.out('Nobody has got a link for this case.');
        return;
      }
      const rows = links.map(({ linkId, purpose, person, taskNo, state, expiresAt }) => [
        linkId,
        safe(person),
        `to ${safe(purpose)}`,
        String(taskNo),
        state,
        minuteText(expiresAt),
      ]);
      const head = ['link', 'of', 'for', 'task', 'state', 'works until'].map((name) => cli.paint.dim(name));
      cli.out(tableText(rows, { head, right: [3] }));
    });

  program
    .command('revoke-link')
    .description('take a link back: it answers nothing from now on')
    .argument('<link>', 'its id, as countersign links lists it')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--by <name>', 'who takes it back (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .action(async (linkId: string, { by, reason }: { by?: string; reason: string }) => {
      await cli.api().revokeLink({ linkId, by: by ?? (await cli.user()), reason });
      cli.out(`The link ${safe(linkId)} answers nothing any more.`);
    });
}
