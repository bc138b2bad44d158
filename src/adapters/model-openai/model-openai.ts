import { CancelledFailure } from '@temporalio/common';
import { APIError, OpenAI } from 'openai';
import type { Model, ModelReply, ModelRequest } from '../../activities/ports.ts';
import { failure } from '../../failures.ts';
import { ProviderSaysFailed, type Answer, type CallOptions } from './answer.ts';
import { askChat } from './chat.ts';
import { ADVICE, failureOfProvider } from './failures-of-provider.ts';
import { costMicros, EXAMPLE_PRICES, priceListAt, type PriceList } from './prices.ts';
import { askResponses } from './responses.ts';

export interface ProviderConfig {
  /** Default: OpenAI itself. */
  baseURL?: string;
  apiKey: string;
  /** Which endpoint to ask; default `responses`. */
  api?: 'responses' | 'chat';
}

/** Few, so that a quote is rather too high: prose has about four characters to a token, numbers and IBANs two. */
const CHARS_PER_TOKEN = 3;

const ASK = { responses: askResponses, chat: askChat };

/**
 * Models behind OpenAI-compatible endpoints, by provider name. One call is one request: nothing is repeated here, so that
 * Temporal's retries are the only ones. A model that refuses log-probabilities is asked once more without them, and from
 * then on always; its answers carry no tokens.
 */
export function createOpenAiModel(config: {
  providers: Record<string, ProviderConfig>;
  /** Dated lists; of those that hold already, the newest counts. Default: the example list. */
  prices?: readonly PriceList[];
}): Model {
  const prices = () => priceListAt(config.prices ?? [EXAMPLE_PRICES], new Date());
  const providers = new Map(
    Object.entries(config.providers).map(([name, provider]) => [
      name,
      { client: clientOf(provider), ask: ASK[provider.api ?? 'responses'] },
    ]),
  );
  const withoutLogprobs = new Set<string>();

  return {
    async ask(request, signal) {
      const provider = providers.get(request.provider);
      if (!provider) {
        const known = [...providers.keys()].join(', ') || 'none';
        throw failure('ProviderBadRequest', `provider ${request.provider}: not configured here; configured: ${known}`);
      }
      const name = `${request.provider}/${request.model}`;
      // The SDK's own timeout ends when the headers are there; a body that never comes is ours to bound.
      const deadline = AbortSignal.timeout(request.timeoutMs);
      const call = (logprobs: boolean) =>
        provider.ask(provider.client, request, {
          signal: AbortSignal.any([signal, deadline]),
          // Later than ours, so that it is always the deadline which tells that there was no answer in time.
          timeoutMs: request.timeoutMs + 1_000,
          logprobs,
        } satisfies CallOptions);
      const startedAt = performance.now();
      const timed = (answer: Answer): ModelReply => ({
        ...answer,
        latencyMs: Math.round(performance.now() - startedAt),
      });

      try {
        if (withoutLogprobs.has(name)) return timed(await call(false));
        try {
          return timed(await call(true));
        } catch (error) {
          if (!refusesLogprobs(error)) throw error;
          const answer = await call(false);
          withoutLogprobs.add(name);
          return timed(answer);
        }
      } catch (error) {
        if (signal.aborted) throw cancellationOf(signal);
        if (isFiltered(error)) return timed(filtered(request, error));
        throw failureOf(error, request, deadline.aborted);
      }
    },

    quote({ provider, model, instructions, input, schema, maxOutputTokens }) {
      const inputTokens = Math.ceil(
        (instructions.length + input.length + JSON.stringify(schema).length) / CHARS_PER_TOKEN,
      );
      const list = prices();
      const usage = { inputTokens, outputTokens: maxOutputTokens, cachedTokens: 0 };
      const micros = costMicros(list, { provider, model }, usage);
      const price = micros === undefined ? undefined : { micros, priceVersion: list.version };
      return { tokens: inputTokens + maxOutputTokens, price };
    },

    costMicros: (model, usage) => costMicros(prices(), model, usage),
  };
}

