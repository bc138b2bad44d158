import type { ModelRequest } from '../../src/activities/ports.ts';
import { createOpenAiModel } from '../../src/adapters/model-openai/model-openai.ts';
import type { StandInModel } from '../../src/dev/stand-in-model/server.ts';

export const MODEL = 'stand-in-large';
const SNAPSHOT = `${MODEL}-2026-11-01`;

const request: ModelRequest = {
  provider: 'gateway',
  model: MODEL,
  instructions: 'Read the total of the bill.',
  input: '<document name="bill">\nTotal: 12.00\n</document>',
  schemaName: 'a-bill',
  schema: {
    type: 'object',
    properties: { total: { type: 'string', description: "Labels: 'Total'" } },
    required: ['total'],
    additionalProperties: false,
  },
  maxOutputTokens: 500,
  timeoutMs: 30_000,
  metadata: { caseId: 'case/bills/1' },
};

/** What reached the provider, as the stand-in recorded it. */
interface Call {
  id: string;
  status: number;
  metadata: Record<string, string>;
}

/**
 * Asks through our own adapter with the provider behaving in each of the ways that matter, and says in words what came of
 * it. `url` is the provider itself or a gateway in front of it.
 */
export async function observe(url: string, api: 'responses' | 'chat', provider: StandInModel) {
  const admin = provider.url.replace(/\/v1$/, '/admin');
  const model = createOpenAiModel({ providers: { gateway: { baseURL: url, apiKey: 'sk-any', api } } });
  const counts: number[] = [];

  async function ask(behaviour: object, change: Partial<ModelRequest> = {}) {
    await fetch(`${admin}/behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) });
    await fetch(`${admin}/calls`, { method: 'DELETE' });
    const said = await model.ask({ ...request, ...change }, new AbortController().signal).then(
      (reply) => ({ reply, failure: undefined }),
      (error: unknown) => ({ reply: undefined, failure: error as Failure }),
    );
    const calls = (await (await fetch(`${admin}/calls`)).json()) as { calls: Call[] } | Call[];
    const list = Array.isArray(calls) ? calls : calls.calls;
    counts.push(list.length);
    return { ...said, call: list[0] };
  }

  const ok = await ask({});
  const busy = await ask({ status: 429, retryAfter: '7' });
  const quota = await ask({ status: 429, code: 'insufficient_quota' });
  const wrongKey = await ask({ status: 401 });
  const bad = await ask({ status: 400, code: 'context_length_exceeded' });
  const overloaded = await ask({ status: 503 });
  const refusal = await ask({ refusal: true });
  const truncated = await ask({ truncate: true });
  const hanging = await ask({ hang: true }, { timeoutMs: 3_000 });
  const { reply } = ok;
  const cost = reply && model.costMicros({ provider: 'gateway', model: MODEL }, reply.usage);
  return {
    'good answer': `${reply?.outcome} \`${reply?.text}\``,
    'usage and cost': `${reply?.usage.inputTokens} in, ${reply?.usage.outputTokens} out, ${cost} micro-units`,
    'log-probabilities': `${reply?.tokens.length ?? 0} tokens`,
    'model that answered': reply?.responseModel === SNAPSHOT ? 'with its snapshot' : `only \`${reply?.responseModel}\``,
    'id of the answer': idKept(reply?.responseId ?? '', ok.call?.id ?? ''),
    'our metadata': ok.call?.metadata['caseId'] === 'case/bills/1' ? 'arrives' : 'not sent by this API',
    '429 with Retry-After: 7': `${busy.failure?.type}, ${delayOf(busy.failure)}`,
    '429 for want of money': String(quota.failure?.type),
    'status 401': String(wrongKey.failure?.type),
    'status 400': String(bad.failure?.type),
    'status 503': String(overloaded.failure?.type),
    'error code of the 400': /context_length_exceeded/.test(bad.failure?.message ?? '')
      ? 'kept'
      : 'replaced by the status',
    'request id on an error': /\breq_/.test(bad.failure?.message ?? '') ? 'kept' : 'lost',
    refusal: refusal.reply?.outcome === 'refusal' ? 'refusal' : `${refusal.reply?.outcome}, text lost`,
    'truncated answer': String(truncated.reply?.outcome),
    'no answer in time': String(hanging.failure?.type),
    'calls to the provider per question': [...new Set(counts)].join(' to '),
  };
}

interface Failure {
  type: string;
  message: string;
  nextRetryDelay?: number;
}

/** The adapter spreads a delay by up to a tenth. */
function delayOf(failure: Failure | undefined): string {
  const delay = Number(failure?.nextRetryDelay);
  return delay >= 7_000 && delay <= 7_700 ? 'again after 7 s' : 'not told when';
}

function idKept(id: string, given: string): string {
  if (id === given) return "the provider's";
  const inside = Buffer.from(id.replace(/^resp_/, ''), 'base64').toString();
  return given !== '' && inside.includes(given) ? "the provider's, wrapped in base64" : 'another one';
}
