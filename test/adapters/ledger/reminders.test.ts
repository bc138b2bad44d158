import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
let now = new Date('2029-01-01T00:00:00.000Z');
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => now },
);

const HOUR = 3_600_000;
const START = new Date('2029-01-01T00:00:00.000Z').getTime();
const at = (hours: number) => new Date(START + hours * HOUR);
const reminders = { later: [at(8).toISOString(), at(12).toISOString()], gapMs: 4 * HOUR };

async function asked(): Promise<string> {
  now = at(0);
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId, { remindAt: at(4), reminders }));
  return caseId;
}

/** Sends all that is due at each of these hours; the hours at which a reminder went out. */
async function sentAt(caseId: string, hours: readonly number[]): Promise<number[]> {
  const sent: number[] = [];
  for (const hour of hours) {
    now = at(hour);
    for (const { id, kind, payload } of await ledger.outbox.due(now, 100)) {
      if (payload.caseId !== caseId) continue;
      if (kind === 'reminder') sent.push(hour);
      await ledger.outbox.sent(id);
      await ledger.outbox.sent(id);
    }
  }
  return sent;
}

const everyHour = Array.from({ length: 48 }, (_, hour) => hour);

test('a group is reminded as often as the pack says, and then no more', async () => {
  expect(await sentAt(await asked(), everyHour)).toEqual([4, 8, 12]);
});

test('a sender that was away sends one, and keeps the distance from then on', async () => {
  expect(await sentAt(await asked(), [0, 20, 21, 22, 23, 24, 25, 27, 28, 29, 40])).toEqual([20, 24, 28]);
});

test('nobody is reminded of an answered task', async () => {
  const caseId = await asked();
  expect(await sentAt(caseId, [0, 4])).toEqual([4]);
  await ledger.reviews.record(approval(caseId, 'v1'));
  expect(await sentAt(caseId, everyHour.slice(5))).toEqual([]);
});

test('the next group is reminded anew, the former one no more', async () => {
  const caseId = await asked();
  expect(await sentAt(caseId, [0, 4])).toEqual([4]);
  await ledger.reviews.escalate(caseId, 1, 'leads', {
    ...{ remindAt: at(6), reminders: { later: [at(16).toISOString()], gapMs: HOUR } },
    ...{ escalateAt: at(20), dueAt: at(30) },
  });
  expect(await sentAt(caseId, everyHour.slice(5))).toEqual([6, 16]);
  const open = await ledger.reviews.openTask(caseId);
  expect(open).toMatchObject({ group: 'leads', escalateAt: at(20), dueAt: at(30) });
});

test('a case that is handed over at its deadline asks that group once, and is told', async () => {
  const caseId = await asked();
  const times = { remindAt: at(40) };
  const over = () => ledger.reviews.deadline(caseId, 1, 'keep-waiting', { group: 'petra', times });
  expect(await over()).toBeUndefined();
  expect(await over()).toBeUndefined();
  expect((await ledger.reviews.openTask(caseId))?.group).toBe('petra');
  expect((await trail(ledger, caseId)).slice(2)).toEqual(['task-opened', 'deadline']);
  expect(await sentAt(caseId, everyHour)).toEqual([40]);
  const first = await ledger.reviews.record(approval(caseId, 'v1'));
  expect(first.kind === 'accepted' && (await over())).toEqual(first.kind === 'accepted' && first.decision);
});
