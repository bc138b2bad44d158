import { type Selectable, type Transaction, sql } from 'kysely';
import type { Judged } from '../../activities/review-ports.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { openRequest } from './information-rows.ts';
import { json } from '../../canonical.ts';
import { silence } from './notify.ts';
import { type Entry, recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';
import { type Recorded, type VerdictEnd, insertVerdict, verdictEntry } from './verdict-rows.ts';

/** Records a question to the submitter. The task stays; what was to be told about it meanwhile is not. */
export async function askSubmitter(
  trx: Transaction<Tables>,
  input: Recorded & { ask: NonNullable<Recorded['ask']> },
  { case_id: caseId, task_no: taskNo }: Selectable<Tables['review_tasks']>,
  { verdictId, at }: Pick<VerdictEnd, 'verdictId' | 'at'>,
): Promise<Judged | { refusal: Refusal }> {
  const { requestId, question, askedBy, askedOf, proposeAgain, answerBy } = input.ask.request;
  const asked = await openRequest(trx, caseId, taskNo);
  if (asked) {
    const message = 'verdict: the submitter is being asked already; wait for the answer.';
    return { refusal: { code: 'information-asked', message } };
  }
  const entries: Entry[] = [
    ['verdict-accepted', { ...verdictEntry(input), taskNo }],
    ['information-asked', { taskNo, requestId, question, by: askedBy, of: askedOf, answerBy, proposeAgain }],
  ];
  const notice = { caseId, taskNo, requestId, to: askedOf, question, answerBy: answerBy.toISOString() };
  await sql`
    with verdict as (${insertVerdict(input, { verdictId, at, taskNo, cameTo: { changed: taskNo } })}), done as (
      update review_tasks set viewed_at = coalesce(viewed_at, ${at}), viewed_by = coalesce(viewed_by, ${askedBy})
      where case_id = ${caseId} and task_no = ${taskNo} returning case_id, task_no
    ), request as (
      insert into information_requests (request_id, case_id, task_no, question, asked_by, asked_of, propose_again,
        asked_at, answer_by)
      values (${requestId}, ${caseId}, ${taskNo}::int, ${textOrNull(question)}, ${textOrNull(askedBy)},
        ${textOrNull(askedOf)}, ${proposeAgain}, ${at}::timestamptz, ${answerBy}::timestamptz)
    ), silent as (${silence(at)}), notice as (
      insert into outbox (case_id, task_no, kind, payload, not_before)
      select case_id, task_no, 'information-asked', ${json(notice)}::jsonb, ${at}::timestamptz from done
    )
    select ${recordInCase(caseId, at, entries, { stage: 'information-asked' })} from done`.execute(trx);
  return { kind: 'accepted', decision: null, changed: taskNo };
}
