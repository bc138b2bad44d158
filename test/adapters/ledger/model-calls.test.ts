import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { begun, ingested, termsOf, trail } from './fixtures.ts';
import { useWorkers } from './workers.ts';

const reply = {
  outcome: 'ok' as const,
  text: '{"a":1}',
  tokens: [{ token: '{"a":1}', logprob: -0.125 }],
  usage: { inputTokens: 10, outputTokens: 5, cachedTokens: 2 },
  responseId: 'r',
  responseModel: 'm-2026',
  latencyMs: 12,
};
const good = { costMicros: 120, problems: [], goodForMs: 0 };
const down = { type: 'ProviderUnavailable', message: '500', possiblyPaid: false };

const workers = useWorkers();
const { later, worker } = workers;
let ledger: Ledger;
beforeAll(() => {
  ledger = worker();
});

describe('one answer is bought once', () => {
  test('the answer to a request is found again, as it came, in this process and in another', async () => {
    const caseId = await ingested(ledger);
    const callId = await begun(ledger, termsOf(caseId));
    expect((await ledger.modelCalls.get(callId))?.outcome).toBe('started');
    await ledger.modelCalls.finished(callId, caseId, reply, good);
    await ledger.modelCalls.finished(callId, caseId, { ...reply, text: 'other' }, good);
    const again = { kind: 'answered', callId, outcome: 'ok', costMicros: 120 };
    expect(await ledger.modelCalls.begin(termsOf(caseId))).toEqual(again);
    const answer = {
      ...reply,
      callId,
      caseId,
      requestHash: 'q',
      provider: 'local',
      model: 'm',
      costMicros: 120,
      problems: [],
    };
    for (const one of [ledger, worker()]) expect(await one.modelCalls.get(callId)).toEqual(answer);
    expect(await ledger.modelCalls.begin(termsOf(caseId, { requestHash: 'other' }))).toMatchObject({ kind: 'begun' });
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'model-answered']);
  });

  test('another case with the same question gets it for nothing, until it is no longer good', async () => {
    const terms = (caseId: string) => termsOf(caseId, { requestHash: 'shared' });
    const [first, second, third] = [await ingested(ledger), await ingested(ledger), await ingested(ledger)];
    const callId = await begun(ledger, terms(first));
    await ledger.modelCalls.finished(callId, first, reply, { ...good, goodForMs: 60_000 });
    const reused = await ledger.modelCalls.begin(terms(second));
    expect(reused).toMatchObject({ kind: 'answered', outcome: 'ok', costMicros: 0 });
    expect(reused).not.toMatchObject({ callId });
    expect(await ledger.modelCalls.get('callId' in reused ? reused.callId : '')).toMatchObject({
      ...{ caseId: second, text: reply.text, tokens: reply.tokens, costMicros: 0 },
    });
    expect(await trail(ledger, second)).toEqual(['received', 'ingested', 'model-answered']);
    expect(await ledger.audit.verifyChains({ caseId: second })).toEqual([]);
    later(60_001);
    expect(await ledger.modelCalls.begin(terms(third))).toMatchObject({ kind: 'begun' });
  });

  test.each(['refusal', 'invalid', 'truncated', 'filtered'] as const)(
    'the outcome %s is repeated to its own case and never used for another',
    async (outcome) => {
      const terms = (caseId: string) => termsOf(caseId, { requestHash: `no good ${outcome}` });
      const [first, second] = [await ingested(ledger), await ingested(ledger)];
      const callId = await begun(ledger, terms(first));
      const more = { ...good, problems: outcome === 'invalid' ? ['a: missing'] : [], goodForMs: 60_000 };
      await ledger.modelCalls.finished(callId, first, { ...reply, outcome }, more);
      expect(await ledger.modelCalls.begin(terms(first))).toMatchObject({ kind: 'answered', callId, outcome });
      expect((await worker().modelCalls.get(callId))?.problems).toEqual(more.problems);
      expect(await ledger.modelCalls.begin(terms(second))).toMatchObject({ kind: 'begun' });
    },
  );

  test('attempts are counted for what asks, crashed ones too, and a later one begins anew', async () => {
    const caseId = await ingested(ledger);
    const terms = termsOf(caseId, { attempts: 2 });
    const first = await begun(ledger, terms);
    await ledger.modelCalls.failed(first, caseId, { ...down, type: 'ProviderBusy' });
    await ledger.modelCalls.failed(first, caseId, { ...down, type: 'ProviderBusy' });
    expect(await ledger.modelCalls.begin(terms)).toMatchObject({ kind: 'begun', last: true });
    expect(await ledger.modelCalls.begin(terms)).toEqual({ kind: 'tried', failure: 'ProviderBusy' });
    expect(await ledger.modelCalls.begin({ ...terms, askedBy: 'run 2' })).toMatchObject({ kind: 'begun', last: false });
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'model-failed']);
  });
});

