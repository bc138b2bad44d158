import { z } from 'zod';
import type { Sink, SinkCapability, SinkReply, Sinks } from '../activities/ports.ts';
import { failure } from '../failures.ts';
import { retryAfterMs } from './retry-after.ts';

export interface HttpSinkConfig {
  /** Base address; collections are paths under it. */
  url: string;
  capability: SinkCapability;
  /** Sent with every call, e.g. `{ authorization: 'Bearer ...' }`. */
  headers?: Record<string, string> | undefined;
  /** Only for `look-up`: how long after a call it may still be applied. Default: 30 s. */
  settlesWithinMs?: number | undefined;
  /** For one call, answer included. Default: 10 s. */
  timeoutMs?: number;
}

/**
 * A business system behind HTTP and JSON:
 *
 * - apply: `POST <url>/<collection>`, the request plus `reference` (our key); answers 2xx with `{ id }`.
 * - reverse: `POST <url>/<collection>/<id>/reversal`, with `<key>/undo` for the key; answers 2xx with `{ id }`.
 * - look up: `GET <url>/<collection>?reference=<key>`; answers a list of `{ id, reversed? }`, bare or as `items` or
 *   `entries`.
 *
 * `Idempotency-Key` is sent where the sink declares that it honours it, and only there. A refusal is a 4xx: it ends the
 * effect and goes to a person. 408, 425, 429, 5xx, a broken connection and a timeout are thrown as `SinkUnavailable`, and
 * so is an answer that makes no sense, because the effect may have been applied; only a connection that was never made is
 * `not-sent`. A problem (RFC 9457) may settle which it is with `permanent: true` or `false`. 409 is a passing fault for a
 * sink with idempotency keys, where it means that the first request is still being worked on.
 */
export function createHttpSink(config: HttpSinkConfig): Sink {
  const { url, capability, headers = {}, timeoutMs = 10_000, settlesWithinMs = 30_000 } = config;
  const base = url.replace(/\/+$/, '');

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: { key: string; json: Record<string, unknown> },
  ): Promise<Called> {
    const address = new URL(`${base}/${path}`);
    // Without the query, which names the case.
    const where = `${method} ${address.host}${address.pathname}`;
    try {
      const response = await fetch(address, {
        method,
        headers: {
          ...headers,
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(body && capability === 'idempotency-key' ? { 'idempotency-key': headerValue(body.key) } : {}),
        },
        ...(body ? { body: JSON.stringify({ ...body.json, reference: body.key }) } : {}),
        // A followed redirect turns a POST into a GET, which answers 200 and applies nothing.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { where, response, text: await response.text(), notSent: undefined };
    } catch (error) {
      const { sent, code } = connectionFaultOf(error);
      if (!sent) return { notSent: `${where}: ${code}` };
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      throw failure('SinkUnavailable', `${where}: ${timedOut ? `no answer within ${timeoutMs} ms` : code}`);
    }
  }

  async function post(path: string, key: string, json: Record<string, unknown>): Promise<SinkReply> {
    const called = await call('POST', path, { key, json });
    if (called.notSent !== undefined) return { kind: 'not-sent', reason: called.notSent };
    const { where, response, text } = called;
    if (response.ok) {
      const entry = entrySchema.safeParse(jsonOf(text));
      if (entry.success) return { kind: 'applied', reference: entry.data.id };
      throw unavailable(where, response, 'without the id of what it wrote');
    }
    const problem = problemSchema.safeParse(jsonOf(text)).data;
    if (isRefusal(response.status, problem?.permanent, capability)) {
      return { kind: 'refused', reason: reasonOf(response.status, problem) };
    }
    throw unavailable(where, response);
  }

  return {
    capability,
    settlesWithinMs,
    apply: ({ key, collection, request }) => post(segment(collection), key, request),
    reverse: ({ key, collection, reference, request }) =>
      post(`${segment(collection)}/${segment(reference)}/reversal`, `${key}/undo`, request),
    async lookUp({ key, collection }) {
      const called = await call('GET', `${segment(collection)}?reference=${encodeURIComponent(key)}`);
      if (called.notSent !== undefined) throw failure('SinkUnavailable', called.notSent);
      const { where, response, text } = called;
      const found = response.ok ? foundSchema.safeParse(jsonOf(text)) : undefined;
      // 'Not there' leads to a second write, so nothing but a clear list is taken for it; 404 is not.
      if (!found?.success) throw unavailable(where, response, response.ok ? 'without a list of entries' : undefined);
      // One that was reversed over there was applied all the same: it is not written again.
      return (found.data.find((entry) => !entry.reversed) ?? found.data[0])?.id;
    },
  };
}

/** The sinks of this worker by name. */
export function createSinks(config: Record<string, HttpSinkConfig>): Sinks {
  const sinks = new Map(Object.entries(config).map(([name, sink]) => [name, createHttpSink(sink)]));
  return {
    sink(name) {
      const sink = sinks.get(name);
      if (sink) return sink;
      const known = [...sinks.keys()].join(', ') || 'none';
      throw failure('InvalidInput', `sink ${name}: not configured on this worker; configured: ${known}`);
    },
  };
}

const entrySchema = z.object({ id: z.union([z.string().min(1), z.int().transform(String)]) });
const listSchema = z.array(entrySchema.extend({ reversed: z.boolean().optional() }));
const foundSchema = z.union([
  listSchema,
  z.object({ items: listSchema }).transform(({ items }) => items),
  z.object({ entries: listSchema }).transform(({ entries }) => entries),
]);
const problemSchema = z.object({
  title: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
  permanent: z.boolean().optional().catch(undefined),
});
type Problem = z.infer<typeof problemSchema>;

const PASSING_4XX = [408, 425, 429];

function isRefusal(status: number, permanent: boolean | undefined, capability: SinkCapability): boolean {
  if (status < 400 || status > 499 || PASSING_4XX.includes(status)) return false;
  return permanent ?? !(status === 409 && capability === 'idempotency-key');
}

function reasonOf(status: number, problem: Problem | undefined): string {
  const said = [problem?.title, problem?.detail].filter(Boolean).join(': ');
  return (said || `the business system answered ${status}`).slice(0, 200);
}

function unavailable(where: string, response: Response, what = '') {
  const nextRetryDelayMs = retryAfterMs(response.headers, Date.now());
  const moved =
    response.status >= 300 && response.status <= 399 ? 'a redirect, which is not followed for writes' : what;
  const message = `${where}: answered ${response.status} ${moved}`.trimEnd();
  return failure('SinkUnavailable', message, nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Called = { where: string; response: Response; text: string; notSent: undefined } | { notSent: string };

/** No name, no way, no listener: nothing was sent. Any other fault may have come after the request was read. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** `fetch failed` tells nothing; its cause has the system's code. */
function connectionFaultOf(error: unknown): { sent: boolean; code: string } {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
  return { sent: !NOT_SENT.has(code), code };
}

const segment = encodeURIComponent;

/** Headers carry ASCII; keys may hold any character of the business system's own key. */
const headerValue = (key: string) => key.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
