import type { Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import { UserError, type Cli } from '../context.ts';
import { itemsOf, sourcesOf, type Item } from '../items.ts';
import { progressBar, type Progress } from '../progress.ts';
import { submitItems, type Fate } from '../submit-run.ts';
import { summaryText } from '../submit-summary.ts';
import { waitForCases } from '../wait-for-cases.ts';
import { atLeastOne } from './list.ts';

interface Options {
  pack?: string;
  by?: string;
  key?: string;
  lines?: boolean;
  wait?: number | true;
}

const WAIT_SECONDS = 60;

export function addSubmit(program: Command, cli: Cli): void {
  program
    .command('submit')
    .description('submit documents as cases')
    .argument('<paths...>', "files, folders, CSV files with a column 'text', or - for standard input")
    .option('--pack <id>', 'the process pack that decides them (may be left out when there is only one)')
    .option('--by <name>', 'who submits them (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .option('--key <key>', 'the case key, for a single document')
    .option('--lines', 'standard input holds one text per line, each a case')
    .option(
      '--wait [seconds]',
      `wait until each case has ended or waits for a person (default ${WAIT_SECONDS} s)`,
      atLeastOne,
    )
    .addHelpText(
      'after',
      [
        '',
        'Each file is a case. Its key is <file name without ending>-<8 hex of the SHA-256 of the content>, so submitting',
        'a folder again creates nothing new, and a changed file is a new case. A row of a CSV file is a case: its key is',
        'in the column key or id, else derived from the file name and the text. Hidden files are left out.',
      ].join('\n'),
    )
    .action(async (paths: string[], options: Options) => {
      const { key, lines = false, wait } = options;
      const submittedBy = options.by ?? (await cli.user());
      const api = cli.api();
      const packId = await packIn(api, options.pack);
      const sources = await sourcesOf(paths);
      const [only] = sources;
      const single =
        sources.length === 1 && !(only?.path === '-' && lines) && !only?.path.toLowerCase().endsWith('.csv');
      if (key !== undefined && !single)
        throw new UserError('--key is for a single document; leave it out for several.');

      const progress = progressBar('Submitting', cli.showsProgress);
      progress.expect(sources.length);
      const given = { packId, submittedBy, lines, stdin: cli.stdin, ...(key === undefined ? {} : { key }) };
      const items = counting(itemsOf(sources, given), sources.length, progress);
      let fates: Fate[] = [];
      try {
        for await (const fate of submitItems(api, items)) {
          fates.push(fate);
          progress.step();
        }
      } finally {
        progress.stop();
      }
      if (wait !== undefined) {
        const seconds = wait === true ? WAIT_SECONDS : wait;
        fates = await waitForCases(api, fates, Date.now() + seconds * 1000);
      }
      if (fates.length === 0) throw new UserError('There was nothing to submit.');
      cli.out(summaryText(fates, cli));
      if (fates.some((fate) => 'why' in fate)) cli.failed();
    });
}

/** Rows and lines become known only while they are read: the bar grows with them. */
async function* counting(items: AsyncIterable<Item>, expected: number, progress: Progress): AsyncGenerator<Item> {
  let count = 0;
  for await (const item of items) {
    count += 1;
    if (count > expected) progress.expect(count);
    yield item;
  }
}

async function packIn(api: ApiClient, given: string | undefined): Promise<string> {
  const packs = await api.packs();
  const ids = packs.map(({ id }) => id);
  if (given !== undefined && ids.includes(given)) return given;
  if (given !== undefined) throw new UserError(`--pack: there is no pack '${given}'; there are ${ids.join(', ')}.`);
  const [first, ...others] = ids;
  if (first !== undefined && others.length === 0) return first;
  throw new UserError(`Say which process pack decides them: --pack ${ids.join(' or --pack ')}`);
}
