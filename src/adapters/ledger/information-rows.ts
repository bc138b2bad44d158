import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { InformationRequest } from '../../domain/information.ts';
import type { Tables } from './tables.ts';

/** Requests with the state of their task, oldest first; the newest of more than `most`. */
export async function requestsWhere(
  db: Kysely<Tables>,
  condition: RawBuilder<unknown>,
  most = 500,
): Promise<InformationRequest[]> {
  const { rows } = await sql<InformationRequest>`
    select r.request_id as "requestId", r.case_id as "caseId", r.task_no as "taskNo", r.question,
      r.asked_by as "askedBy", r.asked_of as "askedOf", r.propose_again as "proposeAgain", r.asked_at as "askedAt",
      r.answer_by as "answerBy", r.answered_at as "answeredAt", r.given_up_at as "givenUpAt",
      t.closed_at is null as "taskOpen"
    from information_requests r join review_tasks t using (case_id, task_no)
    where ${condition} order by r.asked_at desc, r.request_id desc limit ${most}`.execute(db);
  return rows.toReversed();
}

/** The request about a task that waits for its answer. While there is one, the time of those who are asked does not run. */
export async function openRequest(
  db: Kysely<Tables>,
  caseId: string,
  taskNo: number,
): Promise<InformationRequest | undefined> {
  return (await requestsWhere(db, openRequestOn(caseId, taskNo)))[0];
}

/** The condition of the request about a task that waits for its answer; there is at most one. */
function openRequestOn(caseId: string, taskNo: number): RawBuilder<unknown> {
  return sql`r.case_id = ${caseId} and r.task_no = ${taskNo} and r.answered_at is null and r.given_up_at is null
    and t.closed_at is null`;
}
