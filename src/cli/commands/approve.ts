import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

export function addApprove(program: Command, cli: Cli): void {
  decideOptions(
    program
      .command('approve')
      .description('write the proposal as shown; for an effect in doubt: it is not there, try again'),
  )
    .option('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, options: DecideOptions) => {
      await decide(cli, text, options, () => ({
        verdict: 'approve',
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      }));
    });
}