function clientOf({ baseURL, apiKey }: ProviderConfig): OpenAI {
  return new OpenAI({
    apiKey,
    // Set, all of them, so that the SDK does not look into the environment. Its debug log would hold documents.
    baseURL: baseURL ?? 'https://api.openai.com/v1',
    organization: null,
    project: null,
    logLevel: 'off',
    maxRetries: 0,
  });
}

/** What Temporal takes for the end of a cancelled activity. */
function cancellationOf(signal: AbortSignal): unknown {
  return signal.reason instanceof CancelledFailure
    ? signal.reason
    : new CancelledFailure('The model call was cancelled');
}

/** Reasoning models say so with 400 or 403; gateways with 422. */
function refusesLogprobs(error: unknown): boolean {
  if (!(error instanceof APIError) || ![400, 403, 422].includes(error.status ?? 0)) return false;
  return /logprobs/i.test(`${error.param} ${error.message}`) || /^(include|text\.include)/.test(error.param ?? '');
}

const FILTER_CODES = ['content_filter', 'content_policy_violation', 'invalid_prompt'];

/** Some providers refuse a flagged input with 400: that is an answer about the document, not a fault of the call. */
function isFiltered(error: unknown): error is APIError | ProviderSaysFailed {
  const isError = error instanceof APIError || error instanceof ProviderSaysFailed;
  return isError && error.status === 400 && FILTER_CODES.includes(error.code ?? '');
}

function filtered(request: ModelRequest, error: APIError | ProviderSaysFailed): Answer {
  return {
    outcome: 'filtered',
    text: '',
    tokens: [],
    usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0 },
    responseId: (error instanceof APIError ? error.requestID : undefined) ?? '',
    responseModel: request.model,
  };
}

function failureOf(error: unknown, { provider, model, timeoutMs }: ModelRequest, timedOut: boolean) {
  const api = error instanceof APIError ? error : undefined;
  const says = error instanceof ProviderSaysFailed ? error : undefined;
  const status = api?.status ?? says?.status;
  const code = api?.code ?? api?.type ?? says?.code ?? undefined;
  const quota = isQuota(api) ? 'insufficient_quota' : code;
  const found = failureOfProvider({ status, code: quota, headers: api?.headers, body: api?.error, now: Date.now() });
  // Spread a little, or all waiting cases come back in the same instant.
  const delay = {
    ...(found.nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs: spread(found.nextRetryDelayMs) }),
    possiblyPaid: timedOut || mayHaveAnswered(status, error),
    final: found.final === true,
  };
  const what = timedOut
    ? `no answer within ${timeoutMs} ms`
    : [status ?? 'no usable answer', plain(code), plain(api?.param), plain(api?.requestID)].filter(Boolean).join(' ');
  // No cause and none of the provider's words: both may repeat the document.
  return failure(found.type, `${provider} ${model}: ${what}; ${ADVICE[found.type]}`, delay);
}

/** Gateways drop the code and keep the sentence. */
function isQuota(api: APIError | undefined): boolean {
  return (
    api?.type === 'insufficient_quota' || (api?.status === 429 && /exceeded your current quota/i.test(api.message))
  );
}

/** The request may have reached the model, which then worked, and billed, for nobody. */
function mayHaveAnswered(status: number | undefined, error: unknown): boolean {
  if (status !== undefined) return status === 408 || status === 504 || status === 524;
  return !NEVER_SENT.has(codeIn(error) ?? '');
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeIn(error instanceof AggregateError ? error.errors[0] : error.cause);
}

const spread = (ms: number) => Math.round(ms * (1 + Math.random() * 0.1));

/** Codes and ids only, never sentences. */
const plain = (text: string | null | undefined) => (text && /^[\w.[\]-]{1,80}$/.test(text) ? text : undefined);
