import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

export function addConfirm(program: Command, cli: Cli): void {
  decideOptions(program.command('confirm').description('say that you settled an effect in doubt by hand'))
    .requiredOption('--reason <text>', 'what you did, for the audit trail')
    .action(async (text: string, options: DecideOptions & { reason: string }) => {
      await decide(cli, text, options, () => ({ verdict: 'confirm', reason: options.reason }));
    });
}
