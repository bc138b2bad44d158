import type { Command } from 'commander';
import { caseText } from '../case-text.ts';
import type { Cli } from '../context.ts';
import { findCase } from '../find-case.ts';

export function addShow(program: Command, cli: Cli): void {
  program
    .command('show')
    .description('tell a case from receipt to write')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .option('--json', 'the case as the API gives it')
    .action(async (text: string, { json = false }: { json?: boolean }) => {
      const file = await findCase(cli.api(), text);
      cli.out(json ? JSON.stringify(file, null, 2) : caseText(file, cli.paint, new Date()));
    });
}
