import type { Command } from 'commander';
import { UserError, type Cli } from '../context.ts';
import { sendVerdict } from '../decide.ts';
import { findCase } from '../find-case.ts';
import { safe } from '../text.ts';

export function addWithdrawVerdict(program: Command, cli: Cli): void {
  program
    .command('withdraw-verdict')
    .description('take an approval back within its undo window; nothing is written then, and it is asked again')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .option('--by <name>', 'who takes it back (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .option('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, { by, reason }: { by?: string; reason?: string }) => {
      const { caseId, decisions } = await findCase(cli.api(), text);
      const undo = decisions.at(-1)?.undo;
      if (!undo) throw new UserError(`${safe(caseId)} has no approval with an undo window.`);
      const why = reason === undefined ? {} : { reason };
      await sendVerdict(cli, { caseId, verdict: 'withdraw', by: by ?? (await cli.user()), seen: undo.seen, ...why });
    });
}
