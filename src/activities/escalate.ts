import type { AskedTimes } from './review-ports.ts';
import type { Ports } from './ports.ts';
import { decided } from './results.ts';
import { reviewTimes } from './review-times.ts';
import type { Steps } from './steps.ts';
import { taskStanding } from './task-standing.ts';

type Needs = Pick<Ports, 'reviews' | 'cases' | 'packs' | 'clock'>;

/** Someone else is asked; nothing is decided. Answers with a decision only if the ledger already holds one. */
export const escalate =
  (ports: Needs): Steps['escalate'] =>
  async ({ caseId, taskNo, group, remindAfterMs, from }) => {
    const times = await askedTimes(ports, { caseId, taskNo, group, remindAfterMs });
    const standing = await ports.reviews.escalate(caseId, taskNo, group, times, from);
    if (standing) return decided(standing);
    const asked = await taskStanding(ports, caseId, taskNo);
    if (!asked) return null;
    const { escalateAt, deadlineAt } = asked;
    return { kind: 'asked', group: asked.group, rest: asked.rest, times: { escalateAt, deadlineAt } };
  };

/** When the group is reminded and the next one asked, by the calendar as it is now. `remindAfterMs`: else the plan's. */
export async function askedTimes(
  { reviews, cases, packs, clock }: Needs,
  { caseId, taskNo, group, remindAfterMs }: { caseId: string; taskNo: number; group: string; remindAfterMs?: number },
): Promise<AskedTimes> {
  const now = clock();
  const [record, task] = await Promise.all([cases.get(caseId), reviews.task(caseId, taskNo)]);
  const plan = record?.plan;
  if (!plan?.review.timing || !task)
    return { remindAt: new Date(now.getTime() + (remindAfterMs ?? plan?.review.remindAfterMs ?? 0)) };
  return reviewTimes(packs, plan, group, { openedAt: task.openedAt, now });
}

/** The undo window is over: what was approved is written, unless it was taken back before. */
export const endUndo =
  ({ reviews }: Pick<Ports, 'reviews'>): Steps['endUndo'] =>
  async ({ caseId, decisionNo }) =>
    (await reviews.endUndo(caseId, decisionNo)) ?? null;

/** The deadline's default: reject, keep waiting, or ask someone named. It never accepts. */
export const applyDeadline =
  (ports: Needs): Steps['applyDeadline'] =>
  async ({ caseId, taskNo, kind, group }) => {
    const { reviews } = ports;
    if (kind !== 'hand-to' || group === undefined) {
      const standing = await reviews.deadline(caseId, taskNo, kind === 'reject' ? kind : 'keep-waiting');
      return standing ? decided(standing) : null;
    }
    const { remindAt, reminders } = await askedTimes(ports, { caseId, taskNo, group });
    const times = { remindAt, ...(reminders ? { reminders } : {}) };
    const standing = await reviews.deadline(caseId, taskNo, 'keep-waiting', { group, times });
    return standing ? decided(standing) : null;
  };
