import type { ModelReply, ModelRequest } from '../../activities/ports.ts';

/** What one endpoint of the API makes of a request; the time taken is added around it. */
export type Answer = Omit<ModelReply, 'latencyMs'>;

/** A call to one endpoint. Throws what the SDK throws, and `ProviderSaysFailed`. */
export interface CallOptions {
  signal: AbortSignal;
  timeoutMs: number;
  /** False for models that are known to refuse log-probabilities. */
  logprobs: boolean;
}

/** An answer with status 200 that says the call failed, or that is no answer of this API at all. */
export class ProviderSaysFailed extends Error {
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(status: number | undefined, code?: string) {
    super(`The provider's answer says that it failed: ${code ?? 'not an answer of this API'}`);
    this.status = status;
    this.code = code;
  }
}

/** Structured output in strict mode, with the name in the form that the API takes. */
export function jsonSchemaFormat({ schemaName, schema }: ModelRequest) {
  // zod puts a `$schema` at the top, which strict mode does not know.
  const { $schema: _, ...rest } = schema;
  return { name: schemaName.replaceAll(/[^\w-]/g, '_').slice(0, 64), schema: rest, strict: true };
}

/** `ok` only when the text is JSON. Whether it fits the schema is judged later, when cost and answer are recorded. */
export function outcomeOfText(text: string): 'ok' | 'invalid' {
  try {
    JSON.parse(text);
    return 'ok';
  } catch {
    return 'invalid';
  }
}

/** A count as some gateways give it: part of a number, a text, nothing. An answer that was paid for must not fail on it. */
export function countOf(given: unknown): number {
  const count = Math.round(Number(given));
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
