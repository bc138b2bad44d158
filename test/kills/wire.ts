import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Where a call stops: before the business system gets it, or after it was applied and before the caller knows. */
export type Stop = 'before' | 'after';

/**
 * The wire between the worker and the business system. It can hold calls back at a known point, so that a kill hits
 * exactly there; `cut` then drops them, as a connection does whose other end is gone.
 */
export class Wire {
  readonly #server: Server;
  readonly #target: string;
  #stops: (path: string) => Stop | undefined = () => undefined;
  #held: ServerResponse[] = [];

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on a free port and returns its base address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on writes (POST) stop where `stops` says; look-ups always pass. */
  hold(stops: (path: string) => Stop | undefined): void {
    this.cut();
    this.#stops = stops;
  }

  /** How many calls were held since `hold`; on a slow machine the first may have been given up by now. */
  get held(): number {
    return this.#held.length;
  }

  /** Drops what is held, and lets everything pass from now on. */
  cut(): void {
    this.#stops = () => undefined;
    for (const response of this.#held.splice(0)) response.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const body = await buffer(request);
    const stop = method === 'POST' ? this.#stops(url) : undefined;
    if (stop === 'before') {
      this.#held.push(response);
      return;
    }
    const key = headers['idempotency-key'];
    const answer = await fetch(`${this.#target}${url}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
      },
      ...(method === 'POST' ? { body } : {}),
    });
    const text = await answer.text();
    if (stop === 'after') {
      this.#held.push(response);
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(text);
  }
}
