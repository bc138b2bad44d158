import type { Client } from '@temporalio/client';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/activities/attest.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { createCaseClient, type CaseClientPorts } from '../../src/client/case-client.ts';
import { apiOf, PACKS, type Given } from '../client/fakes.ts';
import { orThrow } from '../client/or-throw.ts';
import { useLedger } from '../support/postgres.ts';
import { testSigner } from '../support/signing-key.ts';
import { bearer, requiredAccess } from './people.ts';

/** What one person who may log in does to others. */
let ledger: Ledger;
let api: Api | undefined;
useLedger((made) => {
  ledger = made.ledger;
});
const keys: Record<string, string> = {};
beforeAll(async () => {
  for (const [personId, role] of [
    ...(['sam', 'sue'] as const).map((id) => [id, 'submitter'] as const),
    ...(['rosa', 'kim'] as const).map((id) => [id, 'reviewer'] as const),
  ])
    keys[personId] = await keyOf(personId, role);
});
afterEach(async () => await api?.close());

async function keyOf(personId: string, role: 'submitter' | 'reviewer'): Promise<string> {
  await ledger.people.putPerson({ personId, name: personId, roles: [role], groups: ['clerks'] }, 'test');
  return (await ledger.credentials.makeKey(personId, { label: 'test', expiresAt: null }, 'test')).secret;
}

function serving(given: Given): Api {
  api = apiOf({ access: requiredAccess(ledger), reads: ledger.reads, ...given });
  return api;
}

/** Takes cases in as it really is done; nothing starts them. */
function taking(): Given['client'] {
  const temporal = { withDeadline: () => Promise.reject(new Error('away')) } as unknown as Client;
  const reader = orThrow<CaseClientPorts['reader']>('reader', {
    read: () => Promise.resolve({ mediaType: 'text/plain', text: '', pages: 1 } as never),
  });
  return createCaseClient({ temporal, reader, cases: ledger.cases, reviews: ledger.reviews, packs: PACKS });
}

const CASE = 'case/invoice-intake/INV-1';
const post = async (on: Api, who: string, url: string, payload: object, headers: object = {}) =>
  await on.inject({ method: 'POST', url, payload, headers: { ...bearer(keys[who] ?? ''), ...headers } });

test('what reviewers write to each other about a case, who submitted it does not read', async () => {
  const documents = await ledger.documents.put([
    { name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('commented') },
  ]);
  const name = { packId: 'invoice-intake', caseKey: 'INV-C', revision: 1 };
  await ledger.cases.receive({ name, documents, submittedBy: 'sam', owner: 'finance', channel: 'api' });
  const caseId = 'case/invoice-intake/INV-C';
  await ledger.desk.comment(caseId, 'rosa', 'Sam sends these every month');
  const on = serving({ desk: ledger.desk, manifests: ledger.cases });
  const comments = async (who: string) => {
    const answer = await on.inject({ url: `/v1/desk/tasks/${caseId}`, headers: bearer(keys[who] ?? '') });
    return answer.json<{ desk: { comments: unknown[] } }>().desk.comments.length;
  };
  expect([await comments('rosa'), await comments('sam')]).toEqual([1, 0]);
});

test('who sends the document of somebody else once more does not see their case', async () => {
  const on = serving({ client: { ...taking(), outcome: () => Promise.resolve(undefined) } });
  const body = { packId: 'invoice-intake', caseKey: 'INV-1', documents: [{ name: 'a.txt', text: 'Pay 12' }] };
  const wait = { prefer: 'wait=1' };
  const first = await post(on, 'sam', '/v1/cases', body, wait);
  expect(first.json()).toMatchObject({ created: true, case: { caseId: CASE, submittedBy: 'sam' } });
  await ledger.cases.close(CASE, { outcome: 'cancelled', by: 'test' });
  const again = await post(on, 'sue', '/v1/cases', body, wait);
  expect(again.json()).toMatchObject({ caseId: CASE, created: false });
  expect(again.json()).not.toHaveProperty('case');
  const own = await post(on, 'sam', '/v1/cases', body, wait);
  expect(own.json()).toMatchObject({ created: false, outcome: 'cancelled', case: { submittedBy: 'sam' } });
});

