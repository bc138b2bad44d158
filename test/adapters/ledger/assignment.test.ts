import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { createActivities } from '../../../src/activities/index.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { definition, testPack } from '../../support/fake-pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { askedOn, onLedger } from './reviewed.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const { review } = definition();
const CLERKS = ['ada', 'bob', 'cem'];
const DAY_MS = 86_400_000;

beforeEach(async () => {
  await sql`delete from absences`.execute(ledger.db);
  await sql`update review_tasks set assignee = null, closed_at = now()`.execute(ledger.db);
  for (const personId of [...CLERKS, 'lea'])
    await ledger.people.putPerson(
      { personId, name: personId, roles: ['reviewer'], groups: [personId === 'lea' ? 'leads' : 'clerks'] },
      'test',
    );
});

async function away(personId: string): Promise<void> {
  const absence = { from: new Date(Date.now() - 1_000), until: new Date(Date.now() + DAY_MS), substitute: null };
  await ledger.people.putAbsence(personId, absence, 'test');
}

/** The activities over the ledger and the directory in it, and cases that wait for three clerks. */
function desk(change: Partial<typeof review> = {}) {
  const policy = { ...review, groups: ['clerks', 'leads'], assign: 'least-load', ...change } as const;
  const on = onLedger(ledger, testPack({ review: policy }));
  on.ports.replans = ledger.replans;
  on.ports.access = { mode: 'local', person: (id) => ledger.people.person(id), people: () => ledger.people.people() };
  const activities = createActivities(on.ports);
  const waiting = async () => await askedOn({ ...on, activities });
  return { activities, waiting };
}

async function assigneeOf(caseId: string): Promise<string | undefined> {
  return (await ledger.reviews.openTask(caseId))?.assignee;
}

async function countsOf(assignees: readonly (string | undefined)[]): Promise<Record<string, number>> {
  return Object.fromEntries(CLERKS.map((name) => [name, assignees.filter((one) => one === name).length]));
}

async function dataOf(caseId: string, kind: string): Promise<Record<string, unknown>[]> {
  const file = await ledger.reads.caseFile(caseId);
  return file?.audit.filter((entry) => entry.kind === kind).map(({ data }) => data) ?? [];
}

const shown = async (viewer: string, more: object = {}, order: 'value' | 'due' | 'priority' = 'due') =>
  (await ledger.desk.queue({ viewer, ...more }, order, 200)).items.map(({ assignee }) => assignee);

test(
  '60 questions come to 20 each, and who is away gets none; it stands in the audit',
  { timeout: 60_000 },
  async () => {
    const { waiting } = desk();
    const assigned: (string | undefined)[] = [];
    for (let at = 0; at < 30; at += 1) assigned.push(await assigneeOf((await waiting()).caseId));
    expect(await countsOf(assigned)).toEqual({ ada: 10, bob: 10, cem: 10 });
    await away('cem');
    for (let at = 0; at < 20; at += 1) assigned.push(await assigneeOf((await waiting()).caseId));
    expect(await countsOf(assigned)).toEqual({ ada: 20, bob: 20, cem: 10 });
    await ledger.people.putAbsence('cem', null, 'test');
    for (let at = 0; at < 10; at += 1) assigned.push(await assigneeOf((await waiting()).caseId));
    expect(await countsOf(assigned)).toEqual({ ada: 20, bob: 20, cem: 20 });
    const { caseId } = await waiting();
    expect(await dataOf(caseId, 'task-opened')).toMatchObject([
      { group: 'clerks', assignee: await assigneeOf(caseId) },
    ]);
  },
);

test('what is answered is on nobody’s desk any more', async () => {
  const { waiting } = desk();
  const [, bobs] = [await waiting(), await waiting(), await waiting()];
  await bobs.judge({ verdict: 'reject', reason: 'no' });
  expect(await assigneeOf((await waiting()).caseId)).toBe('bob');
});

test('in turn, whatever is open: the answered ones count too', async () => {
  const { waiting } = desk({ assign: 'round-robin' });
  const assigned: (string | undefined)[] = [];
  for (let at = 0; at < 6; at += 1) {
    const { caseId, judge } = await waiting();
    assigned.push(await assigneeOf(caseId));
    if (at % 2 === 0) await judge({ verdict: 'reject', reason: 'no' });
  }
  expect(assigned).toEqual([...CLERKS, ...CLERKS]);
});

test('what the submitter is asked about is still on the desk of who has it, and comes back to them', async () => {
  const { waiting, activities } = desk();
  const { caseId, judge } = await waiting();
  expect(await assigneeOf(caseId)).toBe('ada');
  await judge({ verdict: 'request-information', question: 'Which order?' });
  expect(await ledger.reviews.loads(['ada', 'bob'])).toMatchObject([{ personId: 'ada', open: 1 }, { open: 0 }]);
  const [request] = await ledger.reads.informationRequests({ caseId, open: true });
  const answer = { answerId: 'a-1', requestId: request?.requestId ?? '', by: 'sam', text: 'Order 4711' };
  await activities.takeInformation({ caseId, channel: 'update', message: answer });
  await activities.readInformation({ caseId, requestId: answer.requestId });
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ taskNo: 2, assignee: 'ada' });
});

