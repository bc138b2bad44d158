import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './errors.ts';

const MOST_BYTES = 32 * 1024 * 1024;

/** The JSON body of a request; an ApiError when there is none or it is above 32 MB. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new ApiError(413, 'The request is above 32 MB.');
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'), 'the body of your request');
}

/** Parses JSON; `what` names it in the error. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ApiError(400, `We could not parse the JSON of ${what}.`);
  }
}

/** Sends a JSON answer in one piece. */
export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Sends half of the answer, then resets the connection. */
export function sendAndReset(response: ServerResponse, body: unknown): void {
  const bytes = start(response, body);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.resetAndDestroy());
}

/** Sends the answer in small pieces until it is out or the client left. */
export async function drip(
  response: ServerResponse,
  body: unknown,
  pace: { bytes: number; everyMs: number },
): Promise<void> {
  const bytes = start(response, body);
  for (let from = 0; from < bytes.length && !response.destroyed; from += pace.bytes) {
    response.write(bytes.subarray(from, from + pace.bytes));
    await sleep(pace.everyMs);
  }
  response.end();
}

function start(response: ServerResponse, body: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  return bytes;
}

/** Waits; says false when the client left before the time was over. Without a time it waits for the client to leave. */
export async function waitWithClient(response: ServerResponse, milliseconds: number | undefined): Promise<boolean> {
  if (response.destroyed) return false;
  const left = new AbortController();
  const onClose = () => left.abort();
  response.once('close', onClose);
  try {
    if (milliseconds === undefined) await new Promise((resolve) => response.once('close', resolve));
    else await sleep(milliseconds, undefined, { signal: left.signal });
  } catch {
    // The client left; said by the signal.
  }
  response.off('close', onClose);
  return !left.signal.aborted;
}
