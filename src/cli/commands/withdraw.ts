import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { safe } from '../text.ts';

export function addWithdraw(program: Command, cli: Cli): void {
  program
    .command('withdraw')
    .description('take an open case back; what it has written is undone')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--by <name>', 'who takes it back (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .action(async (text: string, { by, reason }: { by?: string; reason: string }) => {
      const { caseId } = await findCase(cli.api(), text);
      await cli.api().withdraw({ caseId, by: by ?? (await cli.user()), reason });
      cli.out(`${safe(caseId)} is being taken back. See: countersign show ${safe(caseId)}`);
    });
}
