import type { Command } from 'commander';
import { UserError, type Cli } from '../context.ts';
import { findCase } from '../find-case.ts';

export function addOpen(program: Command, cli: Cli): void {
  program
    .command('open')
    .description('open a case, or the list of cases, in the Temporal UI')
    .argument('<case>', "a case (id or key), or 'ui'")
    .action(async (text: string) => {
      const api = cli.api();
      const url = text === 'ui' ? (await api.index()).links.temporalUi : (await findCase(api, text)).links.temporalUi;
      if (url === undefined) throw new UserError('The API knows no Temporal UI; start it with TEMPORAL_UI_URL set.');
      cli.out(url);
      if (!cli.browse(url)) cli.note('There is no browser here; open the address on a machine that has one.');
    });
}
