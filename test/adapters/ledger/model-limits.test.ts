import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { begun, ingested, termsOf } from './fixtures.ts';
import { useWorkers } from './workers.ts';

const down = { type: 'ProviderUnavailable', message: '500', possiblyPaid: false };
const reply = {
  ...{ outcome: 'ok' as const, text: '{}', tokens: [], responseId: '', responseModel: '', latencyMs: 100 },
  usage: { inputTokens: 1, outputTokens: 1, cachedTokens: 0 },
};
const good = { costMicros: 1, problems: [], goodForMs: 0 };

const workers = useWorkers();
const { later, worker } = workers;

describe('the breaker', () => {
  const limits = { breaker: { minimum: 2, share: 0.5, cooldownMs: 10_000 } };

  test('that a worker with a clock far ahead opened does not stay open for the others', async () => {
    const [ahead, right] = [worker(limits, 5 * 3_600_000), worker(limits)];
    const caseId = await ingested(ahead);
    for (const name of ['a', 'b']) {
      const callId = await begun(ahead, termsOf(caseId, { requestHash: `ahead ${name}` }));
      await ahead.modelCalls.failed(callId, caseId, down);
    }
    later(6 * 60_000);
    const MODELS = [{ provider: 'local', model: 'm' }];
    expect(await right.modelCalls.waitMs(caseId, MODELS, 1)).toBeLessThan(6 * 60_000);
    const probe = await begun(right, termsOf(caseId, { requestHash: 'right' }));
    await right.modelCalls.finished(probe, caseId, reply, good);
    expect(await right.reads.models()).toMatchObject([{ state: 'closed' }]);
  });

  test('tells of the last minute only, also when nobody asks any more', async () => {
    const one = worker(limits);
    const caseId = await ingested(one);
    const callId = await begun(one, termsOf(caseId, { requestHash: 'quiet' }));
    await one.modelCalls.failed(callId, caseId, down);
    expect(await one.reads.models()).toMatchObject([{ ok: 0, failed: 1 }]);
    later(3_600_000);
    expect(await one.reads.models()).toMatchObject([{ ok: 0, failed: 0 }]);
  });
});

test('names the last failure when the attempts are used up', async () => {
  const one = worker();
  const caseId = await ingested(one);
  const terms = termsOf(caseId, { attempts: 2, requestHash: 'last' });
  for (const type of ['ProviderUnavailable', 'ProviderBusy']) {
    const callId = await begun(one, terms);
    later(10);
    await one.modelCalls.failed(callId, caseId, { ...down, type });
  }
  expect(await one.modelCalls.begin(terms)).toEqual({ kind: 'tried', failure: 'ProviderBusy' });
});

describe("a place in a provider's queue", () => {
  const limits = {
    rates: { local: { requestsPerMinute: 60, tokensPerMinute: 60_000 } },
    breaker: { minimum: 1, share: 0.5, cooldownMs: 1_000 },
  };
  const ask = (one: Ledger, caseId: string, name: string, change: object = {}) =>
    one.modelCalls.begin(termsOf(caseId, { requestHash: `queue ${name}`, askedBy: name, ...change }));
  const queued = async () => (await sql`select from provider_queue`.execute(workers.owner.db)).rows.length;

  test('is not taken by a second call, which is left out when it is not its turn', async () => {
    const one = worker(limits);
    const caseId = await ingested(one);
    for (const name of ['a', 'b']) await ask(one, caseId, name, { interactive: true });
    for (const name of ['a', 'b'])
      expect((await ask(one, caseId, name, { interactive: true, turn: 'hedge' })).kind).toBe('wait');
    expect(await queued()).toBe(0);
    later(1_000);
    expect((await ask(one, caseId, 'bulk')).kind).toBe('begun');
  });

  test('is given up by a call that goes elsewhere: provider away, budget used up, answer there', async () => {
    const one = worker(limits);
    const caseId = await ingested(one);
    const first = await ask(one, caseId, 'a');
    await ask(one, caseId, 'b');
    for (const name of ['c', 'd']) expect((await ask(one, caseId, name)).kind).toBe('wait');
    expect(await queued()).toBe(2);
    const budget = { perCaseMicros: 0, perDayMicros: null, whenSpent: 'person' } as const;
    const broke = { budget, quote: { micros: 5, priceVersion: 'p' } };
    expect((await ask(one, caseId, 'd', broke)).kind).toBe('over-budget');
    expect(await queued()).toBe(1);
    await one.modelCalls.failed('callId' in first ? first.callId : '', caseId, down);
    expect((await ask(one, caseId, 'c')).kind).toBe('away');
    expect(await queued()).toBe(0);
  });
});

test('the usual latency does not sink because late calls are superseded by second ones', async () => {
  const one = worker();
  const caseId = await ingested(one);
  for (let at = 0; at < 40; at++) {
    const callId = await begun(one, termsOf(caseId, { requestHash: `usual ${at}`, model: 'h', interactive: true }));
    // Each tenth call is late: a second call answers in its place.
    if (at % 10 === 0) {
      later(5_000);
      await one.modelCalls.failed(callId, caseId, { type: 'Superseded', message: 'late', possiblyPaid: true });
    } else await one.modelCalls.finished(callId, caseId, reply, good);
  }
  expect(await one.modelCalls.usualMs('local', 'h')).toBe(5_000);
});

test('an answer is used for no case whose own plan does not allow it', async () => {
  const one = worker();
  const [first, second] = [await ingested(one), await ingested(one)];
  const callId = await begun(one, termsOf(first, { requestHash: 'policy' }));
  await one.modelCalls.finished(callId, first, reply, { ...good, goodForMs: 30 * 86_400_000 });
  later(10_000);
  const ask = (goodForMs: number) => one.modelCalls.begin(termsOf(second, { requestHash: 'policy', goodForMs }));
  for (const goodForMs of [0, 9_000]) expect((await ask(goodForMs)).kind).toBe('begun');
  expect((await ask(11_000)).kind).toBe('answered');
});

test('the cost of the cases counts what was possibly paid, as the budgets do', async () => {
  const one = worker();
  const caseId = await ingested(one);
  const cost = async () => (await one.reads.counts()).reduce((sum, { costMicros }) => sum + costMicros, 0);
  const before = await cost();
  const ask = async (name: string) =>
    await begun(one, termsOf(caseId, { requestHash: `cost ${name}`, quote: { micros: 100, priceVersion: 'p' } }));
  await ask('never ended');
  await one.modelCalls.failed(await ask('lost'), caseId, { ...down, possiblyPaid: true });
  await one.modelCalls.failed(await ask('refused'), caseId, down);
  await one.modelCalls.finished(await ask('answered'), caseId, reply, { ...good, costMicros: 7 });
  expect((await cost()) - before).toBe(207);
});
