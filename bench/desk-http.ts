import { percentile } from './figures.ts';

/** Kinds of request that are timed; `temporal...` go to Temporal's visibility, all others to the API over HTTP; `paired...` are asked in turn with those. */
export const KINDS = [
  'firstPage',
  'filter',
  'search',
  'counts',
  'nextItem',
  'look',
  'claim',
  'verdict',
  'pairedFilter',
  'temporalList',
  'pairedCounts',
  'temporalCount',
] as const;
export type Kind = (typeof KINDS)[number];

/** How long each request took, in ms, by kind, and what went wrong. */
export interface Timings {
  ms: Record<Kind, number[]>;
  /** What was answered otherwise than with success, apart from `overtaken`. */
  errors: string[];
  /** Claims and verdicts that came second: somebody else had the question. No errors. */
  overtaken: number;
}

export function noTimings(): Timings {
  return {
    ms: Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as Timings['ms'],
    errors: [],
    overtaken: 0,
  };
}

export interface Times {
  p50: number;
  p95: number;
  p99: number;
  count: number;
}

export function timesOf(ms: readonly number[]): Times {
  return { p50: percentile(ms, 0.5), p95: percentile(ms, 0.95), p99: percentile(ms, 0.99), count: ms.length };
}

/** Runs `work` and notes its time. Undefined when it failed, which is noted too. */
export async function timed<T>(timings: Timings, kind: Kind, work: () => Promise<T>): Promise<T | undefined> {
  const startedAt = performance.now();
  try {
    const result = await work();
    timings.ms[kind].push(performance.now() - startedAt);
    return result;
  } catch (error) {
    if (error instanceof Overtaken) timings.overtaken += 1;
    else timings.errors.push(`${kind}: ${String(error)}`);
    return undefined;
  }
}

/** Somebody else holds the question or has answered it. */
class Overtaken extends Error {
  override name = 'Overtaken';
}

const OVERTAKEN = ['claimed', 'stale', 'already-decided', 'case-not-waiting'];

/** One person at the API, by their key. Resolves with the body once it has been read. */
export type Ask = <T>(path: string, body?: unknown) => Promise<T>;

export function askAs(apiUrl: string, key: string): Ask {
  return async <T>(path: string, body?: unknown) => {
    const response = await fetch(`${apiUrl}${path}`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    const { code = '' } = JSON.parse(text) as { code?: string };
    if (OVERTAKEN.includes(code)) throw new Overtaken(code);
    throw new Error(`${response.status} ${text}`);
  };
}
