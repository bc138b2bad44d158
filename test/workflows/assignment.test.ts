import { beforeEach, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { replanSignal } from '../../src/messages.ts';
import { useLedger } from '../support/postgres.ts';
import { until, useServer, withWorker, type CaseHandle } from './harness.ts';
import { asking, overLedger, said, started } from './on-fakes.ts';

const server = useServer();
let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

beforeEach(async () => {
  for (const personId of ['carla', 'dora'])
    await ledger.people.putPerson({ personId, name: personId, roles: ['reviewer'], groups: ['clerks'] }, 'test');
});

/** A case that waits for the clerks, under a policy that assigns as this says. */
async function inCase(
  assign: 'pull' | 'least-load',
  play: (case_: CaseHandle, assigned: (to: string | undefined) => Promise<true>) => Promise<void>,
): Promise<number> {
  const fakes = asking({ groups: ['clerks', 'leads'], assign });
  const ports = overLedger(fakes, ledger);
  let events = 0;
  await withWorker(server, createActivities(ports), async (run) => {
    const case_ = await started({ ...fakes, ports }, run);
    await case_.asked();
    const { workflowId } = case_.handle;
    await play(case_, (to) =>
      until(async () => ((await ledger.reviews.openTask(workflowId))?.assignee === to ? true : undefined)),
    );
    const { task } = await case_.view();
    await case_.say('update', said('reject', task?.seen ?? '', { by: 'dora', reason: 'no' }));
    await case_.handle.result();
    events = (await case_.handle.fetchHistory()).events?.length ?? 0;
  });
  return events;
}

it('who has a question and goes away has it no longer; anybody of the group answers it', async () => {
  await inCase('least-load', async ({ handle }, assigned) => {
    await assigned('carla');
    const absence = { from: new Date(0), until: new Date(Date.now() + 60_000), substitute: null };
    await ledger.people.putAbsence('carla', absence, 'test');
    await handle.signal(replanSignal);
    await assigned('dora');
    await ledger.people.putAbsence('carla', null, 'test');
  });
});

it('costs a case no event, and is not told to it', async () => {
  const plain = await inCase('pull', async (_, assigned) => void (await assigned(undefined)));
  const events = await inCase('least-load', async ({ handle }, assigned) => {
    await assigned('carla');
    expect(JSON.stringify(await handle.fetchHistory())).not.toContain('carla');
  });
  expect(events).toBe(plain);
});
