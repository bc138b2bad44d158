import { beforeEach, describe, expect, it } from 'vitest';
import type { Ports } from '../../src/activities/ports.ts';
import { createActivities } from '../../src/activities/index.ts';
import { replanReviews } from '../../src/activities/replan.ts';
import type { ReplanReport } from '../../src/activities/steps.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { replanSignal, submitInformation } from '../../src/messages.ts';
import type { Calendar } from '../../src/packs/calendar.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import type { Fakes } from '../support/fake-ports.ts';
import { useLedger } from '../support/postgres.ts';
import { detailsOf, until, useServer, withWorker, type Run } from './harness.ts';
import { asking, overLedger, said, started } from './on-fakes.ts';

const server = useServer();
let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const DAY_MS = 86_400_000;
const { review } = definition();
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ALWAYS: Calendar = { timeZone: 'UTC', hours: [{ days, from: '00:00', to: '24:00' }] };

beforeEach(async () => {
  await ledger.db.deleteFrom('absences').execute();
  for (const personId of ['petra', 'bob', 'carla'])
    await ledger.people.putPerson(
      { personId, name: personId, roles: ['reviewer'], groups: personId === 'carla' ? ['clerks'] : [] },
      'test',
    );
});

async function away(personId: string, substitute: string | null): Promise<void> {
  const absence = { from: new Date(Date.now() - 1_000), until: new Date(Date.now() + DAY_MS), substitute };
  await ledger.people.putAbsence(personId, absence, 'test');
}

function onLedger(fakes: Fakes, run: () => Run): Ports {
  const ports = overLedger(fakes, ledger);
  const replan = async (caseId: string) => await run().client.workflow.getHandle(caseId).signal(replanSignal);
  return { ...ports, temporal: { ...ports.temporal, replan } };
}

interface World {
  run: Run;
  fakes: Fakes;
  ports: Ports;
  /** A case that waits for a person. */
  waiting: () => Promise<Awaited<ReturnType<typeof started>>>;
  /** What the schedule does. */
  look: () => Promise<ReplanReport>;
}

async function inWorld(change: Partial<typeof review>, play: (world: World) => Promise<void>): Promise<void> {
  const fakes = asking({ groups: ['clerks', 'leads'], ...change });
  let running: Run | undefined;
  const ports = onLedger(fakes, () => running as Run);
  await withWorker(server, createActivities(ports), async (run) => {
    running = run;
    let count = 0;
    const waiting = async () => {
      const case_ = await started({ ...fakes, ports }, run);
      await case_.asked();
      return case_;
    };
    const look = async () => {
      const workflowId = `replan-${run.taskQueue}-${(count += 1)}`;
      const report: unknown = await run.client.workflow.execute('replanReviews', {
        workflowId,
        taskQueue: run.taskQueue,
      });
      return report as ReplanReport;
    };
    await play({ run, fakes, ports, waiting, look });
  });
}

type Case = Awaited<ReturnType<World['waiting']>>;
const isAsked = async (case_: Case, group: string) =>
  await until(async () => (await case_.view()).task?.group === group || undefined);

async function end(...cases: Case[]): Promise<void> {
  for (const case_ of cases) {
    const { task } = await case_.view();
    await case_.say('update', said('reject', task?.seen ?? '', { reason: 'no' }));
    await case_.handle.result();
  }
}

async function replannedIn(case_: Case): Promise<Record<string, unknown>[]> {
  const file = await ledger.reads.caseFile(case_.handle.workflowId);
  return file?.audit.filter(({ kind }) => kind === 'replanned').map(({ data }) => data) ?? [];
}

