import { mayAnswer, type Answerable } from './absence.ts';
import type { Person } from './access.ts';

/** Whom a question to a group is assigned to: nobody, who waits longest for one, or who has the fewest open ones. */
export const ASSIGNMENTS = ['pull', 'round-robin', 'least-load'] as const;
export type Assignment = (typeof ASSIGNMENTS)[number];

/** What somebody has been assigned so far. */
export interface Load {
  personId: string;
  /** Open questions. */
  open: number;
  /** ISO 8601, of the latest; absent: never. */
  lastAt?: string;
}

/** Members of a group, by id, whom a question can be assigned to: there now, not away, and allowed to answer it. */
export function assignable(group: string, question: Answerable, people: readonly Person[]): string[] {
  const fit = people.filter((one) => one.groups.includes(group) && !one.absence && mayAnswer(one, question));
  return fit.map(({ personId }) => personId);
}

/**
 * Whose turn it is. `least-load`: who has the fewest open questions, then whose last one is longest ago; `round-robin`:
 * whose last one is longest ago; then by id. Undefined: nobody is there, or the group pulls.
 */
export function assigneeOf(by: Assignment, loads: readonly Load[]): string | undefined {
  if (by === 'pull') return undefined;
  const before = (a: Load, b: Load): number =>
    (by === 'least-load' ? a.open - b.open : 0) ||
    timeOf(a) - timeOf(b) ||
    (a.personId < b.personId ? -1 : Number(a.personId > b.personId));
  return loads.toSorted(before)[0]?.personId;
}

function timeOf({ lastAt }: Load): number {
  return lastAt === undefined ? 0 : new Date(lastAt).getTime();
}
