import type { Ports } from './ports.ts';
import { decided } from './results.ts';
import type { Steps } from './steps.ts';

type Needs = Pick<Ports, 'reviews' | 'clock'>;

/** Someone else is asked; nothing is decided. Answers with a decision only if the ledger already holds one. */
export const escalate =
  ({ reviews, clock }: Needs): Steps['escalate'] =>
  async ({ caseId, taskNo, group, remindAfterMs }) => {
    const standing = await reviews.escalate(caseId, taskNo, group, new Date(clock().getTime() + remindAfterMs));
    return standing ? decided(standing) : null;
  };

/** The undo window is over: what was approved is written, unless it was taken back before. */
export const endUndo =
  ({ reviews }: Pick<Ports, 'reviews'>): Steps['endUndo'] =>
  async ({ caseId, decisionNo }) =>
    (await reviews.endUndo(caseId, decisionNo)) ?? null;

/** The deadline's default: reject, or keep waiting. It never accepts. */
export const applyDeadline =
  ({ reviews }: Needs): Steps['applyDeadline'] =>
  async ({ caseId, taskNo, kind }) => {
    const standing = await reviews.deadline(caseId, taskNo, kind);
    return standing ? decided(standing) : null;
  };
