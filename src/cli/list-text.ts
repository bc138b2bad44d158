import type { CaseSummary } from '../client/api/schema-case.ts';
import type { Cli } from './context.ts';
import { tableText } from './table.ts';
import { cut, safe } from './text.ts';
import { dueText, lengthText, minuteText, msBetween } from './times.ts';

/** What the other columns and the gaps take of a line. */
const OTHERS = 58;

/** One line per case. Fits into `columns`; without them nothing is cut. */
export function listText(
  cases: readonly CaseSummary[],
  { paint, columns, now }: Pick<Cli, 'paint' | 'columns'> & { now: Date },
): string {
  const width = columns === undefined ? Infinity : Math.max(Math.min(columns, 100) - OTHERS, 20);
  const rows = cases.map(({ caseId, outcome, stage, receivedAt, closedAt, owner }) => {
    const tone = outcome === 'written' ? paint.green : outcome === null ? paint.yellow : paint.red;
    const age = closedAt === null ? dueText(receivedAt, now) : `took ${lengthText(msBetween(receivedAt, closedAt))}`;
    return [
      cut(safe(caseId.replace(/^case\//, '')), width),
      tone(outcome ?? stage),
      minuteText(receivedAt).slice(5),
      cut(age, 15),
      cut(safe(owner), 14),
    ];
  });
  const head = ['case', 'state', 'received', 'age', 'owner'].map((name) => paint.dim(name));
  return tableText(rows, { head });
}
