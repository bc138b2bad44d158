import { randomUUID } from 'node:crypto';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { CallBegun, ModelCallRecord, ModelCalls } from '../../activities/model-call-ports.ts';
import { json, sha256, storable } from '../../canonical.ts';
import { gatesOf } from './model-gates.ts';
import { type Store, recordInCase } from './record.ts';
import { remembering } from './remembering.ts';
import type { Tables } from './tables.ts';

/** What bounds calls to models, beside the budgets that packs set. */
export interface AskingLimits {
  /** By provider; one that is not named has no limit here. */
  rates: Record<string, { requestsPerMinute: number; tokensPerMinute: number }>;
  breaker: BreakerSettings;
}

/** Opens when at least `share` of at least `minimum` calls of the last minute failed; for `cooldownMs`, then longer. */
export interface BreakerSettings {
  minimum: number;
  share: number;
  cooldownMs: number;
}

export const DEFAULT_LIMITS: AskingLimits = { rates: {}, breaker: { minimum: 10, share: 0.5, cooldownMs: 15_000 } };

/** Failures that say something about the provider and not about the request. */
const OF_PROVIDER: ReadonlySet<string> = new Set(['ProviderUnavailable', 'ProviderAuth', 'ProviderQuota']);

/** Calls to models. The start is a row without an audit entry; its end is both, in one transaction. */
export function modelCallsOf(store: Store, limits: AskingLimits): ModelCalls {
  const { db, clock } = store;
  const begun = remembering<Pick<ModelCallRecord, 'caseId' | 'requestHash' | 'provider' | 'model'>>();
  const finished = remembering<ModelCallRecord>();
  const { minimum, share, cooldownMs } = limits.breaker;

  /** The SQL call that tells the breaker; `done` must return `provider` and `model`. */
  const heard = (ok: boolean, at: Date, failure: string | null): RawBuilder<unknown> =>
    sql`gate_heard(done.provider, done.model, ${ok}, done.started_at, ${at}::timestamptz, ${failure}, ${minimum}::int, ${share}::float8,
      ${cooldownMs}::int * interval '1 ms')`;

  /** Gives the case its own row of an answer that another case bought. */
  const reuse = async (from: string, caseId: string, requestHash: string): Promise<CallBegun> => {
    const at = clock();
    const callId = randomUUID();
    await sql`
      with done as (
        insert into model_calls (call_id, case_id, request_hash, provider, model, attempt, outcome, text, tokens,
          cost_micros, response_id, response_model, started_at, finished_at, reused_from)
        select ${callId}, ${caseId}, request_hash, provider, model, 1, outcome, text, tokens, 0, response_id,
          response_model, ${at}, ${at}, call_id
        from model_calls where call_id = ${from} and request_hash = ${requestHash} returning 1
      )
      select ${recordInCase(caseId, at, [['model-answered', { callId, outcome: 'ok', reusedFrom: from, costMicros: 0 }]])}
      from done`.execute(db);
    return { kind: 'answered', callId, outcome: 'ok', costMicros: 0 };
  };

  return {
    ...gatesOf(store),

    async begin(terms) {
      const { quote, budget, caseId, requestHash, provider, model, ...rest } = terms;
      const callId = randomUUID();
      const rate = limits.rates[provider];
      const asked = {
        ...{ ...rest, ...budget, callId, caseId, requestHash, provider, model },
        callKey: `${terms.askedBy} ${requestHash}`,
        ...(quote ? { reserveMicros: quote.micros, priceVersion: quote.priceVersion } : {}),
        ...(rate ? { rate } : {}),
      };
      const { rows } = await sql<{ said: CallBegun | { kind: 'reusable'; from: string } }>`
        select begin_call(${json(asked)}::jsonb, ${clock()}::timestamptz) as said`.execute(db);
      const said = rows[0]?.said;
      if (!said) throw new TypeError('begin_call gives one row');
      if (said.kind === 'reusable') return await reuse(said.from, caseId, requestHash);
      if (said.kind === 'begun') begun.set(said.callId, { caseId, requestHash, provider, model });
      return said;
    },

    async finished(callId, caseId, reply, { costMicros, problems, goodForMs }) {
      const at = clock();
      const { outcome, usage, responseId, responseModel, latencyMs } = reply;
      const text = storable(reply.text);
      const entry = {
        ...{ callId, outcome, responseId, responseModel, usage, costMicros, latencyMs },
        ...(problems.length > 0 ? { problems } : {}),
        textHash: sha256(text),
      };
      const goodUntil = outcome === 'ok' && goodForMs > 0 ? new Date(at.getTime() + goodForMs) : null;
      const { rows } = await sql`
        with done as (
          update model_calls set outcome = ${outcome}, text = ${text}, tokens = ${json(reply.tokens)}::jsonb,
            input_tokens = ${usage.inputTokens}::int, output_tokens = ${usage.outputTokens}::int,
            cached_tokens = ${usage.cachedTokens}::int, cost_micros = ${costMicros ?? null}::bigint,
            response_id = ${storable(responseId)}, response_model = ${storable(responseModel)},
            latency_ms = ${Math.round(latencyMs)}::int, finished_at = ${at}, good_until = ${goodUntil}::timestamptz,
            problems = ${problems.length > 0 ? json(problems) : null}::jsonb
          where call_id = ${callId} and case_id = ${caseId} and outcome = 'started'
          returning provider, model, started_at, reserved_micros, cost_micros
        )
        select ${recordInCase(caseId, at, [['model-answered', entry]])}, ${heard(true, at, null)},
          settle_budget(${caseId}, done.started_at, done.reserved_micros, done.cost_micros) from done`.execute(db);
      const call = begun.get(callId);
      if (rows.length > 0 && call)
        finished.set(callId, { ...call, ...reply, callId, costMicros: costMicros ?? null, problems: [...problems] });
    },

    async failed(callId, caseId, { type, message, possiblyPaid }) {
      const at = clock();
      const entry = { callId, failureType: type, message, ...(possiblyPaid ? { possiblyPaid } : {}) };
      const telling = OF_PROVIDER.has(type) ? sql`, ${heard(false, at, type)}` : sql``;
      await sql`
        with done as (
          update model_calls set outcome = 'failed', failure_type = ${type},
            failure_message = ${storable(message)}, finished_at = ${at}, possibly_paid = ${possiblyPaid}
          where call_id = ${callId} and case_id = ${caseId} and outcome = 'started'
          returning provider, model, started_at, reserved_micros
        )
        select ${recordInCase(caseId, at, [['model-failed', entry]])}${telling},
          settle_budget(${caseId}, done.started_at, done.reserved_micros,
            case when ${possiblyPaid} then done.reserved_micros else 0 end) from done`.execute(db);
    },

    async get(callId) {
      const known = finished.get(callId);
      if (known) return known;
      const row = await db.selectFrom('model_calls').selectAll().where('call_id', '=', callId).executeTakeFirst();
      return row && recordOf(row);
    },
  };
}

function recordOf(row: Selectable<Tables['model_calls']>): ModelCallRecord {
  return {
    callId: row.call_id,
    caseId: row.case_id,
    requestHash: row.request_hash,
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
    problems: row.problems ?? [],
  };
}
