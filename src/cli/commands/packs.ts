import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { tableText } from '../table.ts';

export function addPacks(program: Command, cli: Cli): void {
  program
    .command('packs')
    .description('list the process packs')
    .action(async () => {
      const packs = await cli.api().packs();
      const rows = packs.map(({ id, title, owner, accepts }) => [id, title, owner, accepts.mediaTypes.join(', ')]);
      cli.out(tableText(rows, { head: ['pack', 'title', 'owner', 'takes'].map((name) => cli.paint.dim(name)) }));
    });
}
