import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

export function addReject(program: Command, cli: Cli): void {
  decideOptions(program.command('reject').description('end the case without an effect'))
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, options: DecideOptions & { reason: string }) => {
      await decide(cli, text, options, () => ({ verdict: 'reject', reason: options.reason }));
    });
}
