import { afterEach, describe, expect, test } from 'vitest';
import type { AuditLine } from '../../src/adapters/ledger/audit-chain.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, PACKS, type Given } from './fakes.ts';

let api: Api | undefined;
afterEach(async () => await api?.close());

function get(given: Given, url: string) {
  api = apiOf(given);
  return api.inject(url);
}

const HEAD: AuditLine = { type: 'head', caseId: 'case/p/a', seq: 1, hash: 'a'.repeat(64) };

test('GET /v1/packs', async () => {
  expect((await get({}, '/v1/packs')).json()).toEqual({ packs: PACKS });
});

test('GET /v1/counts', async () => {
  const count = { packId: 'p', stage: 'closed', outcome: 'written', cases: 3, costMicros: 7 } as const;
  expect((await get({ reads: { counts: async () => [count] } }, '/v1/counts')).json()).toEqual({ counts: [count] });
});

test('GET /v1/reasons counts so many days back from now, 30 unless it is said', async () => {
  const asked: Date[] = [];
  const pack = { packId: 'p', cases: 3, asked: 2, reasons: [{ code: 'rule-broken', what: 'sum', cases: 2, alone: 1 }] };
  const reasons = async (since: Date) => {
    asked.push(since);
    return [pack as never];
  };
  for (const [query, days] of [
    ['', 30],
    ['?days=7', 7],
  ] as const) {
    const answer = (await get({ reads: { reasons } }, `/v1/reasons${query}`)).json<{ since: string; packs: unknown }>();
    expect(answer.packs).toEqual([pack]);
    expect(Date.parse(answer.since)).toBe(asked.at(-1)?.getTime());
    expect(Math.round((Date.now() - Date.parse(answer.since)) / 86_400_000)).toBe(days);
    await api?.close();
  }
  const refused = await get({ reads: { reasons } }, '/v1/reasons?days=0');
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({ detail: expect.stringContaining('days') as string });
});

test('GET /v1 leads to the Temporal UI, where there is one', async () => {
  const links = async (given: Given) => (await get(given, '/v1')).json<{ links: { temporalUi?: string } }>().links;
  expect((await links({})).temporalUi).toBe('http://127.0.0.1:8233/namespaces/default/workflows');
  await api?.close();
  expect((await links({ links: { namespace: 'default' } })).temporalUi).toBeUndefined();
});

describe('GET /v1/audit/entries', () => {
  test('streams the lines of one case', async () => {
    const asked: unknown[] = [];
    const audit = {
      async *exportEntries(caseId?: string) {
        asked.push(caseId);
        yield HEAD;
        yield HEAD;
      },
    };
    const answer = await get({ audit }, '/v1/audit/entries?caseId=case%2Fp%2Fa');
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.body).toBe(`${JSON.stringify(HEAD)}\n`.repeat(2));
    expect(asked).toEqual(['case/p/a']);
  });

  test('a ledger that is away is a problem, not a stream that breaks', async () => {
    const audit = {
      // oxlint-disable-next-line require-yield -- fails before its first line
      async *exportEntries() {
        throw failure('LedgerUnavailable', 'PostgreSQL did not answer');
      },
    };
    const answer = await get({ audit }, '/v1/audit/entries');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'application/problem+json']);
  });
});

test('/health says that the process runs, /ready that cases can be accepted', async () => {
  const away = { reads: { listCases: () => Promise.reject(new Error('away')) } };
  expect((await get(away, '/health')).statusCode).toBe(200);
  expect((await api?.inject('/ready'))?.statusCode).toBe(503);
  await api?.close();
  expect((await get({ reads: { listCases: async () => ({ cases: [] }) } }, '/ready')).json()).toEqual({ ledger: true });
});

test('GET /openapi.json describes every route, with its bodies', async () => {
  const { openapi, paths } = (await get({}, '/openapi.json')).json<{
    openapi: string;
    paths: Record<string, Record<string, { summary?: string; requestBody?: { content: object }; responses: object }>>;
  }>();
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths).toSorted()).toEqual([
    '/health',
    '/metrics',
    '/ready',
    '/v1',
    '/v1/access-entries',
    '/v1/audit/entries',
    '/v1/cases',
    '/v1/cases/{caseId}',
    '/v1/cases/{packId}/{caseKey}',
    '/v1/counts',
    '/v1/desk/alike',
    '/v1/desk/bulks',
    '/v1/desk/bulks/{bulkId}',
    '/v1/desk/bulks/{bulkId}/challenges',
    '/v1/desk/bulks/{bulkId}/verdicts',
    '/v1/desk/bulks/{bulkId}/withdrawals',
    '/v1/desk/claims',
    '/v1/desk/claims/release',
    '/v1/desk/comments',
    '/v1/desk/counts',
    '/v1/desk/events',
    '/v1/desk/looks',
    '/v1/desk/queue',
    '/v1/desk/search',
    '/v1/desk/snoozes',
    '/v1/desk/snoozes/end',
    '/v1/desk/tasks/{caseId}',
    '/v1/desk/views',
    '/v1/desk/views/{name}',
    '/v1/documents/{hash}',
    '/v1/feeds',
    '/v1/feeds/{name}',
    '/v1/information',
    '/v1/information-requests',
    '/v1/information-requests/{requestId}',
    '/v1/keys',
    '/v1/keys/{keyId}',
    '/v1/links',
    '/v1/links/revocations',
    '/v1/login',
    '/v1/login/demo',
    '/v1/logout',
    '/v1/me',
    '/v1/models',
    '/v1/notices',
    '/v1/notices/retries',
    '/v1/packs',
    '/v1/passkeys',
    '/v1/passkeys/challenges',
    '/v1/passkeys/removals',
    '/v1/people',
    '/v1/people/{personId}',
    '/v1/people/{personId}/absence',
    '/v1/people/{personId}/keys',
    '/v1/people/{personId}/passkeys',
    '/v1/reasons',
    '/v1/receipts/{caseId}',
    '/v1/reversals',
    '/v1/tasks/viewed',
    '/v1/verdicts',
    '/v1/verdicts/challenges',
    '/v1/withdrawals',
  ]);
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  expect(operations.filter(({ summary }) => !summary)).toEqual([]);
  expect(Object.keys(paths['/v1/cases']?.['post']?.requestBody?.content ?? {})).toEqual([
    'application/json',
    'application/x-ndjson',
  ]);
  expect(JSON.stringify(paths['/v1/verdicts']?.['post']?.requestBody)).toContain('"amend"');
});
