import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

export function addReassign(program: Command, cli: Cli): void {
  decideOptions(
    program.command('reassign').description('ask another group, or a person by name, in place of who is asked now'),
  )
    .requiredOption('--to <name>', 'a group of the plan, or a person')
    .option('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, options: DecideOptions & { to: string }) => {
      const { to, reason } = options;
      await decide(cli, text, options, () => ({
        verdict: 'reassign',
        to,
        ...(reason === undefined ? {} : { reason }),
      }));
    });
}
