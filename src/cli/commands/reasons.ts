import { InvalidArgumentError, type Command } from 'commander';
import type { Cli } from '../context.ts';
import { tableText } from '../table.ts';
import { safe } from '../text.ts';
import { minuteText } from '../times.ts';

export function addReasons(program: Command, cli: Cli): void {
  program
    .command('reasons')
    .description('why cases go to people, most first, and how many each reason alone sent there')
    .option('--days <number>', 'cases received in so many days up to now', daysOf, 30)
    .action(async ({ days }: { days: number }) => {
      const { paint } = cli;
      const { since, packs } = await cli.api().reasons(days);
      if (packs.length === 0) cli.out(`No case has been read since ${minuteText(since)}.`);
      for (const { packId, cases, asked, reasons } of packs) {
        cli.out(
          `${paint.bold(safe(packId))}  ${asked} of ${cases} cases went to a person (${percent(asked, cases)}) since ${minuteText(since)}`,
        );
        if (reasons.length === 0) continue;
        const head = ['reason', '', 'cases', 'of all', 'no other reason'].map((name) => paint.dim(name));
        const rows = reasons.map(({ code, what, cases: of, alone }) => [
          code,
          safe(what ?? ''),
          String(of),
          percent(of, cases),
          String(alone),
        ]);
        cli.out(`${tableText(rows, { head, right: [2, 3, 4], indent: 2 })}\n`);
      }
    });
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 366) throw new InvalidArgumentError('Give 1 to 366.');
  return days;
}
