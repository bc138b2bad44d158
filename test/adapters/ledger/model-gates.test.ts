import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import type { Reason } from '../../../src/domain/route.ts';
import { type TestLedger, withLedger } from '../../support/postgres.ts';
import { begun, caseOf, ingested, task, termsOf, trail } from './fixtures.ts';

let server: TestLedger;
let ledger: Ledger;
let now = new Date('2026-03-02T09:00:00Z');
const later = (ms: number) => (now = new Date(now.getTime() + ms));
const MODELS = [{ provider: 'local', model: 'm' }];
const away: Reason = { code: 'model-unavailable', message: 'm: ProviderUnavailable' };

beforeAll(async () => {
  server = await withLedger();
  const breaker = { minimum: 1, share: 0.5, cooldownMs: 60_000 };
  ledger = openLedger({ url: server.url, clock: () => now, limits: { breaker } });
});
afterAll(async () => {
  await ledger.close();
  await server.stop();
});

let calls = 0;
async function call(caseId: string, ok: boolean): Promise<void> {
  calls += 1;
  const callId = await begun(ledger, termsOf(caseId, { requestHash: `call ${calls}` }));
  const failure = { type: 'ProviderUnavailable', message: '500', possiblyPaid: false };
  const reply = {
    ...{ outcome: 'ok' as const, text: '{}', tokens: [], responseId: '', responseModel: '', latencyMs: calls },
    usage: { inputTokens: 1, outputTokens: 1, cachedTokens: 0 },
  };
  if (ok) await ledger.modelCalls.finished(callId, caseId, reply, { costMicros: 1, problems: [], goodForMs: 0 });
  else await ledger.modelCalls.failed(callId, caseId, failure);
}

test('a case waits until its model is tried again, and longer with each round; the ledger says so', async () => {
  const caseId = await ingested(ledger);
  expect(await ledger.modelCalls.waitMs(caseId, MODELS, 1)).toBeLessThan(10_000);
  await call(caseId, false);
  const ms = await ledger.modelCalls.waitMs(caseId, MODELS, 2);
  expect(ms).toBeGreaterThanOrEqual(60_000);
  expect(ms).toBeLessThan(65_000);
  const rounds = [3, 5, 8, 20];
  const waits = [];
  later(61_000);
  for (const round of rounds) waits.push(await ledger.modelCalls.waitMs(caseId, MODELS, round));
  expect(waits.map((wait) => Math.floor(wait / 20_000))).toEqual([1, 4, 15, 15]);
  expect((await caseOf(ledger, caseId)).stage).toBe('waiting-for-model');
  expect((await trail(ledger, caseId)).filter((kind) => kind === 'waiting-for-model')).toHaveLength(6);
});

test('a case does not wait for a model that is away where another one of its chain is not', async () => {
  const caseId = await ingested(ledger);
  const callId = await begun(ledger, termsOf(caseId, { requestHash: 'chain', model: 'first' }));
  const failure = { type: 'ProviderUnavailable', message: '500', possiblyPaid: false };
  await ledger.modelCalls.failed(callId, caseId, failure);
  const chain = ['first', 'second'].map((model) => ({ provider: 'local', model }));
  expect(await ledger.modelCalls.waitMs(caseId, chain.slice(0, 1), 1)).toBeGreaterThanOrEqual(60_000);
  expect(await ledger.modelCalls.waitMs(caseId, chain, 1)).toBeLessThan(10_000);
});

test('many that wait are spread, so that they do not come back at once', async () => {
  const { db } = ledger;
  const caseId = await ingested(ledger);
  const ids = await Promise.all(Array.from({ length: 40 }, () => ingested(ledger)));
  await db.updateTable('cases').set({ stage: 'waiting-for-model' }).where('case_id', 'in', ids).execute();
  const waits = await Promise.all(ids.map(() => ledger.modelCalls.waitMs(caseId, [], 1)));
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(3_000);
  await db.updateTable('cases').set({ stage: 'proposing' }).where('case_id', 'in', ids).execute();
});

test('only cases that are asked about for an outage alone, unopened, whose model has answered since, ask again', async () => {
  const open = async (reasons: Reason[], change: object = {}) => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open({ ...task(caseId), reasons, output: null, ...change });
    return caseId;
  };
  const waits = await open([away, away]);
  await open([away, { code: 'data-quality', message: 'old' }]);
  await open([away], { output: { total: 1 } });
  const seen = await open([away]);
  await ledger.reviews.viewed(seen, 1, 'rita');
  const other = await open([away]);
  expect(await ledger.modelCalls.worthAskingAgain(10)).toEqual([]);
  later(1_000);
  await call(other, true);
  expect((await ledger.modelCalls.worthAskingAgain(10)).toSorted()).toEqual([waits, other].toSorted());
  expect(await ledger.modelCalls.worthAskingAgain(1)).toHaveLength(1);
  expect(await ledger.reviews.recall(waits, 1, 'a model answers again')).toBe(true);
  expect(await ledger.reviews.recall(waits, 1, 'a model answers again')).toBe(true);
  expect(await ledger.modelCalls.worthAskingAgain(10)).toEqual([other]);
  expect((await caseOf(ledger, waits)).stage).toBe('proposing');
  expect(await trail(ledger, waits)).toEqual(['received', 'ingested', 'task-opened', 'task-recalled']);
  const { rows } = await sql`select from outbox where case_id = ${waits} and cancelled_at is null`.execute(ledger.db);
  expect(rows).toHaveLength(0);
});

test('a task that someone has opened is not taken back, nor one of a case that was asked about often', async () => {
  const seen = await ingested(ledger);
  await ledger.reviews.open({ ...task(seen), reasons: [away] });
  await ledger.reviews.viewed(seen, 1, 'rita');
  expect(await ledger.reviews.recall(seen, 1, 'by hand')).toBe(false);
  const often = await ingested(ledger);
  await ledger.reviews.open({ ...task(often), taskNo: 4, reasons: [away], output: null });
  later(1_000);
  await call(often, true);
  expect(await ledger.modelCalls.worthAskingAgain(100)).not.toContain(often);
});

test('a task that was answered is not taken back', async () => {
  const caseId = await ingested(ledger);
  await ledger.reviews.open({ ...task(caseId), reasons: [away] });
  const verdict = { verdictId: 'v', verdict: 'reject', by: 'rita', reason: 'no', seen: task(caseId).seen } as const;
  const decide = { taskNo: 1, kind: 'reject', output: null, effects: [] } as const;
  await ledger.reviews.record({
    caseId,
    verdict,
    channel: 'signal',
    contentHash: 'h',
    decide: { ...decide, effects: [] },
  });
  expect(await ledger.reviews.recall(caseId, 1, 'late')).toBe(false);
});

test('the usual latency is known from twenty answers on', async () => {
  const caseId = await ingested(ledger);
  const usual = async () => await ledger.modelCalls.usualMs('local', 'm');
  const before = (await ledger.db.selectFrom('model_calls').select('call_id').where('outcome', '=', 'ok').execute())
    .length;
  for (let at = before; at < 19; at++) await call(caseId, true);
  expect(await usual()).toBeUndefined();
  await call(caseId, true);
  expect(await usual()).toBeGreaterThan(15);
});
