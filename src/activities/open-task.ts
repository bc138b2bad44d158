import { levelOf } from '../domain/policy.ts';
import { digestOfShown, shownOf } from '../countersignature/shown.ts';
import type { AboutCase } from './about-case.ts';
import type { TaskContent, TaskOpening } from './review-ports.ts';
import type { Ports } from './ports.ts';
import { reviewTimes } from './review-times.ts';
import type { Before, ReviewQuestion } from './question.ts';

/** The history keeps the first reasons; the ledger has all. */
const MOST_REASONS = 12;
/** So much of the digest people carry along. */
const SEEN_DIGITS = 12;

/** Opens a review task: whom it asks, how many must approve, and the digest of what it shows. */
export async function openTask(
  { reviews, packs, clock }: Pick<Ports, 'reviews' | 'packs' | 'clock'>,
  about: AboutCase,
  taskNo: number,
  packHash: string,
  content: TaskContent,
  before?: Before,
): Promise<TaskOpening> {
  const opening = openingOf(packs, about, taskNo, packHash, content, clock(), before);
  await reviews.open(opening);
  return opening;
}

/** The review task that a question becomes, with its digest. */
export function openingOf(
  packs: Ports['packs'],
  about: AboutCase,
  taskNo: number,
  packHash: string,
  content: TaskContent,
  now: Date,
  before?: Before,
): TaskOpening {
  const { plan, caseId } = about.shown;
  const level = content.kind === 'proposal' ? levelOf(plan.review.levels ?? [], content) : undefined;
  const higher = (level?.approvals ?? 1) > (before?.approvals.needed ?? 0);
  const needed = Math.max(level?.approvals ?? 1, before?.approvals.needed ?? 1);
  const groups = higher ? level?.groups : before?.groups;
  const ask = higher && level?.groups ? undefined : before?.ask;
  const { group, rest, standsFor } = ask ?? { group: (groups ?? plan.review.groups)[0] };
  const task = {
    ...{ ...content, taskNo, packHash },
    ...(needed > 1 ? { approvals: { by: [], ...before?.approvals, needed } } : {}),
    ...(before?.amends ? { amends: before.amends } : {}),
  };
  const digest = digestOfShown(shownOf(about.shown, task, about.call));
  return {
    ...task,
    ...{ caseId, digest, seen: digest.slice(0, SEEN_DIGITS), group },
    ...reviewTimes(packs, plan, group, { openedAt: now, now }),
    ...(groups ? { groups } : {}),
    ...(rest ? { rest } : {}),
    ...(standsFor === undefined ? {} : { standsFor }),
  };
}

/** A task as the workflow puts it to people. */
export function questionOf(task: TaskOpening): ReviewQuestion {
  const { taskNo, kind, seen, reasons, effects, approvals, groups, escalateAt, dueAt, group, rest } = task;
  return {
    kind: 'review',
    taskNo,
    taskKind: kind,
    seen,
    reasons: reasons.slice(0, MOST_REASONS),
    effects: effects.map(({ title }) => title),
    ...(approvals ? { approvals } : {}),
    ...(groups ? { groups } : {}),
    ...(rest ? { group, rest } : {}),
    ...(escalateAt ? { times: { escalateAt: escalateAt.toISOString(), deadlineAt: dueAt.toISOString() } } : {}),
  };
}