describe('messages to a case, of which Temporal takes 2,000 and then none of anybody,', () => {
  const refusal = { code: 'stale', message: 'not what is asked' } as const;
  const decide = async () => ({ accepted: false, verdictId: 'v', refusal }) as const;
  const say = async (on: Api, who: string, caseId = CASE) =>
    (await post(on, who, '/v1/verdicts', { caseId, verdictId: 'v', verdict: 'approve', seen: 'abcdef' })).statusCode;

  test('are taken from one person so often a day only that the case still hears the others', async () => {
    const on = serving({ client: { decide } });
    for (let n = 0; n < 50; n += 1) expect(await say(on, 'kim')).toBe(409);
    expect(await say(on, 'kim')).toBe(429);
    expect(await say(on, 'rosa')).toBe(409);
    expect(await say(on, 'kim', 'case/invoice-intake/INV-2')).toBe(409);
  });

  test('are of a size that leaves room for all of them', async () => {
    const on = serving({ client: { decide } });
    const said = {
      caseId: CASE,
      verdictId: 'v',
      verdict: 'amend',
      seen: 'abcdef',
      output: { text: 'x'.repeat(300_000) },
    };
    const answer = await post(on, 'kim', '/v1/verdicts', said);
    expect([answer.statusCode, answer.json()]).toMatchObject([413, { code: 'too-large' }]);
    expect(answer.json<{ detail: string }>().detail).toContain('at most 262144 bytes');
  });

  test('are counted of withdrawals too', async () => {
    const on = serving({ client: { ...taking(), withdraw: () => Promise.resolve() } });
    const body = { packId: 'invoice-intake', caseKey: 'INV-3', documents: [{ name: 'a.txt', text: 'Pay 13' }] };
    await post(on, 'sam', '/v1/cases', body);
    const caseId = 'case/invoice-intake/INV-3';
    const withdraw = async () => (await post(on, 'sam', '/v1/withdrawals', { caseId, reason: 'why' })).statusCode;
    for (let n = 0; n < 50; n += 1) expect(await withdraw()).toBe(202);
    expect(await withdraw()).toBe(429);
  });
});

describe('text that no database stores', () => {
  const odd = ['v\ud800', 'v\0'];

  test.each(odd)('is sent on to the case, which records and refuses it: %j', async (verdictId) => {
    const said: unknown[] = [];
    const decide = async (_: string, message: unknown) => {
      said.push(message);
      return { accepted: false, verdictId, refusal: { code: 'malformed', message: 'why' } } as const;
    };
    const body = { caseId: CASE, verdictId, verdict: 'approve', seen: 'abcdef' };
    expect((await post(serving({ client: { decide } }), 'kim', '/v1/verdicts', body)).statusCode).toBe(422);
    expect(said).toEqual([{ verdictId, verdict: 'approve', seen: 'abcdef', by: 'kim' }]);
  });

  test.each(odd)('is no answer either: %j', async (text) => {
    const body = { requestId: 'q', answerId: 'a', documents: [{ name: text, text: 'x' }] };
    expect((await post(serving({}), 'kim', '/v1/information', body)).statusCode).toBe(422);
  });

  test('is signed by nobody', () => {
    const signature = { personId: 'kim', via: 'session', at: new Date().toISOString(), keyId: 'a'.repeat(16) };
    const said = { withdraw: { by: 'kim', reason: '\ud800' } };
    expect(authenticate(testSigner, CASE, said, { ...signature, signature: 'x' })).toBe(false);
  });
});

test('a stream of submissions takes no line more once its key is revoked', async () => {
  const submitted: string[] = [];
  const on = serving({
    client: {
      submit: async ({ caseKey }) => {
        submitted.push(caseKey);
        return { caseId: `case/invoice-intake/${caseKey}`, created: true, started: true, outcome: null };
      },
    },
  });
  const url = await on.listen({ host: '127.0.0.1', port: 0 });
  await ledger.people.putPerson({ personId: 'streams', name: 's', roles: ['submitter'], groups: [] }, 'test');
  const made = await ledger.credentials.makeKey('streams', { label: 'test', expiresAt: null }, 'test');
  const line = (caseKey: string) =>
    `${JSON.stringify({ packId: 'invoice-intake', caseKey, documents: [{ name: 'a', text: 'x' }] })}\n`;
  const body = new ReadableStream<Uint8Array>({
    async start(out) {
      out.enqueue(Buffer.from(line('before')));
      await expect.poll(() => submitted).toEqual(['before']);
      await ledger.credentials.revokeKey(made.keyId, 'test');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      out.enqueue(Buffer.from(line('after')));
      out.close();
    },
  });
  const headers = { ...bearer(made.secret), 'content-type': 'application/x-ndjson' };
  const answer = await fetch(`${url}/v1/cases`, { method: 'POST', headers, body, duplex: 'half' });
  const [before, after] = (await answer.text())
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as object);
  expect(before).toMatchObject({ caseId: 'case/invoice-intake/before' });
  expect(after).toMatchObject({ line: 2, error: { status: 401, code: 'not-authenticated' } });
  expect(submitted).toEqual(['before']);
});

test('that somebody guesses stands in the access log, which strangers do not fill', async () => {
  const on = serving({});
  const told = async () =>
    (await ledger.people.accessEntries(1_000)).filter(({ subject }) => subject === 'GET /v1/packs').length;
  for (let count = 0; count < 60; count++) expect((await on.inject('/v1/packs')).statusCode).toBe(401);
  expect(await told()).toBe(20);
  expect((await on.inject({ url: '/v1/packs', headers: bearer('cs_guess') })).statusCode).toBe(401);
  expect((await on.inject({ url: '/v1/packs', headers: { host: 'evil.example' } })).statusCode).toBe(403);
  expect(await told()).toBe(22);
  // What is known of somebody is all there.
  for (let count = 0; count < 25; count++) await on.inject({ url: '/v1/keys', headers: bearer(keys['kim'] ?? '') });
  const own = (await ledger.people.accessEntries(1_000)).filter(({ subject }) => subject === 'GET /v1/keys');
  expect(own).toHaveLength(25);
});
