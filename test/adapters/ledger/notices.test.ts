import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { type Gathering, MOST_ATTEMPTS, type NoticeMessage } from '../../../src/adapters/ledger/notice-messages.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, ingested, task } from './fixtures.ts';

const START = new Date('2029-01-01T00:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROSA = { channel: 'mail', address: 'rosa@example.com', person: 'rosa' };
const CHAT = { channel: 'chat', address: '' };
const COLLECTED: Record<string, Gathering> = {
  mail: { collectForMs: 2 * MINUTE, perHour: 2 },
  chat: { collectForMs: 0, perHour: 3 },
};

let ledger: Ledger;
let now = START;
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => now, poolSize: 10 },
);
/** Tests do not see each other's messages: each begins a day later, with an empty outbox. */
beforeEach(async () => {
  now = new Date(now.getTime() + 24 * HOUR);
  await ledger.db.updateTable('outbox').set({ cancelled_at: now }).execute();
  await ledger.db.updateTable('notice_messages').set({ cancelled_at: now }).execute();
  await ledger.db.deleteFrom('notice_deliveries').execute();
});

const pass = (ms: number) => (now = new Date(now.getTime() + ms));

/** Opens a task whose reminder is far away, and says whom its notice goes to. */
async function asked(...targets: (typeof ROSA | typeof CHAT)[]): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId, { remindAt: new Date('2031-01-01'), dueAt: new Date('2030-06-01') }));
  for (const { id } of await ledger.outbox.due(now, 100)) await ledger.outbox.route(id, targets);
  return caseId;
}

/** What goes out now. */
async function taken(): Promise<NoticeMessage[]> {
  await ledger.outbox.gather(now, COLLECTED);
  const messages = await ledger.outbox.take(now, 100);
  return messages.toSorted((a, b) => a.address.localeCompare(b.address));
}

const casesIn = (messages: readonly NoticeMessage[]) =>
  messages.map(({ items }) => items.map(({ payload }) => payload.caseId));

async function one(): Promise<NoticeMessage> {
  const [message, ...more] = await taken();
  if (!message || more.length > 0) throw new Error(`expected one message, got ${more.length + (message ? 1 : 0)}`);
  return message;
}

async function rowOf(id: string) {
  return await ledger.db.selectFrom('notice_messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

describe('digest', () => {
  test('notices to one recipient within the time are one message, to others another', async () => {
    const first = await asked(ROSA, { ...ROSA, address: 'kim@example.com', person: 'kim' });
    pass(MINUTE);
    const second = await asked(ROSA);
    expect(await taken()).toEqual([]);
    pass(MINUTE);
    const messages = await taken();
    expect(messages.map(({ address, person }) => [address, person])).toEqual([
      ['kim@example.com', 'kim'],
      ['rosa@example.com', 'rosa'],
    ]);
    expect(casesIn(messages)).toEqual([[first], [first, second]]);
    expect(messages[1]?.items[0]).toMatchObject({ kind: 'task-opened', dueAt: new Date('2030-06-01') });
  });

  test('where nothing is collected each notice is a message of its own, at once', async () => {
    const [first, second] = [await asked(CHAT), await asked(CHAT)];
    const sent = casesIn(await taken());
    expect([sent.length, new Set(sent.flat())]).toEqual([2, new Set([first, second])]);
  });

  test('a task that was opened and reminded of stands in a message once', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId, { remindAt: new Date(now.getTime() + MINUTE) }));
    for (const ms of [0, MINUTE]) {
      pass(ms);
      for (const { id } of await ledger.outbox.due(now, 100)) await ledger.outbox.route(id, [ROSA]);
    }
    pass(MINUTE);
    expect((await one()).items.map(({ kind }) => kind)).toEqual(['reminder']);
  });

  test('routed twice, a notice still goes to each once', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId));
    const [notice] = await ledger.outbox.due(now, 100);
    for (let n = 0; n < 2; n++) await ledger.outbox.route(notice?.id ?? 0, [CHAT]);
    expect(await taken()).toHaveLength(1);
  });
});

