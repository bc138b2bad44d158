import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** What the server does next: an answer, or something that ends without one. */
export type Reaction =
  | { status: number; json?: unknown; text?: string; headers?: Record<string, string> }
  /** Never answers; `afterHeaders`: sends the headers, then nothing more. */
  | { hang: true; afterHeaders?: boolean }
  | { reset: true };

/** An HTTP server of the test's own: it keeps what it was asked and answers what the test queued. */
export class LocalServer {
  readonly seen: SeenRequest[] = [];
  readonly #reactions: Reaction[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const text = Buffer.concat(chunks).toString();
        this.seen.push({ method, url, headers, body: text ? JSON.parse(text) : {} });
        const reaction = this.#reactions.shift() ?? { status: 500, text: 'the test queued no answer' };
        if ('reset' in reaction) request.socket.destroy();
        else if ('status' in reaction) {
          const isJson = reaction.json !== undefined;
          response.writeHead(reaction.status, {
            'content-type': isJson ? 'application/json' : 'text/html',
            ...reaction.headers,
          });
          response.end(isJson ? JSON.stringify(reaction.json) : reaction.text);
        } else if (reaction.afterHeaders) {
          response.writeHead(200, { 'content-type': 'application/json' }).write('{');
        }
      });
    });
  }

  /** Starts on a free port and returns the address. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answers(...reactions: Reaction[]): void {
    this.#reactions.push(...reactions);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A server for the tests of a file, handed over with its address before the first of them; each starts with nothing seen. */
export function useLocalServer(take: (server: LocalServer, url: string) => void): void {
  const server = new LocalServer();
  beforeAll(async () => take(server, await server.start()));
  beforeEach(() => void server.seen.splice(0));
  afterAll(() => server.stop());
}
