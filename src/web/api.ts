import type { ProblemBody } from '../client/api/schema-problem.ts';
import { loggedOut, sessionHeaders } from './session.ts';

/** The API answered with a problem. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly status: number;
  readonly code: string;

  constructor({ status, code, detail }: Pick<ProblemBody, 'status' | 'code' | 'detail'>) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** Nothing answered, or only that it cannot now: the same may be sent again. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 503 || error.status === 502 || error.status === 504;
}

/** @throws ApiProblem for a problem answer, TypeError when nothing answers */
export async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

/** Undefined for an answer without a body. */
export async function send<T = void>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await call(path, { method, ...bodyOf(body) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Hands over each line of an NDJSON answer as it comes. */
export async function sendForLines<T>(path: string, body: unknown, take: (line: T) => void): Promise<void> {
  await eachLine(await call(path, { method: 'POST', ...bodyOf(body) }), take);
}

export async function getLines<T>(path: string, take: (line: T) => void): Promise<void> {
  await eachLine(await call(path), take);
}

export async function getBytes(path: string): Promise<ArrayBuffer> {
  return await (await call(path)).arrayBuffer();
}

/** The path of a case under another one; its parts are encoded, because keys may hold `%`, `?` or `#`. */
export function under(base: string, caseId: string): string {
  return `${base}/${caseId.split('/').map(encodeURIComponent).join('/')}`;
}

export function query(values: Record<string, string | number | boolean | undefined>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

function bodyOf(body: unknown): RequestInit {
  return body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...init, headers: { ...sessionHeaders(), ...init.headers } });
  if (response.ok) return response;
  const body = (await response.json().catch(() => undefined)) as Partial<ProblemBody> | undefined;
  if (response.status === 401) loggedOut();
  const { code = 'no-answer', detail = `${response.status} ${response.statusText}` } = body ?? {};
  throw new ApiProblem({ status: response.status, code, detail });
}

async function eachLine<T>(response: Response, take: (line: T) => void): Promise<void> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(JSON.parse(line) as T);
  }
  if (rest !== '') take(JSON.parse(rest) as T);
}