describe('throttle', () => {
  test('what is more than an hour allows waits, and comes as one', async () => {
    const sent: number[] = [];
    const cases: string[] = [];
    for (let minute = 0; minute < 90; minute += 3) {
      if (minute < 45) cases.push(await asked(ROSA));
      const messages = await taken();
      expect(messages.length).toBeLessThanOrEqual(1);
      for (const { id, items } of messages) {
        sent.push(minute);
        await ledger.outbox.delivered(id);
        cases.splice(0, items.length);
      }
      pass(3 * MINUTE);
    }
    // Two in the first hour; the rest when the first of them is an hour old.
    expect(sent).toEqual([3, 9, 63]);
    expect(cases).toEqual([]);
  });

  test('counts what is under way, for a channel that collects nothing too', async () => {
    for (let n = 0; n < 5; n++) await asked(CHAT);
    expect((await taken()).map(({ items }) => items.length)).toEqual([5]);
    await asked(CHAT);
    await asked(CHAT);
    expect(await taken()).toHaveLength(2);
    await asked(CHAT);
    expect(await taken()).toEqual([]);
    pass(HOUR);
    // Those taken before were not delivered, and are due again as well.
    expect(casesIn(await taken()).flat()).toHaveLength(8);
  });

  test('ten workers at once make and take each message once', async () => {
    for (let n = 0; n < 3; n++) await asked(ROSA, CHAT);
    pass(2 * MINUTE);
    const all = await Promise.all(Array.from({ length: 10 }, () => taken()));
    const later = await taken();
    const ids = [...all.flat(), ...later].map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
  });
});

describe('taken back', () => {
  test('a notice whose task was answered before it became a message', async () => {
    const [answered, open] = [await asked(ROSA), await asked(ROSA)];
    await ledger.reviews.record(approval(answered, 'v1'));
    pass(2 * MINUTE);
    expect(casesIn(await taken())).toEqual([[open]]);
  });

  test('a notice whose task was answered while its message is tried again; an empty message is not sent', async () => {
    const [answered, other] = [await asked(ROSA), await asked(ROSA)];
    pass(2 * MINUTE);
    const { id } = await one();
    await ledger.outbox.undelivered(id, 'away');
    await ledger.reviews.record(approval(answered, 'v1'));
    pass(MINUTE);
    expect(casesIn(await taken())).toEqual([[other]]);
    await ledger.outbox.undelivered(id, 'away');
    await ledger.cases.close(other, { outcome: 'cancelled', by: 'berta' });
    pass(HOUR);
    expect(await taken()).toEqual([]);
    expect((await rowOf(id)).cancelled_at).toEqual(now);
    expect(await ledger.reads.undeliveredNotices()).toEqual([]);
  });

  test('the notice to a group that is no longer asked, also where one of two has got it', async () => {
    const caseId = await asked(CHAT, ROSA);
    await ledger.outbox.delivered((await one()).id);
    await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt: new Date('2031-01-01') });
    pass(2 * MINUTE);
    expect(await taken()).toEqual([]);
    expect(await ledger.outbox.due(now, 100)).toMatchObject([{ kind: 'escalated', payload: { group: 'leads' } }]);
  });
});

describe('back-off', () => {
  test('waits longer each time, and is given up after the last', async () => {
    await asked(CHAT);
    const waits: number[] = [];
    const first = await one();
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await ledger.outbox.undelivered(first.id, `answered 503 (${attempt})`);
      const { not_before: at, failed_at: failed } = await rowOf(first.id);
      if (failed) break;
      waits.push((at.getTime() - now.getTime()) / SECOND);
      now = new Date(at.getTime() - 1);
      expect(await taken()).toEqual([]);
      now = at;
      expect(await one()).toMatchObject({ id: first.id, attempts: attempt + 1 });
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    expect(await taken()).toEqual([]);
    expect(await ledger.reads.undeliveredNotices()).toMatchObject([
      {
        messageId: first.id,
        state: 'failed',
        attempts: MOST_ATTEMPTS,
        error: 'answered 503 (12)',
        kinds: ['task-opened'],
      },
    ]);
  });

  test('waits as long as the other side asks', async () => {
    await asked(CHAT);
    const { id } = await one();
    await ledger.outbox.undelivered(id, 'answered 429', { retryAfterMs: 50 * SECOND });
    expect((await rowOf(id)).not_before).toEqual(new Date(now.getTime() + 50 * SECOND));
  });

  test('a sender that died is replaced after a minute', async () => {
    await asked(CHAT);
    const { id } = await one();
    pass(59 * SECOND);
    expect(await taken()).toEqual([]);
    pass(2 * SECOND);
    expect(await one()).toMatchObject({ id, attempts: 2 });
  });
});

