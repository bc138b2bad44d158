import { type Selectable, type Transaction, sql } from 'kysely';
import type { AnswerJudged, InformationRequests } from '../../activities/information-ports.ts';
import { answerRefusalOf, type InformationRefusal } from '../../domain/information.ts';
import { requestsWhere } from './information-rows.ts';
import { json, sha256 } from '../../canonical.ts';
import { type Entry, type Store, lockingCase, recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';
import { open, taskRow } from './tasks.ts';

type Answered = Parameters<InformationRequests['answer']>[0];

/** What submitters are asked, and what they answered. An answer and the end of its time contend for the task, under the lock of the case. */
export function informationOf({ db, clock }: Store): InformationRequests {
  return {
    get: async (requestId) => (await requestsWhere(db, sql`r.request_id = ${requestId}`))[0],

    async answer(input) {
      return await lockingCase(db, input.caseId, async (trx) => await answer(trx, input, clock()));
    },

    async refused(caseId, channel, refusal, answerId, said) {
      const at = clock();
      // Under an id of its own: whoever sends nonsense under an id keeps nobody from answering under it.
      const id = `refused/${sha256(`${answerId}\n${refusal.message}`).slice(0, 32)}`;
      await sql`
        with done as (
          insert into information_answers (case_id, answer_id, content_hash, request_id, channel, by_name, documents,
            accepted, refusal, at)
          select case_id, ${id}, '', '', ${channel}, '', '[]', false, ${json(refusal)}::jsonb, ${at}::timestamptz
          from cases where case_id = ${caseId} on conflict do nothing returning 1
        )
        select ${recordInCase(caseId, at, [['information-refused', { answerId, ...said, channel, refusal }]])} from done
      `.execute(db);
    },

    async taken(requestId) {
      const { rows } = await sql<Selectable<Tables['information_answers']> & { input_no: number }>`
        select a.*, (select count(*)::int from information_answers o
          where o.case_id = a.case_id and o.accepted and o.at <= a.at) as input_no
        from information_answers a where a.request_id = ${requestId} and a.accepted`.execute(db);
      const [row] = rows;
      if (!row) return undefined;
      const { by_name: by, documents, authentication, input_no: inputNo } = row;
      return { by, documents, authentication, inputNo };
    },

    async giveUp(requestId, opening) {
      const { caseId } = opening;
      return await lockingCase(db, caseId, async (trx) => {
        const at = clock();
        const [request] = await requestsWhere(trx, sql`r.request_id = ${requestId}`);
        if (request?.answeredAt) return 'answered';
        if (request?.givenUpAt) return 'given-up';
        if (!request?.taskOpen) return 'ended';
        await sql`update information_requests set given_up_at = ${at} where request_id = ${requestId}`.execute(trx);
        const entry: Entry = ['information-missing', { taskNo: request.taskNo, requestId, answerBy: request.answerBy }];
        await sql`select ${recordInCase(caseId, at, [entry])}`.execute(trx);
        await open(trx, opening, at);
        return 'given-up';
      });
    },
  };
}

async function answer(trx: Transaction<Tables>, input: Answered, at: Date): Promise<AnswerJudged> {
  const { caseId, answer: said, documents, channel, contentHash, authentication } = input;
  const { answerId, requestId, by } = said;
  const derivedId = `${answerId}#${contentHash.slice(0, 16)}`;
  const query = trx.selectFrom('information_answers').selectAll().where('case_id', '=', caseId);
  const former = await query.where(sql<boolean>`answer_id in (${answerId}, ${derivedId})`).execute();
  const same = former.find((row) => row.content_hash === contentHash);
  const [request] = await requestsWhere(trx, sql`r.request_id = ${requestId} and r.case_id = ${caseId}`);
  const seenOfTask = async () => (await taskRow(trx, caseId, request?.taskNo ?? 0))?.seen ?? '';
  if (same)
    return same.refusal ? { kind: 'refused', refusal: same.refusal } : { kind: 'taken', seen: await seenOfTask() };
  const reused: InformationRefusal = {
    code: 'answer-id-reused',
    message: `answerId: '${answerId}' was used for another answer; choose a new one.`,
  };
  const refusal = former.length > 0 ? reused : answerRefusalOf(request);
  const insert = sql`
    insert into information_answers (case_id, answer_id, content_hash, request_id, channel, by_name, documents, accepted,
      refusal, authentication, at)
    select case_id, ${former.length > 0 ? derivedId : answerId}, ${contentHash}, ${requestId}, ${channel},
      ${textOrNull(by)}, ${json(documents)}::jsonb, ${refusal === undefined}::boolean,
      ${refusal ? json(refusal) : null}::jsonb, ${authentication ? json(authentication) : null}::jsonb,
      ${at}::timestamptz
    from cases where case_id = ${caseId} returning 1`;
  const hashes = documents.map(({ hash }) => hash);
  const known = { by, authentication, channel };
  const entry = { answerId, requestId, taskNo: request?.taskNo, ...known, documents: hashes, contentHash };
  if (refusal || !request) {
    const told: Entry = ['information-refused', { ...entry, refusal }];
    await sql`with done as (${insert}) select ${recordInCase(caseId, at, [told])} from done`.execute(trx);
    return { kind: 'refused', refusal: refusal ?? reused };
  }
  const seen = await seenOfTask();
  const { taskNo } = request;
  await sql`
    with done as (${insert}), answered as (
      update information_requests set answered_at = ${at} where request_id = ${requestId}
    ), closed as (
      update review_tasks set closed_at = ${at} where case_id = ${caseId} and task_no = ${taskNo} returning 1
    ), silent as (
      update outbox set cancelled_at = ${at}
      where case_id = ${caseId} and sent_at is null and cancelled_at is null returning 1
    )
    select ${recordInCase(caseId, at, [['information-given', entry]], { stage: 'proposing' })}
    from closed where (select count(*) from silent) >= 0`.execute(trx);
  return { kind: 'taken', seen };
}
