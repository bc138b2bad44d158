import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { outboxOf } from '../../../src/adapters/ledger/outbox.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, begun, decided, ingested, task, termsOf } from './fixtures.ts';

let ledger: Ledger;
let now = new Date('2029-01-01T00:00:00.000Z');
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => now },
);

const later = (ms: number) => new Date(now.getTime() + ms);

describe('feeds', () => {
  const item = (key: string, text: string, data = {}) => ({ key, text, data });

  test('are replaced as a whole: changed, added and removed', async () => {
    await ledger.feedLoader.load('suppliers', [item('a', 'Alpha', { n: 1 }), item('b', 'Beta')], now);
    await ledger.feedLoader.load('others', [item('a', 'Elsewhere')], now);
    await ledger.feedLoader.load('suppliers', [item('a', 'Alpha', { n: 2 }), item('c', 'Gamma')], now);
    expect(await ledger.feeds.lookUp('suppliers', 'a')).toEqual(item('a', 'Alpha', { n: 2 }));
    expect(await ledger.feeds.lookUp('suppliers', 'b')).toBeUndefined();
    expect(await ledger.feeds.lookUp('suppliers', 'c')).toEqual(item('c', 'Gamma'));
    expect(await ledger.feeds.lookUp('others', 'a')).toEqual(item('a', 'Elsewhere'));
    expect(await ledger.db.selectFrom('feeds').select(['feed', 'items']).orderBy('feed').execute()).toEqual([
      { feed: 'others', items: 1 },
      { feed: 'suppliers', items: 2 },
    ]);
  });

  test('a load that fails leaves the old items', async () => {
    await ledger.feedLoader.load('register', [item('a', 'Alpha')], now);
    const twice = [item('x', 'one'), item('x', 'two')];
    await expect(ledger.feedLoader.load('register', twice, now)).rejects.toThrow('SQLSTATE');
    expect(await ledger.feeds.lookUp('register', 'a')).toEqual(item('a', 'Alpha'));
  });

  test('similar: most alike first, of that feed only, as many as there are', async () => {
    const texts = ['my card has not arrived', 'card payment was declined', 'exchange rate for euros'];
    await ledger.feedLoader.load(
      'messages',
      texts.map((text) => item(text, text)),
      now,
    );
    const found = await ledger.feeds.similar('messages', 'has my new card arrived?', 2);
    expect(found.map(({ key }) => key)).toEqual(texts.slice(0, 2));
    expect(found[0]?.similarity).toBeGreaterThan(found[1]?.similarity ?? 1);
    expect(await ledger.feeds.similar('messages', 'zzzz', 10)).toHaveLength(3);
  });
});

describe('outbox', () => {
  const due = async (at: Date, caseId: string) =>
    (await ledger.outbox.due(at, 100)).filter((notice) => notice.payload.caseId === caseId);

  test('gives what is due once, again after a minute unless it was sent', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId, { remindAt: later(86_400_000) }));
    const [notice] = await due(now, caseId);
    expect(notice).toMatchObject({ kind: 'task-opened', attempts: 1, payload: { taskNo: 1, group: 'clerks' } });
    expect(await due(later(59_000), caseId)).toEqual([]);
    expect(await due(later(61_000), caseId)).toMatchObject([{ attempts: 2 }]);
    await ledger.outbox.sent(notice?.id ?? 0);
    expect(await due(later(3_600_000), caseId)).toEqual([]);
    expect(await due(later(86_400_000), caseId)).toMatchObject([{ kind: 'reminder' }]);
  });

  test('two senders never take the same notice', async () => {
    const ids = [];
    for (let n = 0; n < 12; n++) ids.push(await ingested(ledger));
    for (const caseId of ids) await ledger.reviews.open(task(caseId));
    await ledger.db.transaction().execute(async (trx) => {
      const first = await outboxOf({ db: trx, clock: () => now }).due(now, 5);
      // The first sender has not committed: the second neither waits for it nor takes the same.
      const second = await ledger.outbox.due(now, 5);
      expect([first.length, second.length]).toEqual([5, 5]);
      expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(10);
    });
  });

  test('a decided task sends nothing more', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId));
    await ledger.reviews.record(approval(caseId, 'v1'));
    expect(await due(new Date('2031-01-01'), caseId)).toEqual([]);
  });
});

describe('reads', () => {
  test('lists page by page, newest first, without gaps or repeats, also among equal times', async () => {
    now = new Date('2029-02-01T00:00:00.000Z');
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      if (n === 5) now = later(1);
      ids.push(await ingested(ledger, `page-${n}`));
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.reads.listCases({
        stage: 'proposing',
        packId: 'invoices',
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.cases.map(({ caseId }) => caseId));
      ({ cursor } = page);
    } while (cursor !== undefined && seen.length < 7);
    expect(seen.slice(0, 7)).toEqual(ids.toReversed());
    await expect(ledger.reads.listCases({ limit: 1, cursor: 'nonsense' })).rejects.toThrow('cursor:');
    expect((await ledger.reads.listCases({ packId: 'none', limit: 5 })).cases).toEqual([]);
  });

  test('counts cases and what their calls cost', async () => {
    const before = await ledger.reads.counts();
    const caseId = await ingested(ledger);
    const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0 };
    for (const cost of [100, 23]) {
      const callId = await begun(ledger, termsOf(caseId, { requestHash: `q-${cost}` }));
      const reply = {
        outcome: 'ok',
        text: '',
        tokens: [],
        usage,
        responseId: '',
        responseModel: '',
        latencyMs: 1,
      } as const;
      await ledger.modelCalls.finished(
        callId,
        caseId,
        { ...reply, tokens: [] },
        { costMicros: cost, problems: [], goodForMs: 0 },
      );
    }
    const of = (counts: typeof before) => counts.find(({ stage }) => stage === 'proposing');
    const after = of(await ledger.reads.counts());
    expect(after?.cases).toBe((of(before)?.cases ?? 0) + 1);
    expect(after?.costMicros).toBe((of(before)?.costMicros ?? 0) + 123);
  });

  test('a case file holds everything, and none of an unknown case', async () => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId);
    expect(await ledger.reads.caseFile(caseId)).toMatchObject({
      record: { caseId },
      channel: 'api',
      decisions: [{ decisionNo: 1, at: now }],
      audit: [
        { seq: 1, at: now.toISOString() },
        { seq: 2 },
        { seq: 3, kind: 'decision', data: { output: { total: 1.5 } } },
      ],
    });
    expect(await ledger.reads.caseFile('case/invoices/none')).toBeUndefined();
  });
});
