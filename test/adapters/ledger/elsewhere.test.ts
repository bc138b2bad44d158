import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { Reviews } from '../../../src/activities/review-ports.ts';
import { useLedger } from '../../support/postgres.ts';
import { caseOf, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

type Move = NonNullable<Parameters<Reviews['record']>[0]['move']>;

async function asked(): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId));
  return caseId;
}

const REMIND_AT = new Date('2030-01-02T12:00:00Z');

/** Puts the question to somebody else, as the judge does. */
function move(caseId: string, verdictId: string, from: string, group: string, rest: string[] = []) {
  const to: Move['to'] = { group, rest, times: { remindAt: REMIND_AT } };
  const verdict = { verdict: 'reassign', verdictId, by: 'rita', seen: 'abc123', to: group } as const;
  return ledger.reviews.record({
    ...{ caseId, verdict, channel: 'update', contentHash: verdictId },
    move: { taskNo: 1, from, to },
  });
}

async function waiting(caseId: string): Promise<string[]> {
  const query = ledger.db.selectFrom('outbox').select(['kind', 'payload']).where('case_id', '=', caseId);
  const rows = await query.where('cancelled_at', 'is', null).where('sent_at', 'is', null).orderBy('id').execute();
  return rows.map(
    ({ kind, payload }) => `${kind} ${'group' in payload ? payload.group : 'to' in payload ? payload.to : ''}`,
  );
}

test('a task is put to somebody else: same question, their own time, the notices of the former are taken back', async () => {
  const caseId = await asked();
  expect(await waiting(caseId)).toEqual(['task-opened clerks', 'reminder clerks']);
  expect(await move(caseId, 'v-1', 'clerks', 'petra', ['leads'])).toEqual({
    ...{ kind: 'accepted', decision: null, changed: 1 },
  });
  expect(await waiting(caseId)).toEqual(['reassigned petra', 'reminder petra']);
  const open = await ledger.reviews.openTask(caseId);
  expect(open).toMatchObject({ taskNo: 1, seen: 'abc123', group: 'petra', rest: ['leads'], remindAt: REMIND_AT });
  expect(await ledger.reviews.standing(caseId, 1)).toMatchObject({ group: 'petra', rest: ['leads'] });
  expect((await trail(ledger, caseId)).slice(-2)).toEqual(['verdict-accepted', 'reassigned']);
  // The same again: the same answer, and no second notice.
  expect(await move(caseId, 'v-1', 'clerks', 'petra', ['leads'])).toMatchObject({ changed: 1 });
  expect(await waiting(caseId)).toEqual(['reassigned petra', 'reminder petra']);
  expect(await ledger.reviews.former(caseId, 'v-1')).toMatchObject({ judged: { changed: 1 } });
});

test('of two who put it elsewhere at once, one does; the other is refused and recorded', async () => {
  for (let round = 0; round < 5; round++) {
    const caseId = await asked();
    const judged = await Promise.all([move(caseId, 'v-1', 'clerks', 'petra'), move(caseId, 'v-2', 'clerks', 'olga')]);
    const refused = judged.filter(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject([{ refusal: { code: 'stale' } }]);
    const winner = judged[0]?.kind === 'accepted' ? 'petra' : 'olga';
    expect((await ledger.reviews.openTask(caseId))?.group).toBe(winner);
    expect(await trail(ledger, caseId)).toContain('verdict-refused');
  }
});

test('a timer that fires at the same moment moves only who is still asked', async () => {
  const caseId = await asked();
  await move(caseId, 'v-1', 'clerks', 'petra', ['leads']);
  const times = { remindAt: REMIND_AT };
  expect(await ledger.reviews.escalate(caseId, 1, 'leads', times, 'clerks')).toBeUndefined();
  expect((await ledger.reviews.openTask(caseId))?.group).toBe('petra');
  await ledger.reviews.escalate(caseId, 1, 'leads', times, 'petra');
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ group: 'leads', rest: [] });
});

test('who is asked in the place of somebody else is asked in their own when it is their turn, and once', async () => {
  const caseId = await asked();
  await move(caseId, 'v-1', 'clerks', 'petra', ['leads']);
  const to = { asked: { group: 'leads', standsFor: 'petra', rest: ['leads'], because: 'petra is away' } };
  await ledger.replans.replan(caseId, 1, 'petra', { ...to, times: { remindAt: REMIND_AT } });
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ group: 'leads', standsFor: 'petra' });
  const escalate = async () => await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt: REMIND_AT }, 'leads');
  await escalate();
  await escalate();
  const task = await ledger.reviews.openTask(caseId);
  expect(task).toMatchObject({ group: 'leads', rest: [] });
  expect(task).not.toHaveProperty('standsFor');
  expect((await trail(ledger, caseId)).filter((kind) => kind === 'escalated')).toHaveLength(1);
});

test('the groups that are left follow from the plan where nothing else is recorded; after a hand-over nobody is left', async () => {
  const caseId = await asked();
  expect((await ledger.reviews.openTask(caseId))?.rest).toEqual(['leads']);
  await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt: REMIND_AT });
  expect((await ledger.reviews.openTask(caseId))?.rest).toEqual([]);
  const other = await asked();
  await ledger.reviews.deadline(other, 1, 'keep-waiting', { group: 'petra', times: { remindAt: REMIND_AT } });
  expect(await ledger.reviews.openTask(other)).toMatchObject({ group: 'petra', rest: [] });
});

test('a question that was put elsewhere is not taken back when a model answers again', async () => {
  const caseId = await asked();
  await move(caseId, 'v-1', 'clerks', 'petra');
  expect(await ledger.reviews.recall(caseId, 1, 'a model answers again')).toBe(false);
  expect((await caseOf(ledger, caseId)).stage).toBe('review');
});
