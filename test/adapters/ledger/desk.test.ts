import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { TaskOpening } from '../../../src/activities/review-ports.ts';
import { DEFAULT_SECONDS, valuePerSecond } from '../../../src/domain/queue-value.ts';
import type { PackManifest } from '../../../src/packs/pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, EFFECT, INPUT, PLAN, receive, task, trail } from './fixtures.ts';

const START = new Date('2030-01-01T00:00:00Z');
let now = START;
let ledger: Ledger;
useLedger(
  (server) => {
    ({ ledger } = server);
  },
  { clock: () => now, poolSize: 6 },
);

const MANIFEST = {
  id: 'invoices',
  answerSchema: {},
  critical: ['total', 'date'],
  review: { stake: { field: 'total', otherwise: 500 }, alikeBy: 'supplier' },
} as unknown as PackManifest;
const HASH = 'hash-desk';

let count = 0;
/** A case that waits with a question. */
async function waiting(more: Partial<TaskOpening> = {}, caseKey = `D-${(count += 1)}`): Promise<string> {
  const received = await receive(ledger, caseKey, caseKey);
  if (received.kind === 'conflict') throw new Error(received.message);
  const { caseId } = received.record;
  await ledger.cases.ingested(caseId, INPUT, { ...PLAN, packHash: HASH }, MANIFEST);
  await ledger.reviews.open(
    task(caseId, {
      ...{ packHash: HASH, output: { total: 1_000, supplier: 'ACME' }, confidence: { total: 0.5, date: 0.9 } },
      ...{ rules: [], ...more },
    }),
  );
  return caseId;
}

async function order(by: 'value' | 'priority' | 'due'): Promise<string[]> {
  return (await ledger.desk.queue({}, by, 200)).items.map(({ caseId }) => caseId);
}

beforeEach(async () => {
  now = START;
  for (const { caseId } of (await ledger.desk.queue({}, 'due', 200)).items)
    await ledger.cases.close(caseId, { outcome: 'cancelled', by: 'test' });
});

describe('the queue', () => {
  it('holds a question from when it is put until it is answered', async () => {
    const caseId = await waiting({ rules: [{ name: 'sum', severity: 'hard', holds: false }] });
    const [item] = (await ledger.desk.queue({}, 'value', 10)).items;
    expect(item).toMatchObject({
      ...{ caseId, taskNo: 1, packId: 'invoices', group: 'clerks', codes: ['rule-broken'], effects: [EFFECT.title] },
      ...{ stake: 1_000, confidence: 0.5, alike: 'ACME', approvable: false, priority: 3, claim: null, snooze: null },
    });
    await ledger.reviews.record(approval(caseId, 'v1'));
    expect(await order('value')).toEqual([]);
  });

  it('a confidence that the model did not give counts as none, and without an amount the default of the pack stands', async () => {
    await waiting({ confidence: { total: 0.9 }, output: { supplier: 'ACME' } });
    expect((await ledger.desk.queue({}, 'due', 1)).items[0]).toMatchObject({ confidence: 0, stake: 500 });
  });

  it('by value: the doubtful large amount first, and of two alike the one nearer to its deadline', async () => {
    const sure = await waiting({ confidence: { total: 0.99, date: 0.99 } });
    const late = await waiting({ dueAt: new Date('2030-01-01T02:00:00Z') });
    const early = await waiting({ dueAt: new Date('2030-01-09T00:00:00Z') });
    const large = await waiting({ output: { total: 90_000, supplier: 'ACME' } });
    now = new Date('2030-01-01T01:00:00Z');
    expect(await order('value')).toEqual([large, late, early, sure]);
    expect(await order('due')).toEqual([late, ...[sure, large].toSorted(), early]);
  });

  it('works the value out as `valuePerSecond` does, also past the deadline', async () => {
    await waiting();
    for (const at of ['2030-01-01T00:00:00Z', '2030-01-02T06:00:00Z', '2031-01-01T00:00:00Z']) {
      now = new Date(at);
      const [item] = (await ledger.desk.queue({}, 'value', 1)).items;
      if (!item) throw new Error('the queue is empty');
      expect(item.value).toBeCloseTo(valuePerSecond(item, DEFAULT_SECONDS, now), 6);
    }
  });

  it('divides the value by the median seconds that reviews of the pack took', async () => {
    for (const [at, seconds] of [4, 10, 30].entries()) {
      now = START;
      const caseId = await waiting();
      await ledger.desk.look({ caseId, taskNo: 1 }, 'berta');
      now = new Date(START.getTime() + seconds * 1_000);
      await ledger.reviews.record(approval(caseId, `timed-${at}`));
    }
    await waiting();
    expect((await ledger.desk.speeds()).seconds).toEqual({ invoices: 10 });
    const [item] = (await ledger.desk.queue({}, 'value', 1)).items;
    expect(item?.value).toBeCloseTo(valuePerSecond(item as never, 10, now), 6);
  });

  it('by priority: what may be half written, then what went on to another group, then the rest by deadline', async () => {
    const plain = await waiting();
    const escalated = await waiting({ dueAt: new Date('2030-02-01T00:00:00Z') });
    const doubtful = await waiting({ kind: 'effect-unknown', effectKey: 'k', dueAt: new Date('2030-02-02T00:00:00Z') });
    await ledger.reviews.escalate(escalated, 1, 'leads', { remindAt: now });
    expect(await order('priority')).toEqual([doubtful, escalated, plain]);
  });

  it.each([
    ['pack', { packId: 'none' }, 0],
    ['group', { group: 'clerks' }, 2],
    ['reason', { reason: 'low-confidence' }, 1],
    ['text', { text: 'fInD' }, 1],
    ['alike', { alike: 'ACME' }, 2],
  ])('filters by %s', async (_, filter, expected) => {
    await waiting({ reasons: [{ code: 'low-confidence', message: 'm' }] });
    await waiting({}, `to-find-${(count += 1)}`);
    expect((await ledger.desk.queue(filter, 'value', 10)).items).toHaveLength(expected);
    expect(await ledger.desk.countOf(filter)).toMatchObject({ count: expected });
  });

  it('pages without gap or repeat while time goes on, and refuses a cursor of another order', async () => {
    for (let at = 0; at < 5; at += 1) await waiting({ output: { total: at * 100, supplier: 'ACME' } });
    const whole = await order('value');
    const first = await ledger.desk.queue({}, 'value', 2);
    now = new Date('2030-01-02T00:00:00Z');
    const second = await ledger.desk.queue({}, 'value', 2, first.cursor);
    const third = await ledger.desk.queue({}, 'value', 2, second.cursor);
    expect([first, second, third].flatMap(({ items }) => items.map(({ caseId }) => caseId))).toEqual(whole);
    expect(third.cursor).toBeUndefined();
    await expect(ledger.desk.queue({}, 'due', 2, first.cursor)).rejects.toThrow('cursor');
  });
});

