import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import type { Behaviour } from '../../../src/dev/stand-in-model/behaviour.ts';
import type { StandInModel } from '../../../src/dev/stand-in-model/server.ts';
import { startStandInModel } from '../../../src/dev/stand-in-model/server.ts';

/** A stand-in that stops with the test, and the official client for it, which retries nothing. */
export async function standIn(
  behaviour: Behaviour = {},
): Promise<{ server: StandInModel; client: OpenAI; admin: Admin }> {
  const server = await startStandInModel({ behaviour });
  onTestFinished(() => server.close());
  const client = new OpenAI({ apiKey: 'none', baseURL: server.url, maxRetries: 0, timeout: 10_000 });
  return { server, client, admin: new Admin(new URL('/admin/', server.url)) };
}

/** The admin side, over plain HTTP as an operator would use it. */
export class Admin {
  readonly #base: URL;

  constructor(base: URL) {
    this.#base = base;
  }

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, this.#base), init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** What the stand-in says it did, counted. */
  async counts(): Promise<Record<string, number>> {
    return (await this.call('GET', 'calls')).body['counts'] as Record<string, number>;
  }
}

/** An object schema as `strict` wants it. */
export function objectOf(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A prompt with solved examples and one document. */
export function promptOf(document: string, examples: [input: string, output: unknown][] = []): string {
  const solved = examples.map(
    ([input, output]) =>
      `<example><input>${escaped(input)}</input><output>${escaped(JSON.stringify(output))}</output></example>`,
  );
  return [...solved, `<document name="message.txt">\n${escaped(document)}\n</document>`].join('\n');
}

/** The body of a call to the Responses API for a schema. */
export function bodyFor(input: string, schema: Record<string, unknown>) {
  return {
    model: 'stand-in-large',
    instructions: 'Fill the schema from the document.',
    input,
    text: { format: { type: 'json_schema' as const, name: 'answer', schema, strict: true } },
    include: ['message.output_text.logprobs' as const],
    top_logprobs: 5,
  };
}

/** Asks and returns the parsed answer with the probability of the value that `text` is, from its tokens. */
export async function ask(client: OpenAI, input: string, schema: Record<string, unknown>) {
  const response = await client.responses.create(bodyFor(input, schema));
  const [message] = response.output;
  const part = message?.type === 'message' ? message.content[0] : undefined;
  const tokens = part?.type === 'output_text' ? (part.logprobs ?? []) : [];
  const json = JSON.parse(response.output_text) as Record<string, unknown>;
  return { response, json, tokens, confidenceOf: (value: string) => probability(response.output_text, value, tokens) };
}

function probability(text: string, value: string, tokens: { token: string; logprob: number }[]): number {
  const start = text.indexOf(value);
  let end = 0;
  let sum = 0;
  for (const { token, logprob } of tokens) {
    const begin = end;
    end += token.length;
    if (begin < start + value.length && end > start) sum += logprob;
  }
  return Math.exp(sum);
}
