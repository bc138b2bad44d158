import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { ModelCallRecord, ModelCalls } from '../../activities/ledger-ports.ts';
import { json, sha256, storable } from './json.ts';
import { type Store, recordInCase } from './record.ts';
import type { Tables } from './tables.ts';

/** Calls to models. The start is a row without an audit entry; its end is both, in one transaction. */
export function modelCallsOf({ db, clock }: Store): ModelCalls {
  return {
    async answered(caseId, requestHash) {
      const row = await db
        .selectFrom('model_calls')
        .selectAll()
        .where('case_id', '=', caseId)
        .where('request_hash', '=', requestHash)
        .where('outcome', '=', 'ok')
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && recordOf(row);
    },

    async started({ caseId, requestHash, provider, model, attempt }) {
      const callId = randomUUID();
      await sql`
        insert into model_calls (call_id, case_id, request_hash, provider, model, attempt, outcome, started_at)
        values (${callId}, ${caseId}, ${requestHash}, ${provider}, ${model}, ${attempt}::int, 'started', ${clock()})
      `.execute(db);
      return callId;
    },

    async finished(callId, caseId, reply, costMicros) {
      const at = clock();
      const { outcome, usage, responseId, responseModel, latencyMs } = reply;
      const text = storable(reply.text);
      const entry = {
        callId,
        outcome,
        responseId,
        responseModel,
        usage,
        costMicros,
        latencyMs,
        textHash: sha256(text),
      };
      await sql`
        with done as (
          update model_calls set outcome = ${outcome}, text = ${text}, tokens = ${json(reply.tokens)}::jsonb,
            input_tokens = ${usage.inputTokens}::int, output_tokens = ${usage.outputTokens}::int,
            cached_tokens = ${usage.cachedTokens}::int, cost_micros = ${costMicros ?? null}::bigint,
            response_id = ${storable(responseId)}, response_model = ${storable(responseModel)},
            latency_ms = ${Math.round(latencyMs)}::int, finished_at = ${at}
          where call_id = ${callId} and case_id = ${caseId} and outcome = 'started' returning 1
        )
        select ${recordInCase(caseId, at, [['model-answered', entry]])} from done`.execute(db);
    },

    async failed(callId, caseId, failureType, message) {
      const at = clock();
      await sql`
        with done as (
          update model_calls set outcome = 'failed', failure_type = ${failureType},
            failure_message = ${storable(message)}, finished_at = ${at}
          where call_id = ${callId} and case_id = ${caseId} and outcome = 'started' returning 1
        )
        select ${recordInCase(caseId, at, [['model-failed', { callId, failureType, message }]])} from done`.execute(db);
    },

    async get(callId) {
      const row = await db.selectFrom('model_calls').selectAll().where('call_id', '=', callId).executeTakeFirst();
      return row && recordOf(row);
    },
  };
}

function recordOf(row: Selectable<Tables['model_calls']>): ModelCallRecord {
  return {
    callId: row.call_id,
    caseId: row.case_id,
    provider: row.provider,
    model: row.model,
    outcome: row.outcome,
    text: row.text,
    tokens: row.tokens,
    usage: { inputTokens: row.input_tokens, outputTokens: row.output_tokens, cachedTokens: row.cached_tokens },
    costMicros: row.cost_micros,
    responseId: row.response_id,
    responseModel: row.response_model,
    latencyMs: row.latency_ms,
  };
}