test('an escalation, a verdict and the deadline assign it in the next group, and say so in the audit', async () => {
  const { waiting, activities } = desk();
  const [first, second, third] = [await waiting(), await waiting(), await waiting()];
  await activities.escalate({ caseId: first.caseId, taskNo: 1, group: 'leads', remindAfterMs: 1 });
  await second.judge({ verdict: 'reassign', to: 'leads' });
  await activities.applyDeadline({ caseId: third.caseId, taskNo: 1, kind: 'hand-to', group: 'leads' });
  for (const { caseId } of [first, second, third]) expect(await assigneeOf(caseId)).toBe('lea');
  expect(await dataOf(first.caseId, 'escalated')).toMatchObject([{ to: 'leads', assignee: 'lea' }]);
  expect(await dataOf(second.caseId, 'reassigned')).toMatchObject([{ to: 'leads', assignee: 'lea' }]);
  expect(await dataOf(third.caseId, 'deadline')).toMatchObject([{ to: 'leads', assignee: 'lea' }]);
  await first.judge({ verdict: 'reassign', to: 'bob' });
  expect(await assigneeOf(first.caseId)).toBeUndefined();
});

test('of two who must approve the first is done with it, and the next one has it', async () => {
  const { waiting } = desk({ levels: [{ when: {}, approvals: 2 }] });
  const { caseId, judge } = await waiting();
  await judge({ by: 'ada' });
  expect(await assigneeOf(caseId)).toBe('bob');
  expect((await dataOf(caseId, 'verdict-accepted'))[0]).toMatchObject({ by: 'ada', assignee: 'bob' });
  expect(await shown('bob')).toEqual(['bob']);
});

test('anybody of the group may answer what is assigned to somebody else', async () => {
  const { judge } = await desk().waiting();
  expect(await judge({ by: 'cem' })).toMatchObject({ answer: { accepted: true } });
});

test('who is away has it no longer, at once for who reads it; a replan chooses anew, once, and moves nothing else', async () => {
  const { waiting, activities } = desk();
  const { caseId } = await waiting();
  await away('ada');
  expect(await shown('bob')).toEqual([null]);
  expect((await ledger.reads.caseFile(caseId))?.tasks.at(-1)?.assignee).toBeUndefined();
  const before = await ledger.reviews.task(caseId, 1);
  for (let at = 0; at < 2; at += 1) await activities.replanTask({ caseId, taskNo: 1 });
  expect(await ledger.reviews.task(caseId, 1)).toEqual({ ...before, assignee: 'bob' });
  expect(await dataOf(caseId, 'assigned')).toEqual([{ taskNo: 1, group: 'clerks', assignee: 'bob' }]);
  expect(await dataOf(caseId, 'replanned')).toEqual([]);
  // All of the group are away: the next one is asked, and assigned.
  for (const personId of CLERKS) await away(personId);
  await activities.replanTask({ caseId, taskNo: 1 });
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ group: 'leads', assignee: 'lea' });
  expect(await dataOf(caseId, 'replanned')).toMatchObject([{ to: 'leads', assignee: 'lea' }]);
});

test.each(['value', 'due', 'priority'] as const)(
  'the queue by %s: mine and nobody’s, then what others have',
  async (order) => {
    const { waiting } = desk();
    for (let at = 0; at < 6; at += 1) await waiting();
    await away('cem');
    const all = await shown('ada', {}, order);
    expect(new Set(all.slice(0, 4))).toEqual(new Set(['ada', null]));
    expect(all.slice(4)).toEqual(['bob', 'bob']);
    const pages: string[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page = await ledger.desk.queue({ viewer: 'ada' }, order, 1, cursor);
      pages.push(...page.items.map(({ caseId }) => caseId));
      ({ cursor } = page);
    }
    const whole = await ledger.desk.queue({ viewer: 'ada' }, order, 200);
    expect(pages).toEqual(whole.items.map(({ caseId }) => caseId));
  },
);

test('the queue is filtered by what is mine, and by what is nobody’s', async () => {
  const { waiting } = desk();
  for (let at = 0; at < 6; at += 1) await waiting();
  await away('cem');
  expect(await shown('bob', { assigned: 'me' })).toEqual(['bob', 'bob']);
  expect(await shown('bob', { assigned: 'nobody' })).toEqual([null, null]);
  expect(await ledger.desk.countOf({ viewer: 'bob', assigned: 'me' })).toMatchObject({ count: 2 });
  // A program that nobody has logged in to has nothing.
  expect((await ledger.desk.queue({ assigned: 'me' }, 'due', 10)).items).toEqual([]);
});

/** Whom each notice that is due is for, as `<kind> <assignee>`; none of them again. */
async function told(): Promise<string[]> {
  const due = await ledger.outbox.due(new Date(), 100);
  for (const { id } of due) await ledger.outbox.sent(id);
  return due.map(({ kind, assignee }) => `${kind} ${assignee?.personId ?? '-'}`);
}

test('who has a question is told of it, and who has it next: after an approval, and when it is assigned anew', async () => {
  await told();
  const { waiting, activities } = desk({ levels: [{ when: {}, approvals: 2 }] });
  const { caseId, judge } = await waiting();
  expect(await told()).toEqual(['task-opened ada']);
  await judge({ by: 'ada' });
  expect(await told()).toEqual(['reassigned bob']);
  await away('bob');
  for (let at = 0; at < 2; at += 1) await activities.replanTask({ caseId, taskNo: 1 });
  expect(await told()).toEqual(['reassigned cem']);
  await away('cem');
  const other = await waiting();
  await away('ada');
  expect(await told()).toEqual(['task-opened -']);
  // Who approves what somebody else has leaves it there, and nobody is told.
  await ledger.people.putAbsence('ada', null, 'test');
  await other.judge({ by: 'lea' });
  expect(await told()).toEqual([]);
});
