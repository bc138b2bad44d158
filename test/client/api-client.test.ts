import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ApiError, ApiUnreachable, createApiClient } from '../../src/client/api-client.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { freePort } from '../../src/dev/ports.ts';
import { apiOf, fileInReview } from './fakes.ts';

let api: Api | undefined;
let server: Server | undefined;
afterEach(async () => {
  await api?.close();
  server?.closeAllConnections();
  server?.close();
});

async function answering(status: number, body: string): Promise<string> {
  server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('finds a case by an id with reserved characters, and passes Prefer on', async () => {
  const asked: string[] = [];
  const caseFile = async (id: string) => {
    asked.push(id);
    return fileInReview(id);
  };
  api = apiOf({ reads: { caseFile }, client: { outcome: async () => undefined } });
  const client = createApiClient({ url: `${await api.listen({ host: '127.0.0.1', port: 0 })}/` });
  const file = await client.caseFile('case/p/A%20B?', { waitSeconds: 1, sources: true });
  // Read, waited, read again.
  expect(asked).toEqual(['case/p/A%20B?', 'case/p/A%20B?']);
  expect(file.sources).toHaveLength(1);
});

test('a problem becomes an ApiError that carries it', async () => {
  api = apiOf({ reads: { caseFile: async () => undefined } });
  const client = createApiClient({ url: await api.listen({ host: '127.0.0.1', port: 0 }) });
  const error = await client.caseFile('case/p/none').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).problem).toMatchObject({ status: 404, code: 'no-such-case' });
});

test('nobody listens: says how to start one', async () => {
  const client = createApiClient({ url: `http://127.0.0.1:${await freePort()}` });
  await expect(client.packs()).rejects.toThrow(/^No Countersign API at .+; start it with npm start or set --url\.$/);
});

test('a connection that breaks before the answer is not taken for a missing API', async () => {
  server = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(createApiClient({ url }).packs()).rejects.toThrow(/did not answer \(.+\); try again\.$/);
});

test.each([
  [200, '<html>another program</html>'],
  [502, 'Bad Gateway'],
])('%i %s: another program answers', async (status, body) => {
  const client = createApiClient({ url: await answering(status, body) });
  const error = await client.packs().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiUnreachable);
  expect((error as Error).message).toContain('not as a Countersign API does');
});

test('a stream that breaks off is told, after what came before', async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{"type":"head","caseId":"a","seq":1,"hash":"x"}\n{"type":', () => response.destroy());
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines = createApiClient({ url }).auditEntries();
  expect(await lines.next()).toMatchObject({ value: { caseId: 'a' } });
  await expect(lines.next()).rejects.toThrow(/connection .+ was lost/);
});
