import type { CaseOutcome } from '../../src/domain/case.ts';
import type { DecideCaseInput } from '../../src/messages.ts';
import type { CaseResult } from '../../src/domain/decision.ts';
import { faultsOf, finish } from './checks.ts';
import { Person } from './person.ts';
import type { Rig } from './rig.ts';
import { allWritten, calls, effects, inStage, personFor, submitted, type Scenario } from './scenario.ts';
import { caseOf } from '../../src/dev/supply.ts';
import { until } from '../../src/dev/until.ts';

/** Runs that vanish from Temporal, or are ended there by an operator. */
export const lostRuns: Scenario[] = [
  { name: 'deleted-closed', title: 'closed run deleted, submitted again', run: deletedClosed },
  { name: 'deleted-open', title: 'open run deleted while waiting; swept', run: deletedOpen },
  { name: 'terminated', title: 'run terminated; orphaned, next revision', run: terminated },
  { name: 'terminated-writing', title: 'run terminated after one effect; revised', run: terminatedWriting },
];

/** Deletes a run and waits until Temporal does not know it. The sweep is held: it would see it terminated for a moment. */
async function deleted(rig: Rig, caseIds: readonly string[]): Promise<void> {
  const sweep = rig.temporal.schedule.getHandle('countersign-sweep');
  await sweep.pause();
  for (const workflowId of caseIds) {
    const { namespace } = rig.stack;
    await rig.temporal.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  }
  await until('all are gone', async () => {
    const runs = await Promise.all(caseIds.map((caseId) => rig.run(caseId)));
    return runs.every((run) => run === undefined);
  });
  await sweep.unpause();
}

async function deletedClosed(rig: Rig) {
  const samples = [...rig.supply.messages(5), ...rig.supply.invoices(3)];
  const ids = await submitted(rig, samples);
  const faults = await allWritten(rig, samples);
  const paid = await calls(rig, ids, 'ok');
  const booked = (await rig.books()).length;
  await deleted(rig, ids);
  // Once as the business system would, once as an operator could in the Temporal UI.
  for (const { caseId, created, outcome } of await rig.submit(samples)) {
    if (created !== false || outcome !== 'written') faults.push(`${caseId}: submitted again, told ${outcome}`);
  }
  for (const sample of samples) {
    const workflowId = caseOf(sample);
    const documents = (await rig.ledger.cases.get(workflowId))?.documents ?? [];
    const input: DecideCaseInput = { packId: sample.packId, caseKey: sample.caseKey, documents };
    const options = { workflowId, taskQueue: 'countersign', args: [input] };
    const { outcome } = (await rig.temporal.workflow.execute('decideCase', options)) as CaseResult;
    if (outcome !== 'duplicate') faults.push(`${workflowId}: the second run ended ${outcome}`);
  }
  if ((await calls(rig, ids, 'ok')) !== paid) faults.push('the model was asked again');
  if ((await rig.books()).length !== booked) faults.push('something was booked again');
  faults.push(...(await faultsOf(rig, new Map(ids.map((id) => [id, 'written' as const])))));
  return { cases: ids.length, caught: ids.length, faults };
}

async function deletedOpen(rig: Rig) {
  const samples = [...rig.supply.messages(4), ...rig.supply.invoices(6)];
  const candidates = await submitted(rig, samples);
  // Those that a person decides: the model has answered, and is not to be paid again.
  await until(
    'none is on its way',
    async () => (await inStage(rig, candidates, 'review', 'closed')) === candidates.length,
  );
  const open: string[] = [];
  for (const id of candidates) if ((await inStage(rig, [id], 'review')) === 1) open.push(id);
  await deleted(rig, open);
  await until('the sweep started them again', async () => {
    const runs = await Promise.all(open.map((id) => rig.run(id)));
    return runs.every((run) => run?.status.name === 'RUNNING');
  });
  const faults = await allWritten(rig, samples);
  const paid = await calls(rig, candidates, 'ok');
  if (paid !== candidates.length) faults.push(`${candidates.length} cases, but ${paid} answers were paid for`);
  return { cases: candidates.length, caught: open.length, faults };
}

async function terminated(rig: Rig) {
  const samples = rig.supply.messages(5);
  await rig.model({ refusal: true });
  const ids = await submitted(rig, samples);
  await until('all wait', async () => (await inStage(rig, ids, 'review')) === ids.length);
  await rig.calm();
  await terminate(rig, ids);
  const { next, person } = await revised(rig, samples);
  const expected = [...ids.map((id) => [id, 'orphaned'] as const), ...next.map((id) => [id, 'written'] as const)];
  return { cases: ids.length, caught: ids.length, faults: await finish(rig, person, new Map(expected)) };
}

async function terminatedWriting(rig: Rig) {
  const samples = rig.supply.invoices(4);
  await rig.business({ collection: 'payment-proposals', down: true });
  const ids = await submitted(rig, samples);
  const first = personFor(rig, samples);
  await until('posted, not proposed for payment', async () => {
    await first.round();
    const posted = await effects(rig, ids, 'applied', 'posting');
    return posted === ids.length && (await effects(rig, ids, 'pending', 'payment-proposal')) === ids.length;
  });
  await terminate(rig, ids);
  await rig.calm();
  const early = await rig.submit(samples, 2);
  const faults = early.flatMap(({ caseId }) =>
    caseId === undefined ? [] : [`${caseId}: revised before it was reversed`],
  );
  for (const caseId of ids) await reverse(rig, caseId);
  const { next, person } = await revised(rig, samples);
  const expected = new Map<string, CaseOutcome>(ids.map((id) => [id, 'reversed']));
  for (const id of next) expected.set(id, 'written');
  faults.push(...(await finish(rig, person, expected)));
  return { cases: ids.length, caught: ids.length, note: 'reversed, then written by the next revision', faults };
}

/** As an operator would: through the API. */
async function reverse(rig: Rig, caseId: string): Promise<void> {
  await rig.api.reverse({ caseId, by: 'olga.operator', reason: 'lost after it had written' });
  await until(`${caseId} is reversed`, async () => (await rig.ledger.cases.get(caseId))?.outcome === 'reversed');
}

async function terminate(rig: Rig, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rig.temporal.workflow.getHandle(id).terminate('kill run: terminated by an operator');
  await until('the sweep reports all', async () => {
    const records = await Promise.all(ids.map((id) => rig.ledger.cases.get(id)));
    return records.every((record) => record?.outcome === 'orphaned');
  });
}

/** Submits the same content as the next revision. */
async function revised(rig: Rig, samples: Parameters<typeof personFor>[1]) {
  const receipts = await rig.submit(samples, 2);
  const next = receipts.flatMap(({ caseId }) => caseId ?? []);
  if (next.length !== samples.length) throw new Error(`revisions refused: ${JSON.stringify(receipts)}`);
  return { next, person: new Person(rig, new Map(samples.map((sample) => [caseOf(sample, 2), sample]))) };
}
