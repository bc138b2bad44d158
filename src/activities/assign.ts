import { mayNotAnswer } from '../domain/absence.ts';
import { assignable, assigneeOf, type Assignment } from '../domain/assignment.ts';
import { packNamedIn } from '../domain/case.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import { withApproval, type Approvals } from '../domain/policy.ts';
import type { TaskRecord } from './review-ports.ts';
import type { Ports } from './ports.ts';

/** A question that is put to a group. */
export interface Assignable {
  plan: { packId: string; review: Pick<ReviewPlan, 'assign' | 'fourEyes' | 'levels'> };
  submittedBy: string | null;
  group: string;
  approvals?: Approvals | undefined;
  /** Who has it, and keeps it while they fit. */
  keeps?: string | undefined;
}

/**
 * Whom of the group a question is assigned to, with people and loads as they are now. Undefined: nobody, so the group
 * pulls; also where `group` is a person. It binds nobody: two that are put at once may go to the same person.
 */
export async function assign(
  { access, reviews }: Pick<Ports, 'access' | 'reviews'>,
  { plan, submittedBy, group, approvals, keeps }: Assignable,
): Promise<string | undefined> {
  const { packId, review } = plan;
  const by: Assignment = review.assign ?? 'pull';
  if (by === 'pull') return undefined;
  const mayNot = mayNotAnswer({ ...review, submittedBy, ...(approvals ? { approvals } : {}) });
  const fit = assignable(group, { packId, mayNot }, await access.people());
  if (keeps !== undefined && fit.includes(keeps)) return keeps;
  return fit.length === 0 ? undefined : assigneeOf(by, await reviews.loads(fit));
}

/** Who has a question after this approval, while others must approve too: whoever has approved is done with it. */
export async function assignedNext(
  ports: Pick<Ports, 'access' | 'reviews'>,
  task: TaskRecord,
  by: string,
  inPlaceOf: string | undefined,
): Promise<{ assignee?: string }> {
  const { caseId, submittedBy, group, assignee: keeps } = task;
  if (!task.approvals) return {};
  const approvals = withApproval(task.approvals, by, inPlaceOf);
  const plan = { packId: packNamedIn(caseId) ?? '', review: task };
  const assignee = await assign(ports, { plan, submittedBy, group, approvals, keeps });
  return assignee === undefined ? {} : { assignee };
}
