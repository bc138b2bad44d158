import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

export function addEscalate(program: Command, cli: Cli): void {
  decideOptions(program.command('escalate').description('ask the next group now'))
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, options: DecideOptions & { reason: string }) => {
      await decide(cli, text, options, () => ({ verdict: 'escalate', reason: options.reason }));
    });
}
