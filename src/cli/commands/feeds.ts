import type { Command } from 'commander';
import { UserError, type Cli } from '../context.ts';
import { feedItems, type FeedColumns } from '../feed-file.ts';
import { tableText } from '../table.ts';
import { counted, safe } from '../text.ts';
import { lengthText, minuteText } from '../times.ts';

export function addFeeds(program: Command, cli: Cli): void {
  const feeds = program
    .command('feeds')
    .description('list the feeds that packs read, with their age; or load one')
    .action(async () => {
      const { paint } = cli;
      const rows = (await cli.api().feeds()).map(({ name, asOf, ageMs, items, packs, stale }) => [
        safe(name),
        asOf === null ? 'never loaded' : minuteText(asOf),
        ageMs === null ? '' : lengthText(ageMs),
        items.toLocaleString('en'),
        stale ? paint.red('stale') : paint.green('fresh'),
        packs.map(({ id, maxAgeMs }) => `${id} (at most ${lengthText(maxAgeMs)})`).join(', '),
      ]);
      const head = ['feed', 'as of', 'age', 'items', 'state', 'read by'].map((name) => paint.dim(name));
      cli.out(tableText(rows, { head, right: [3] }));
    });

  feeds
    .command('load')
    .description('replace a whole feed by the rows of a CSV file')
    .argument('<name>', 'the feed, as countersign feeds lists it')
    .argument('<file>', 'a CSV file with a header; columns that are neither key nor text become data')
    .requiredOption('--as-of <time>', 'the moment the data stands for (ISO 8601); its age is counted from it')
    .option('--key <column>', 'the column to look up by', 'key')
    .option('--text <column>', 'the column that texts are compared with', 'text')
    .option('--number-rows', 'the file has no key: number its rows')
    .action(async (name: string, file: string, { asOf, ...columns }: { asOf: string } & FeedColumns) => {
      const at = new Date(asOf);
      if (Number.isNaN(at.getTime()))
        throw new UserError(`--as-of: '${asOf}' is no moment; write it as 2026-03-01T06:00:00Z`);
      const items = await feedItems(file, columns);
      const loaded = await cli.api().loadFeed(name, { asOf: at.toISOString(), items });
      cli.out(`${safe(loaded.name)}: ${counted(loaded.items, 'item')} loaded, as of ${loaded.asOf}`);
    });
}