describe('a permanent failure', () => {
  test('is seen at once, with the case that waits, and can be tried again', async () => {
    const caseId = await asked(CHAT);
    const { id } = await one();
    await ledger.outbox.undelivered(id, 'answered 410', { final: true });
    pass(HOUR);
    expect(await taken()).toEqual([]);
    const [failed] = await ledger.reads.undeliveredNotices();
    expect(failed).toMatchObject({
      messageId: id,
      channel: 'chat',
      state: 'failed',
      error: 'answered 410',
      cases: [caseId],
    });
    expect(await ledger.reads.noticeCounts()).toContainEqual({ channel: 'chat', state: 'failed', count: 1 });
    expect(await ledger.outbox.retry(id)).toBe(true);
    expect(await ledger.outbox.retry(id)).toBe(false);
    expect(await ledger.outbox.retry(randomUUID())).toBe(false);
    await ledger.outbox.delivered((await one()).id);
    expect(await ledger.reads.undeliveredNotices()).toEqual([]);
  });

  test('of one way does not fail the notice that goes another way too', async () => {
    await asked(CHAT, ROSA);
    await ledger.outbox.undelivered((await one()).id, 'gone', { final: true });
    pass(2 * MINUTE);
    expect(await one()).toMatchObject({ channel: 'mail' });
    const failed = ledger.db
      .selectFrom('outbox')
      .select('id')
      .where('failed_at', '>=', new Date(now.getTime() - HOUR));
    expect(await failed.execute()).toEqual([]);
  });

  test('a notice without a route is one', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId));
    const [notice] = await ledger.outbox.due(now, 10);
    await ledger.outbox.unrouted(notice?.id ?? 0, "no route for 'clerks'");
    expect(await ledger.outbox.due(new Date('2029-12-31'), 10)).toEqual([]);
    expect(await ledger.reads.undeliveredNotices()).toMatchObject([
      { messageId: null, state: 'failed', error: "no route for 'clerks'", cases: [caseId] },
    ]);
  });

  test('does not end the reminders, and trying it again doubles none', async () => {
    const caseId = await ingested(ledger);
    const reminders = { later: [new Date(now.getTime() + HOUR).toISOString()], gapMs: HOUR };
    await ledger.reviews.open(task(caseId, { remindAt: now, reminders }));
    for (const { id, kind } of await ledger.outbox.due(now, 100))
      await (kind === 'reminder' ? ledger.outbox.route(id, [CHAT]) : ledger.outbox.sent(id));
    const { id } = await one();
    await ledger.outbox.undelivered(id, 'gone', { final: true });
    await ledger.outbox.retry(id);
    await ledger.outbox.delivered((await one()).id);
    pass(2 * HOUR);
    expect((await ledger.outbox.due(now, 100)).map(({ kind }) => kind)).toEqual(['reminder']);
  });
});

test('a notice counts as sent when the first of its recipients has it', async () => {
  const caseId = await asked(CHAT, ROSA);
  const sentAt = async () => {
    const query = ledger.db.selectFrom('outbox').select('sent_at').where('case_id', '=', caseId);
    return (await query.where('kind', '=', 'task-opened').executeTakeFirstOrThrow()).sent_at;
  };
  const { id } = await one();
  expect(await sentAt()).toBeNull();
  await ledger.outbox.delivered(id);
  await ledger.outbox.delivered(id);
  expect(await sentAt()).toEqual(now);
  expect(await ledger.reads.noticeCounts()).toEqual(
    expect.arrayContaining([
      { channel: 'chat', state: 'sent-last-hour', count: 1 },
      { channel: 'mail', state: 'waiting', count: 1 },
    ]),
  );
});
