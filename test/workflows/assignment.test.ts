import { beforeEach, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { replanSignal } from '../../src/messages.ts';
import { useLedger } from '../support/postgres.ts';
import { payloadsOf, typesOf, until, useServer, withWorker, type CaseHandle, type HistoryEvent } from './harness.ts';
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

/** A case that waits for the clerks, under a policy that assigns as this says; gives its history. */
async function inCase(
  assign: 'pull' | 'least-load',
  play: (case_: CaseHandle, assigned: (to: string | undefined) => Promise<true>) => Promise<void>,
): Promise<HistoryEvent[]> {
  const fakes = asking({ groups: ['clerks', 'leads'], assign });
  const ports = overLedger(fakes, ledger);
  let events: HistoryEvent[] = [];
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
    events = await case_.history();
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
  // How many workflow tasks a case takes depends on how busy the machine is.
  const stepsOf = (history: HistoryEvent[]) => typesOf(history).filter((type) => !type.startsWith('WORKFLOW_TASK'));
  const plain = await inCase('pull', async (_, assigned) => void (await assigned(undefined)));
  const history = await inCase('least-load', async (_, assigned) => void (await assigned('carla')));
  expect(stepsOf(history)).toEqual(stepsOf(plain));
  // Whom it asks is told to it.
  expect(payloadsOf(history)).toContain('clerks');
  expect(payloadsOf(history)).not.toContain('carla');
});
