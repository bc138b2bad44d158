import type { Ports } from './ports.ts';
import type { TaskStanding } from './question.ts';

/** How an open task stands, as the workflow needs it; undefined when it is closed. */
export async function taskStanding(
  { reviews, cases }: Pick<Ports, 'reviews' | 'cases'>,
  caseId: string,
  taskNo: number,
): Promise<TaskStanding | undefined> {
  const [record, standing] = await Promise.all([cases.get(caseId), reviews.standing(caseId, taskNo)]);
  if (!standing) return undefined;
  const { group, rest, askedAt, dueAt, held } = standing;
  const escalateAt = standing.escalateAt ?? new Date(askedAt.getTime() + (record?.plan?.review.escalateAfterMs ?? 0));
  const times = { escalateAt: escalateAt.toISOString(), deadlineAt: dueAt.toISOString() };
  if (!held) return { group, rest, ...times };
  const { requestId, question, askedOf: of, answerBy } = held;
  return { group, rest, ...times, held: { requestId, question, of, answerBy: answerBy.toISOString() } };
}
