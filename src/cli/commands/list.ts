import { InvalidArgumentError, Option, type Command } from 'commander';
import { OUTCOMES, STAGES, type CaseQuery, type CaseSummary } from '../../client/api/schema-case.ts';
import type { Cli } from '../context.ts';
import { listText } from '../list-text.ts';

const PAGE = 200;

interface Options {
  stage?: (typeof STAGES)[number];
  pack?: string;
  outcome?: (typeof OUTCOMES)[number];
  limit: number;
  json?: boolean;
}

export function addList(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('list cases, newest first')
    .addOption(new Option('--stage <stage>', 'only cases that stand there').choices(STAGES))
    .addOption(new Option('--outcome <outcome>', 'only cases that ended so').choices(OUTCOMES))
    .option('--pack <id>', 'only cases of this process pack')
    .option('--limit <n>', 'how many', atLeastOne, 30)
    .option('--json', 'one JSON object per line')
    .action(async ({ stage, pack, outcome, limit, json = false }: Options) => {
      const filter: CaseQuery = {};
      if (stage !== undefined) filter.stage = stage;
      if (pack !== undefined) filter.packId = pack;
      if (outcome !== undefined) filter.outcome = outcome;
      const cases: CaseSummary[] = [];
      let cursor: string | undefined;
      do {
        const page = { ...filter, limit: Math.min(limit - cases.length, PAGE) };
        const found = await cli.api().listCases(cursor === undefined ? page : { ...page, cursor });
        cases.push(...found.cases);
        ({ cursor } = found);
      } while (cursor !== undefined && cases.length < limit);

      if (json) for (const one of cases) cli.out(JSON.stringify(one));
      else if (cases.length === 0 && Object.keys(filter).length > 0) cli.out('No such cases.');
      else if (cases.length === 0) cli.out('No cases. Submit some with: countersign submit FILE --pack ID');
      else cli.out(listText(cases, { ...cli, now: new Date() }));
      if (cursor !== undefined) cli.note(`There are more; see them with --limit ${limit * 2}.`);
    });
}

/** A whole number from 1, as an option's value. */
export function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('Give a whole number from 1.');
}