describe('the breaker', () => {
  const limits = { breaker: { minimum: 4, share: 0.5, cooldownMs: 10_000 } };
  let asked = 0;
  const ask = async (one: Ledger, caseId: string) => {
    asked += 1;
    return await one.modelCalls.begin(termsOf(caseId, { requestHash: `breaker ${asked}` }));
  };
  const fail = async (one: Ledger, caseId: string, type = 'ProviderUnavailable') => {
    const said = await ask(one, caseId);
    if (said.kind !== 'begun') throw new Error(said.kind);
    await one.modelCalls.failed(said.callId, caseId, { ...down, type });
  };
  const state = async () => (await ledger.reads.models()).map((gate) => gate.state).join();

  test('opens for all workers after enough failures, tries one call after a while, and closes on a good answer', async () => {
    const [here, there] = [worker(limits), worker(limits)];
    const caseId = await ingested(ledger);
    for (const one of [here, there, here]) await fail(one, caseId);
    expect(await state()).toBe('closed');
    await fail(there, caseId);
    expect(await state()).toBe('open');
    expect(await ask(here, caseId)).toMatchObject({ kind: 'away', retryInMs: 10_000, failure: 'ProviderUnavailable' });
    later(10_001);
    const probe = await ask(here, caseId);
    expect(probe.kind).toBe('begun');
    expect(await ask(there, caseId)).toMatchObject({ kind: 'away' });
    await here.modelCalls.finished('callId' in probe ? probe.callId : '', caseId, reply, good);
    expect(await state()).toBe('closed');
    expect(await ask(there, caseId)).toMatchObject({ kind: 'begun' });
  });

  test('stays away longer each time a probe fails, and lets another probe go when one never ended', async () => {
    const one = worker(limits);
    const caseId = await ingested(ledger);
    for (let at = 0; at < 4; at++) await fail(one, caseId);
    later(10_001);
    await fail(one, caseId);
    expect(await ask(one, caseId)).toMatchObject({ kind: 'away', retryInMs: 20_000 });
    later(20_001);
    expect((await ask(one, caseId)).kind).toBe('begun');
    expect((await ask(one, caseId)).kind).toBe('away');
    later(1_001);
    expect((await ask(one, caseId)).kind).toBe('begun');
  });

  test('is told nothing by calls that began before it opened, and is closed by a probe whatever they come to', async () => {
    const one = worker(limits);
    const caseId = await ingested(ledger);
    const old = await ask(one, caseId);
    later(1);
    for (let at = 0; at < 4; at++) await fail(one, caseId);
    later(10_001);
    const probe = await ask(one, caseId);
    await one.modelCalls.failed('callId' in old ? old.callId : '', caseId, down);
    expect(await state()).toBe('half-open');
    await one.modelCalls.finished('callId' in probe ? probe.callId : '', caseId, reply, good);
    expect(await state()).toBe('closed');
  });

  test('does not count what is wrong with the request, and forgets failures after a minute', async () => {
    const one = worker(limits);
    const caseId = await ingested(ledger);
    for (let at = 0; at < 6; at++) await fail(one, caseId, 'ProviderBadRequest');
    for (let at = 0; at < 3; at++) await fail(one, caseId);
    later(61_000);
    await fail(one, caseId);
    expect(await state()).toBe('closed');
  });
});

