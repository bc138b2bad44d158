import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import { readBehaviour } from './behaviour.ts';
import type { CallLog } from './calls.ts';
import { ApiError, simulatedError } from './errors.ts';
import type { FaultPlan } from './fault-plan.ts';
import { latencyOf } from './fault-plan.ts';
import { drip, parseJson, readJson, send, sendAndReset, waitWithClient } from './http.ts';
import { complete, inputTokensOf } from './model.ts';
import { digest } from './random.ts';
import { chatReply, newId, responsesReply } from './replies.ts';
import type { ModelRequest } from './request.ts';
import { readChatRequest, readResponsesRequest } from './request.ts';

const DRIP = { bytes: 16, everyMs: 50 };

/** Answers one call of either endpoint, or misbehaves as planned, and records which. */
export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: string,
  { plan, calls }: { plan: FaultPlan; calls: CallLog },
): Promise<void> {
  const at = new Date().toISOString();
  let asked: Pick<ModelRequest, 'model' | 'metadata'> = { model: '', metadata: {} };
  const record = (
    outcome: string,
    status: number,
    used: { id?: string; inputTokens?: number; outputTokens?: number } = {},
  ) =>
    calls.add({
      id: newId('call_'),
      at,
      endpoint,
      ...pick(asked),
      outcome,
      status,
      inputTokens: 0,
      outputTokens: 0,
      ...used,
    });
  const reject = (error: ApiError, outcome: string, headers: Record<string, string> = {}) => {
    record(outcome, error.status);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    send(response, error.status, error.toBody());
  };

  let call: ModelRequest;
  let own: Behaviour | undefined;
  try {
    const body = await readJson(request);
    call = endpoint === '/v1/responses' ? readResponsesRequest(body) : readChatRequest(body);
    asked = call;
    own = ownBehaviour(request.headers['x-stand-in-behaviour']);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return reject(error, 'bad-request');
  }

  const roomInMs = plan.admit({ model: call.model, tokens: tokensOf(call) });
  if (roomInMs > 0) {
    const retry = { retryAfter: String(Math.ceil(roomInMs / 1_000)), retryAfterMs: roomInMs };
    return reject(simulatedError(429, undefined), 'over-limit', retryHeaders(retry));
  }

  // Metadata names the caller's own ids; two calls that differ in nothing else are the same question.
  const key = digest(JSON.stringify({ ...call, metadata: {} }));
  const faults = plan.next({ key, model: call.model }, own);
  const latency = latencyOf(faults, key);
  if (latency > 0 && !(await waitWithClient(response, latency))) return record('client-left', 0);
  if (faults.status !== undefined || faults.code !== undefined) {
    const error = simulatedError(faults.status ?? 429, faults.code, faults.retryDelay);
    return reject(error, `status-${error.status}`, retryHeaders(faults));
  }
  if (faults.hang) {
    record('hang', 0);
    await waitWithClient(response, undefined);
    return;
  }
  const completion = complete(call, faults, key);
  const reply = endpoint === '/v1/responses' ? responsesReply(call, completion) : chatReply(call, completion);
  record(faults.reset ? 'reset' : completion.outcome, 200, { id: reply.id, ...spent(completion) });
  if (faults.reset) return sendAndReset(response, reply);
  if (faults.drip) return drip(response, reply, faults.drip === true ? DRIP : faults.drip);
  send(response, 200, reply);
}

const pick = ({ model, metadata }: Pick<ModelRequest, 'model' | 'metadata'>) => ({ model, metadata });

/** What counts against a limit: the input, and all the output that the caller leaves room for. */
const tokensOf = (call: ModelRequest) =>
  inputTokensOf(call) + (Number.isFinite(call.maxOutputTokens) ? call.maxOutputTokens : 0);

const spent = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) => ({
  inputTokens,
  outputTokens,
});

function ownBehaviour(header: string | string[] | undefined): Behaviour | undefined {
  if (header === undefined) return undefined;
  const read = readBehaviour(parseJson(String(header), 'the header x-stand-in-behaviour'));
  if (!read.ok) throw new ApiError(400, `x-stand-in-behaviour: ${read.message}`, { param: read.field });
  if (read.behaviour.limit) throw new ApiError(400, 'limit: is over all calls, not for one', { param: 'limit' });
  return read.behaviour;
}

function retryHeaders({
  retryAfter,
  retryAfterMs,
}: {
  retryAfter?: string | undefined;
  retryAfterMs?: number | undefined;
}) {
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
  };
}