describe('an absence', () => {
  it('asks the substitute, and who was away again afterwards; no other case is told', async () => {
    await inWorld({}, async ({ waiting, look }) => {
      const [hers, other] = [await waiting(), await waiting()];
      const { seen } = (await hers.view()).task ?? { seen: '' };
      await hers.say('update', said('reassign', seen, { to: 'petra' }));
      expect(await look()).toEqual({ looked: 2, told: 0, more: false });
      await away('petra', 'bob');
      expect(await look()).toEqual({ looked: 2, told: 1, more: false });
      await isAsked(hers, 'bob');
      expect(await detailsOf(hers)).toContain('Waiting for **bob**');
      expect((await hers.handle.describe()).searchAttributes).toMatchObject({ CsGroup: ['bob'] });
      expect(await ledger.reviews.openTask(hers.handle.workflowId)).toMatchObject({ group: 'bob', standsFor: 'petra' });
      expect((await look()).told).toBe(0);
      await ledger.people.putAbsence('petra', null, 'test');
      expect((await look()).told).toBe(1);
      await isAsked(hers, 'petra');
      expect(await replannedIn(hers)).toMatchObject([
        { from: 'petra', to: 'bob', because: expect.stringContaining('bob answers meanwhile') as string },
        { from: 'bob', to: 'petra', because: 'petra is back' },
      ]);
      expect(await replannedIn(other)).toEqual([]);
      await end(hers, other);
    });
  });

  it('is over after the submitter was asked too: who was away is asked again', async () => {
    await inWorld({}, async ({ waiting, look }) => {
      const case_ = await waiting();
      const { seen } = (await case_.view()).task ?? { seen: '' };
      await case_.say('update', said('reassign', seen, { to: 'petra' }));
      await away('petra', 'bob');
      expect((await look()).told).toBe(1);
      await isAsked(case_, 'bob');
      await case_.say('update', said('request-information', seen, { question: 'Which order?' }));
      const caseId = case_.handle.workflowId;
      const [request] = await ledger.reads.informationRequests({ caseId, open: true });
      const answer = { answerId: 'a-1', requestId: request?.requestId ?? '', by: 'sam', text: 'Order 4711' };
      await case_.handle.executeUpdate(submitInformation, { args: [answer] });
      await until(async () => ((await case_.view()).task?.taskNo === 2 ? true : undefined));
      expect(await ledger.reviews.openTask(caseId)).toMatchObject({ taskNo: 2, group: 'bob', standsFor: 'petra' });
      await ledger.people.putAbsence('petra', null, 'test');
      expect((await look()).told).toBe(1);
      await isAsked(case_, 'petra');
      await end(case_);
    });
  });

  it('of a whole group asks the next one at once; the question stays as it was', async () => {
    await inWorld({}, async ({ waiting, look }) => {
      const case_ = await waiting();
      const before = (await case_.view()).task;
      await away('carla', null);
      expect((await look()).told).toBe(1);
      await isAsked(case_, 'leads');
      expect((await case_.view()).task).toMatchObject({ taskNo: 1, seen: before?.seen });
      const later = await waiting();
      // Nothing has changed since: only what was put since the last time is looked at.
      const ago = new Date(Date.now() - 600_000);
      const first = ledger.db.updateTable('review_tasks').set({ asked_at: ago, opened_at: ago });
      await first.where('case_id', '=', case_.handle.workflowId).execute();
      expect(await look()).toEqual({ looked: 1, told: 1, more: false });
      await isAsked(later, 'leads');
      await end(case_, later);
    });
  });

  it('asks nobody who may not answer: the submitter is no substitute', async () => {
    await ledger.people.putPerson({ personId: 'sam', name: 'Sam', roles: ['reviewer'], groups: [] }, 'test');
    await inWorld({ fourEyes: true }, async ({ waiting, look }) => {
      const case_ = await waiting();
      const { seen } = (await case_.view()).task ?? { seen: '' };
      await case_.say('update', said('reassign', seen, { to: 'petra' }));
      await away('petra', 'sam');
      expect((await look()).told).toBe(1);
      await isAsked(case_, 'leads');
      await end(case_);
    });
  });
});

describe('a calendar', () => {
  const timed = { calendar: ALWAYS, escalateAfter: '8 business hours', deadline: '20 business hours' };

  it('that changes moves the steps of the cases that it concerns, and their reminders', async () => {
    await inWorld(timed, async ({ fakes, waiting, look }) => {
      const case_ = await waiting();
      const was = (await case_.view()).task?.dueAt ?? '';
      expect((await look()).told).toBe(0);
      const today = new Date().toISOString().slice(0, 10);
      const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
      const closed = { ...ALWAYS, closed: [today, tomorrow] };
      fakes.usePacks([testPack({ version: '1.0.1', review: { ...review, ...timed, calendar: closed } })]);
      expect(await look()).toMatchObject({ told: 1 });
      const is = await until(async () => {
        const { dueAt = was } = (await case_.view()).task ?? {};
        return dueAt === was ? undefined : dueAt;
      });
      expect(Date.parse(is)).toBeGreaterThan(Date.parse(`${tomorrow}T24:00:00Z`));
      expect((await case_.handle.describe()).searchAttributes?.['CsDueAt']).toEqual([new Date(is)]);
      const { remindAt } = (await ledger.reviews.openTask(case_.handle.workflowId)) ?? {};
      const reminders = await ledger.db
        .selectFrom('outbox')
        .select('not_before')
        .where('case_id', '=', case_.handle.workflowId)
        .where('kind', '=', 'reminder')
        .execute();
      expect(reminders).toEqual([{ not_before: remindAt }]);
      expect(await look()).toMatchObject({ looked: 1, told: 0 });
      expect(await replannedIn(case_)).toHaveLength(1);
      await end(case_);
    });
  });
});

it('tells cases at a measured pace', async () => {
  await inWorld({}, async ({ waiting, ports }) => {
    const cases = [await waiting(), await waiting(), await waiting()];
    await away('carla', null);
    const pauses: number[] = [];
    const told: string[] = [];
    const temporal = { ...ports.temporal, replan: (caseId: string) => Promise.resolve(void told.push(caseId)) };
    const look = replanReviews({ ...ports, temporal }, (ms) => Promise.resolve(pauses.push(ms)));
    expect(await look()).toMatchObject({ told: 3 });
    expect(told.toSorted()).toEqual(cases.map(({ handle }) => handle.workflowId).toSorted());
    expect(pauses).toEqual([50, 50, 50]);
    await end(...cases);
  });
});

it('a question that has ended meanwhile is left alone', async () => {
  await inWorld({}, async ({ waiting, ports }) => {
    const case_ = await waiting();
    const caseId = case_.handle.workflowId;
    await end(case_);
    expect(await createActivities(ports).replanTask({ caseId, taskNo: 1 })).toBeNull();
    expect(await ports.replans.page(undefined, 10)).toEqual([]);
  });
});
