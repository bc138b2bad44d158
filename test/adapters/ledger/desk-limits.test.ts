import { describe, expect, it } from 'vitest';
import type { TaskOpening } from '../../../src/activities/review-ports.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { INPUT, MANIFEST, PLAN, receive, task } from './fixtures.ts';

const START = new Date('2030-01-01T00:00:00Z');
let ledger: Ledger;
useLedger(
  (server) => {
    ({ ledger } = server);
  },
  { clock: () => START },
);

let count = 0;
async function waiting(more: Partial<TaskOpening> = {}): Promise<string> {
  const caseKey = `L-${(count += 1)}`;
  const received = await receive(ledger, caseKey, caseKey);
  if (received.kind === 'conflict') throw new Error(received.message);
  const { caseId } = received.record;
  await ledger.cases.ingested(caseId, INPUT, PLAN, MANIFEST);
  await ledger.reviews.open(task(caseId, { dueAt: new Date(START.getTime() + 3_600_000), ...more }));
  return caseId;
}

describe('what one person leaves', () => {
  it('holds twenty questions at most, so that others find some to answer', async () => {
    const held: string[] = [];
    for (let n = 0; n < 21; n += 1) held.push(await waiting());
    const claim = async (caseId: string) => await ledger.desk.claim({ caseId, taskNo: 1 }, 'hog', 60_000);
    for (const caseId of held.slice(0, 20)) expect(await claim(caseId)).toMatchObject({ taken: true });
    const [first = ''] = held;
    const last = held.at(-1) ?? '';
    await expect(claim(last)).rejects.toThrow('by: hog holds 20 questions already; answer or release some first');
    expect(await claim(first)).toMatchObject({ taken: true });
    await ledger.desk.release({ caseId: first, taskNo: 1 }, 'hog');
    expect(await claim(last)).toMatchObject({ taken: true });
    expect(await ledger.desk.claim({ caseId: first, taskNo: 1 }, 'kim', 60_000)).toMatchObject({ taken: true });
  });

  it('puts fifty questions off at most, so that others still see what waits', async () => {
    const all: string[] = [];
    for (let n = 0; n < 51; n += 1) all.push(await waiting());
    const until = new Date(START.getTime() + 60_000);
    const snooze = async (caseId: string, by = 'hog') => await ledger.desk.snooze({ caseId, taskNo: 1 }, by, until);
    for (const caseId of all.slice(0, 50)) await snooze(caseId);
    const last = all.at(-1) ?? '';
    await expect(snooze(last)).rejects.toThrow('by: hog has put 50 questions off already; answer some first');
    await snooze(all[0] ?? '');
    await snooze(last, 'kim');
  });

  it('writes two hundred comments on a case at most, which everybody has to load', async () => {
    const caseId = await waiting();
    for (let n = 0; n < 200; n += 1) await ledger.desk.comment(caseId, 'hog', `${n}`);
    await expect(ledger.desk.comment(caseId, 'hog', 'more')).rejects.toThrow('by: hog has written 200 comments');
    expect(await ledger.desk.comment(caseId, 'kim', 'mine')).toMatchObject({ commentNo: 201 });
  });

  it('does not spoil the counts by whom a question is given to', async () => {
    await waiting({ group: 'constructor' });
    await waiting({ group: '__proto__' });
    const { groups } = await ledger.desk.queueCounts();
    expect(JSON.stringify(groups)).toMatch(/"constructor":1\b/);
    expect(JSON.stringify(groups)).toMatch(/"__proto__":1\b/);
  });

  it('a forged cursor with a number that PostgreSQL has no place for is refused as one', async () => {
    const place = ['due', START.toISOString(), 1, 'c', 1e300];
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
    await expect(ledger.desk.queue({}, 'due', 10, cursor)).rejects.toThrow('cursor: send back the one from the page');
  });
});