describe('budgets', () => {
  const quote = { micros: 100, priceVersion: 'p1' };
  const budget = (perCaseMicros: number | null, perDayMicros: number | null) => {
    return { perCaseMicros, perDayMicros, whenSpent: 'person' } as const;
  };

  test('reserve, then settle: a day is over when spent and reserved are, and names when the next begins', async () => {
    const caseId = await ingested(ledger);
    const terms = (hash: string) => termsOf(caseId, { requestHash: `day ${hash}`, quote, budget: budget(null, 250) });
    const first = await begun(ledger, terms('a'));
    await begun(ledger, terms('b'));
    const over = { kind: 'over-budget', budget: 'day', limitMicros: 250, spentMicros: 200 };
    const midnight = `${new Date(workers.now.getTime() + 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
    expect(await ledger.modelCalls.begin(terms('c'))).toEqual({ ...over, resetsAt: midnight });
    await ledger.modelCalls.finished(first, caseId, reply, { ...good, costMicros: 30 });
    expect(await ledger.modelCalls.begin(terms('d'))).toMatchObject({ kind: 'begun' });
    later(24 * 3_600_000);
    expect(await ledger.modelCalls.begin(terms('e'))).toMatchObject({ kind: 'begun' });
  });

  test('that is used up takes no turn at the provider', async () => {
    const one = worker({ rates: { local: { requestsPerMinute: 30, tokensPerMinute: 60_000 } } });
    const caseId = await ingested(ledger);
    const ask = (name: string, perDay: number | null) =>
      one.modelCalls.begin(termsOf(caseId, { requestHash: name, askedBy: name, quote, budget: budget(null, perDay) }));
    expect((await ask('broke', 50)).kind).toBe('over-budget');
    const { rows } = await sql`select from provider_queue`.execute(workers.owner.db);
    expect(rows).toHaveLength(0);
    expect((await ask('other', null)).kind).toBe('begun');
  });

  test('calls at the same moment never reserve more than there is', async () => {
    const caseId = await ingested(ledger);
    const [here, there] = [worker(), worker()];
    const said = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? here : there).modelCalls.begin(
          termsOf(caseId, { requestHash: `at once ${at}`, askedBy: `${at}`, quote, budget: budget(null, 700) }),
        ),
      ),
    );
    expect(said.filter(({ kind }) => kind === 'begun')).toHaveLength(7);
    expect(said.filter(({ kind }) => kind === 'over-budget')).toHaveLength(13);
  });

  test('a case has its own; a call that was lost counts, one that certainly was not paid does not', async () => {
    const caseId = await ingested(ledger);
    const terms = (hash: string) => termsOf(caseId, { requestHash: `case ${hash}`, quote, budget: budget(250, null) });
    const refused = await begun(ledger, terms('a'));
    await ledger.modelCalls.failed(refused, caseId, { type: 'ProviderBusy', message: '429', possiblyPaid: false });
    const lost = await begun(ledger, terms('b'));
    await ledger.modelCalls.failed(lost, caseId, { ...down, possiblyPaid: true });
    await begun(ledger, terms('c'));
    const over = { kind: 'over-budget', budget: 'case', limitMicros: 250, spentMicros: 200 };
    expect(await ledger.modelCalls.begin(terms('d'))).toEqual(over);
    const { rows } = await sql`select spent_micros, reserved_micros from budget_days`.execute(workers.owner.db);
    expect(rows).toEqual([{ spent_micros: 100, reserved_micros: 100 }]);
  });
});

describe("a provider's rate", () => {
  const limits = { rates: { local: { requestsPerMinute: 60, tokensPerMinute: 60_000 } } };
  const ask = (one: Ledger, caseId: string, name: string, change: object = {}) =>
    one.modelCalls.begin(termsOf(caseId, { requestHash: `rate ${name}`, askedBy: name, ...change }));

  test('is shared by all workers: two at once, then one a second', async () => {
    const [here, there] = [worker(limits), worker(limits)];
    const caseId = await ingested(ledger);
    expect((await ask(here, caseId, 'a')).kind).toBe('begun');
    expect((await ask(there, caseId, 'b')).kind).toBe('begun');
    expect(await ask(here, caseId, 'c')).toEqual({ kind: 'wait', ms: 1_000 });
    expect(await ask(there, caseId, 'd')).toEqual({ kind: 'wait', ms: 2_000 });
    later(1_000);
    expect(await ask(there, caseId, 'd')).toEqual({ kind: 'wait', ms: 1_000 });
    expect((await ask(here, caseId, 'c')).kind).toBe('begun');
    later(1_000);
    expect((await ask(there, caseId, 'd')).kind).toBe('begun');
  });

  test('interactive calls go first, then the packs in turn', async () => {
    const one = worker(limits);
    const caseId = await ingested(ledger);
    for (const name of ['a', 'b']) await ask(one, caseId, name);
    for (const name of ['big 1', 'big 2', 'big 3']) {
      await ask(one, caseId, name);
      later(1);
    }
    await ask(one, caseId, 'small', { packId: 'other' });
    later(1);
    await ask(one, caseId, 'somebody waits', { interactive: true });
    const order: string[] = [];
    const waiting = ['big 1', 'big 2', 'big 3', 'small', 'somebody waits'];
    while (order.length < waiting.length) {
      later(1_000);
      for (const name of waiting.filter((each) => !order.includes(each))) {
        const change = { ...(name === 'small' ? { packId: 'other' } : {}), interactive: name === 'somebody waits' };
        if ((await ask(one, caseId, name, change)).kind === 'begun') order.push(name);
      }
    }
    expect(order).toEqual(['somebody waits', 'big 1', 'small', 'big 2', 'big 3']);
  });

  test('that is lowered, or a clock that was ahead, holds nobody back for ever', async () => {
    const before = worker({ rates: { local: { requestsPerMinute: 60, tokensPerMinute: 300_000 } } });
    const after = worker(limits);
    const caseId = await ingested(ledger);
    later(5 * 3_600_000);
    for (const name of ['a', 'b', 'c']) await ask(before, caseId, name, { tokens: 9_000 });
    later(-5 * 3_600_000);
    const left = new Set(['c', 'd']);
    for (let round = 0; round < 20 && left.size > 0; round++) {
      later(2_000);
      for (const name of left)
        if ((await ask(after, caseId, name, { tokens: 9_000 })).kind === 'begun') left.delete(name);
    }
    expect([...left]).toEqual([]);
  });

  test('tokens count as well, and a request larger than the bucket goes when it is full', async () => {
    const one = worker(limits);
    const caseId = await ingested(ledger);
    expect((await ask(one, caseId, 'large', { tokens: 1_500 })).kind).toBe('begun');
    expect(await ask(one, caseId, 'next', { tokens: 1_000 })).toEqual({ kind: 'wait', ms: 500 });
    later(5_000);
    expect((await ask(one, caseId, 'huge', { tokens: 50_000 })).kind).toBe('wait');
    expect((await ask(one, caseId, 'next', { tokens: 1_000 })).kind).toBe('begun');
    later(5_000);
    expect((await ask(one, caseId, 'huge', { tokens: 50_000 })).kind).toBe('begun');
  });
});
