import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves `/health`: 200 when every part is well, else 503; the body names each part. On 127.0.0.1; port 0 takes a free one. */
export async function serveHealth(
  port: number,
  parts: () => Promise<Record<string, boolean>>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    parts().then(
      (state) =>
        response
          .writeHead(Object.values(state).every(Boolean) ? 200 : 503, { 'content-type': 'application/json' })
          .end(JSON.stringify(state)),
      (error: unknown) =>
        response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/health`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
