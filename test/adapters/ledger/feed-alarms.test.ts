import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FeedState } from '../../../src/activities/feed-ports.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { failureTypeOf } from '../../../src/failures.ts';
import { useLedger } from '../../support/postgres.ts';
import { ingested, task } from './fixtures.ts';

const HOUR = 3_600_000;
const NOW = new Date('2029-01-01T00:00:00.000Z');
const AS_OF = new Date(NOW.getTime() - 61 * HOUR);

let ledger: Ledger;
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => NOW, poolSize: 10 },
);
beforeEach(async () => {
  await sql`delete from feed_alarms`.execute(ledger.db);
  await ledger.db.updateTable('outbox').set({ sent_at: NOW }).execute();
  await ledger.feedLoader.load('suppliers', [{ key: 'a', text: 'A', data: {} }], AS_OF);
});

function state(change: Partial<FeedState> = {}): FeedState {
  const message = 'the supplier register is 61 hours old';
  return { feed: 'suppliers', owner: 'petra', packs: ['invoices'], stale: true, asOf: AS_OF, message, ...change };
}

/** What is due, taken: the next call gives only what came since. */
async function notices() {
  const due = await ledger.outbox.due(NOW, 1000);
  await Promise.all(due.map(({ id }) => ledger.outbox.sent(id)));
  return due.map(({ kind, payload }) => ({ kind, ...payload }));
}

describe('asOf', () => {
  test('gives every feed that was loaded, the others not', async () => {
    expect(await ledger.feeds.asOf(['suppliers', 'none'])).toEqual(new Map([['suppliers', AS_OF]]));
    expect(await ledger.feeds.asOf([])).toEqual(new Map());
  });

  test('cannot lie in the future, where it would hide that a feed gets old', async () => {
    const load = (ms: number) => ledger.feedLoader.load('suppliers', [], new Date(NOW.getTime() + ms));
    const error: unknown = await load(HOUR).catch((caught: unknown) => caught);
    expect(failureTypeOf(error)).toBe('InvalidInput');
    expect(await ledger.feeds.lookUp('suppliers', 'a')).toBeDefined();
    await load(60_000);
    await expect(ledger.feedLoader.load('suppliers', [], new Date('no date'))).rejects.toThrow('asOf');
  });
});

describe('alarms', () => {
  test('tell once when a feed becomes stale, once when it is fresh again', async () => {
    expect(await ledger.feedAlarms.settle([state()])).toEqual([{ feed: 'suppliers', owner: 'petra', stale: true }]);
    expect(await ledger.feedAlarms.settle([state({ message: 'older still' })])).toEqual([]);
    expect(await notices()).toEqual([
      {
        ...{ kind: 'feed-stale', feed: 'suppliers', owner: 'petra', packs: ['invoices'], asOf: AS_OF.toISOString() },
        message: 'the supplier register is 61 hours old',
      },
    ]);
    const fresh = state({ stale: false, message: 'fresh again' });
    expect(await ledger.feedAlarms.settle([fresh])).toHaveLength(1);
    expect(await ledger.feedAlarms.settle([fresh])).toEqual([]);
    expect(await notices()).toMatchObject([{ kind: 'feed-fresh', message: 'fresh again' }]);
    await ledger.feedAlarms.settle([state()]);
    expect(await notices()).toMatchObject([{ kind: 'feed-stale' }]);
  });

  test('tell nobody about a feed that was fresh all the time', async () => {
    expect(await ledger.feedAlarms.settle([state({ stale: false })])).toEqual([]);
    expect(await ledger.feedAlarms.settle([])).toEqual([]);
    expect(await notices()).toEqual([]);
  });

  test('tell each owner once, also when many look at once', async () => {
    const states = [state(), state({ owner: 'daniel' }), state({ feed: 'none', asOf: null })];
    const looked = await Promise.all(Array.from({ length: 10 }, () => ledger.feedAlarms.settle(states)));
    expect(looked.flat()).toHaveLength(3);
    expect(await notices()).toHaveLength(3);
    const fresh = states.map((one) => ({ ...one, stale: false }));
    expect((await Promise.all(Array.from({ length: 10 }, () => ledger.feedAlarms.settle(fresh)))).flat()).toHaveLength(
      3,
    );
    expect(await notices()).toHaveLength(3);
  });

  test('say nothing on what was seen before the feed was loaded anew', async () => {
    await ledger.feedLoader.load('suppliers', [], NOW);
    expect(await ledger.feedAlarms.settle([state(), state({ asOf: null, owner: 'daniel' })])).toEqual([]);
  });

  test('are raised too for a feed whose date was stored with microseconds', async () => {
    await sql`update feeds set as_of = as_of + interval '777 microseconds' where feed = 'suppliers'`.execute(ledger.db);
    const asOf = (await ledger.feeds.asOf(['suppliers'])).get('suppliers') ?? null;
    expect(await ledger.feedAlarms.settle([state({ asOf })])).toHaveLength(1);
  });

  test('and notices about review tasks do not get in the way of each other', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId));
    await ledger.feedAlarms.settle([state()]);
    await ledger.cases.close(caseId, { outcome: 'cancelled', by: 'berta' });
    expect(await notices()).toMatchObject([{ kind: 'feed-stale' }]);
  });
});