describe('what people leave on a question', () => {
  it('a claim is one person at a time, is renewed, expires, and can be let go', async () => {
    const ref = { caseId: await waiting(), taskNo: 1 };
    expect(await ledger.desk.claim(ref, 'rosa', 60_000)).toMatchObject({ taken: true });
    expect(await ledger.desk.claim(ref, 'kim', 60_000)).toMatchObject({ taken: false, holder: { by: 'rosa' } });
    now = new Date(START.getTime() + 50_000);
    expect(await ledger.desk.claim(ref, 'rosa', 60_000)).toMatchObject({ taken: true });
    now = new Date(START.getTime() + 120_000);
    expect((await ledger.desk.marksOf(ref)).claim).toBeNull();
    expect(await ledger.desk.claim(ref, 'kim', 60_000)).toMatchObject({ taken: true });
    await ledger.desk.release(ref, 'rosa');
    expect((await ledger.desk.marksOf(ref)).claim).toMatchObject({ by: 'kim' });
    await ledger.desk.release(ref, 'kim');
    expect((await ledger.desk.marksOf(ref)).claim).toBeNull();
  });

  it('of many who claim at once one has it', async () => {
    const ref = { caseId: await waiting(), taskNo: 1 };
    const people = Array.from({ length: 12 }, (_, at) => `person-${at}`);
    const all = await Promise.all(people.map((by) => ledger.desk.claim(ref, by, 60_000)));
    expect(all.filter(({ taken }) => taken)).toHaveLength(1);
  });

  it('a take-over stands in the audit trail, with from whom and why', async () => {
    const ref = { caseId: await waiting(), taskNo: 1 };
    await ledger.desk.claim(ref, 'rosa', 60_000);
    expect(await ledger.desk.claim(ref, 'lena', 60_000, { reason: 'rosa is ill' })).toMatchObject({ taken: true });
    const entry = (await ledger.reads.caseFile(ref.caseId))?.audit.at(-1);
    expect(entry).toMatchObject({
      kind: 'claim-taken-over',
      data: { by: 'lena', from: 'rosa', reason: 'rosa is ill', taskNo: 1 },
    });
    expect(await ledger.audit.verifyChains({ caseId: ref.caseId })).toEqual([]);
  });

  it('what nobody is asked any more can be neither claimed nor put off', async () => {
    const ref = { caseId: await waiting(), taskNo: 1 };
    await ledger.reviews.record(approval(ref.caseId, 'v1'));
    const later = new Date('2030-01-02T00:00:00Z');
    const refused = { type: 'NotWaiting', message: expect.stringContaining('nobody is asked') as string };
    await expect(ledger.desk.claim(ref, 'rosa', 60_000)).rejects.toMatchObject(refused);
    await expect(ledger.desk.snooze(ref, 'rosa', later)).rejects.toMatchObject(refused);
    // What never was asked is a mistake of the sender.
    for (const wrong of [
      { ...ref, taskNo: 9 },
      { ...ref, caseId: 'case/invoices/none' },
    ])
      await expect(ledger.desk.claim(wrong, 'rosa', 60_000)).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('a snooze hides a question until it is over, and never past its deadline', async () => {
    const ref = { caseId: await waiting(), taskNo: 1 };
    await ledger.desk.snooze(ref, 'rosa', new Date('2030-01-02T00:00:00Z'));
    expect(await order('value')).toEqual([]);
    expect((await ledger.desk.queue({ snoozed: true }, 'value', 10)).items[0]?.snooze).toMatchObject({ by: 'rosa' });
    expect(await ledger.desk.queueCounts()).toMatchObject({ total: 0, snoozed: 1 });
    now = new Date('2030-01-02T00:00:01Z');
    expect(await order('value')).toEqual([ref.caseId]);
    await expect(ledger.desk.snooze(ref, 'rosa', new Date('2030-01-03T00:00:01Z'))).rejects.toThrow('until:');
    await expect(ledger.desk.snooze(ref, 'rosa', new Date('2029-01-01T00:00:00Z'))).rejects.toThrow('until:');
    await ledger.desk.snooze(ref, 'rosa', new Date('2030-01-02T01:00:00Z'));
    await ledger.desk.wake(ref);
    expect(await order('value')).toEqual([ref.caseId]);
  });

  it('comments are numbered, and the audit trail has their digest but not their text', async () => {
    const caseId = await waiting();
    await Promise.all([
      ledger.desk.comment(caseId, 'rosa', 'asked the supplier'),
      ledger.desk.comment(caseId, 'kim', 'ok'),
    ]);
    const comments = await ledger.desk.comments(caseId);
    expect(comments.map(({ commentNo }) => commentNo)).toEqual([1, 2]);
    expect(await trail(ledger, caseId)).toEqual(expect.arrayContaining(['commented']));
    expect(JSON.stringify(await ledger.reads.caseFile(caseId))).not.toContain('asked the supplier');
    expect(await ledger.audit.verifyChains({ caseId })).toEqual([]);
  });
});

describe('changes', () => {
  it('tell of what came, was claimed, put off, commented and answered, each once', async () => {
    let { position } = await ledger.desk.changes();
    const next = async () => {
      const said = await ledger.desk.changes(position);
      position = said.position;
      return said.caseIds;
    };
    const caseId = await waiting();
    expect(await next()).toEqual([caseId]);
    expect(await next()).toEqual([]);
    await ledger.desk.claim({ caseId, taskNo: 1 }, 'rosa', 1_000);
    expect(await next()).toEqual([caseId]);
    await ledger.desk.comment(caseId, 'rosa', 'text');
    expect(await next()).toEqual([caseId]);
    await ledger.reviews.record(approval(caseId, 'v1'));
    expect(await next()).toEqual([caseId]);
  });

  it('wait for a transaction that is still open, and then pass over none', async () => {
    const { position } = await ledger.desk.changes();
    const caseId = await waiting();
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = ledger.db.transaction().execute(async (trx) => {
      await sql`update desk_queue set priority = 2 where case_id = ${caseId}`.execute(trx);
      begun.resolve();
      await held.promise;
    });
    await begun.promise;
    const other = await waiting();
    const during = await ledger.desk.changes(position);
    expect(during.caseIds).not.toContain(other);
    held.resolve();
    await slow;
    const after = await ledger.desk.changes(during.position);
    expect(after.caseIds).toEqual(expect.arrayContaining([caseId, other]));
  });
});

it('ten thousand questions: a page, the counts and what is alike are there at once', async () => {
  await waiting();
  await sql`
    insert into desk_queue select case_id || n, 1, pack_id, case_key || n, revision, pack_hash, kind, seen,
      case when n % 3 = 0 then 'leads' else group_name end, codes, random(), random() * 1e6, 'S-' || n % 400, true, priority,
      effects, 1, '{}', opened_at, due_at + n * interval '1 minute'
    from desk_queue, generate_series(1, 10000) n where case_id like '%D-%'`.execute(ledger.db);
  const took = async (what: () => Promise<unknown>): Promise<number> => {
    await what();
    const times: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      const begin = performance.now();
      await what();
      times.push(performance.now() - begin);
    }
    return Math.round(times.toSorted((a, b) => a - b)[2] ?? 0);
  };
  const times = {
    value: await took(() => ledger.desk.queue({}, 'value', 50)),
    due: await took(() => ledger.desk.queue({ group: 'leads' }, 'due', 50)),
    text: await took(() => ledger.desk.queue({ text: '77' }, 'value', 50)),
    counts: await took(() => ledger.desk.queueCounts()),
    dues: await took(() => ledger.desk.dues()),
    alike: await took(() => ledger.desk.alikeGroups()),
  };
  console.log(times);
  for (const [what, ms] of Object.entries(times)) expect(ms, what).toBeLessThan(500);
  await sql`delete from desk_queue`.execute(ledger.db);
});
