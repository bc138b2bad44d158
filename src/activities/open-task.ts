import { levelOf } from '../domain/policy.ts';
import { failure } from '../failures.ts';
import { digestOf } from '../packs/digest.ts';
import type { CaseRecord, TaskContent, TaskOpening } from './ledger-ports.ts';
import type { Ports } from './ports.ts';
import { reviewTimes } from './review-times.ts';
import type { Before, ReviewQuestion } from './steps.ts';

/** The history keeps the first reasons; the ledger has all. */
const MOST_REASONS = 12;

/** Opens a review task: whom it asks, how many must approve, and the short digest of what it shows. */
export async function openTask(
  { reviews, packs, clock }: Pick<Ports, 'reviews' | 'packs' | 'clock'>,
  record: CaseRecord,
  taskNo: number,
  packHash: string,
  content: TaskContent,
  before?: Before,
): Promise<TaskOpening> {
  const opening = openingOf(packs, record, taskNo, packHash, content, clock(), before);
  await reviews.open(opening);
  return opening;
}

/** The review task that a question becomes, with its digest. */
export function openingOf(
  packs: Ports['packs'],
  { caseId, plan, documents, answers }: Pick<CaseRecord, 'caseId' | 'plan' | 'documents' | 'answers'>,
  taskNo: number,
  packHash: string,
  content: TaskContent,
  now: Date,
  before?: Before,
): TaskOpening {
  if (!plan) throw failure('NotStarted', `${caseId}: no plan`);
  const { kind, output, reasons, effects, evidence, rules } = content;
  const shown = {
    ...{ caseId, taskNo, kind, packHash, output, reasons, effects, evidence, rules },
    documents: [...documents, ...answers].map(({ hash }) => hash),
  };
  const { levels = [] } = plan.review;
  const level = kind === 'proposal' ? levelOf(levels, content) : undefined;
  const higher = (level?.approvals ?? 1) > (before?.approvals.needed ?? 0);
  const needed = Math.max(level?.approvals ?? 1, before?.approvals.needed ?? 1);
  const groups = higher ? level?.groups : before?.groups;
  const ask = higher && level?.groups ? undefined : before?.ask;
  const { group, rest } = ask ?? { group: (groups ?? plan.review.groups)[0] };
  return {
    ...content,
    ...{ caseId, taskNo, seen: digestOf(shown).slice(0, 12), packHash, group },
    ...reviewTimes(packs, plan, group, { openedAt: now, now }),
    ...(needed > 1 ? { approvals: { needed, by: before?.approvals.by ?? [] } } : {}),
    ...(groups ? { groups } : {}),
    ...(rest ? { rest } : {}),
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
