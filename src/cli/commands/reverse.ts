import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { safe } from '../text.ts';

export function addReverse(program: Command, cli: Cli): void {
  program
    .command('reverse')
    .description('undo what a written case wrote; its key may then be submitted again as the next revision')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--by <name>', 'who asks for it (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .action(async (text: string, { by, reason }: { by?: string; reason: string }) => {
      const { caseId } = await findCase(cli.api(), text);
      const { workflowId, links } = await cli.api().reverse({ caseId, by: by ?? (await cli.user()), reason });
      cli.out(`Being undone by ${safe(workflowId)}. See: countersign show ${safe(caseId)}`);
      if (links.temporalUi !== undefined) cli.out(cli.paint.dim(links.temporalUi));
    });
}
