import type { Cli } from './context.ts';
import type { Fate } from './submit-run.ts';
import { tableText } from './table.ts';
import { cut, cutStart, oneLine } from './text.ts';

/** So many cases are listed one by one; more are only counted. */
const LISTED = 20;

type Case = Extract<Fate, { caseId: string }>;

/** The end of `countersign submit`: counts, the cases where they are few, everything that was refused with its reason. */
export function summaryText(fates: readonly Fate[], { paint, columns }: Pick<Cli, 'paint' | 'columns'>): string {
  const of = (kind: Fate['kind']) => fates.filter((fate) => fate.kind === kind);
  const cases = fates.filter((fate): fate is Case => 'caseId' in fate);
  const most = (characters: number) => (columns === undefined ? Infinity : characters);
  const parts: string[] = [];
  if (cases.length > 0 && cases.length <= LISTED) {
    const rows = cases.map(({ label, caseId, outcome, kind }) => [
      // The end of a path tells more than its beginning.
      cutStart(oneLine(label), most(36)),
      cut(oneLine(caseId), most(70)),
      outcome ?? (kind === 'known' ? 'already known' : 'submitted'),
    ]);
    parts.push(tableText(rows));
  }
  const bad = fates.filter((fate) => 'why' in fate);
  if (bad.length > 0) {
    const rows = bad
      .slice(0, LISTED)
      .map(({ label, kind, why }) => [paint.red(kind), cutStart(oneLine(label), most(50)), oneLine(why, most(160))]);
    parts.push(tableText(rows));
    if (bad.length > LISTED) parts.push(`... and ${bad.length - LISTED} more`);
  }
  const late = cases.filter(({ started }) => !started).length;
  const counts: [string, number][] = [
    ['submitted', of('submitted').length],
    ['already known', of('known').length],
    ['refused', of('refused').length],
    ['unanswered', of('unanswered').length],
  ];
  const shown = counts.filter(([name, count]) => count > 0 || name === 'submitted' || name === 'refused');
  parts.push(shown.map(([name, count]) => `${paint.bold(count.toLocaleString('en'))} ${name}`).join(', '));
  if (late > 0) parts.push(`${late} accepted while Temporal did not answer; the sweep starts them within a minute.`);
  if (of('unanswered').length > 0) parts.push('Run the same command again: what was taken is known by its key.');
  return parts.join('\n');
}
