import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../src/dev/samples.ts';
import type { Rig } from './rig.ts';
import {
  allWritten,
  calls,
  holding,
  inStage,
  offsets,
  personFor,
  submitted,
  thinking,
  type Scenario,
} from './scenario.ts';
import { until } from '../../src/dev/until.ts';

/** The worker is killed while it ingests, asks the model, validates, waits, or carries out a verdict. */
export const workerKills: Scenario[] = [
  { name: 'ingest', title: 'worker killed while it reads PDFs', run: duringIngest },
  { name: 'model', title: 'worker killed while the model answers', run: duringModel },
  { name: 'validate', title: 'worker killed around validate', run: duringValidate },
  { name: 'waiting', title: 'worker killed while a person is asked', run: whileWaiting },
  { name: 'verdict', title: 'worker killed between verdict and write', run: afterVerdict },
];

async function duringIngest(rig: Rig) {
  const samples = rig.supply.pdfs(6);
  await rig.killWorker();
  const ids = await submitted(rig, samples);
  await rig.startWorker();
  await until('some are read, not all', async () => (await inStage(rig, ids, 'received')) < ids.length - 1, {
    everyMs: 2,
  });
  await rig.killWorker();
  const caught = await holding(rig, ids, 'ingest');
  await rig.startWorker();
  return { cases: ids.length, caught, faults: await allWritten(rig, samples) };
}

async function duringModel(rig: Rig) {
  const samples = [...rig.supply.messages(8), ...rig.supply.invoices(4)];
  await rig.model({ latencyMs: 6_000 });
  const ids = await submitted(rig, samples);
  await until('the model is asked', async () => (await calls(rig, ids, 'started')) >= 10);
  await rig.killWorker();
  const caught = await holding(rig, ids, 'callModel');
  await rig.calm();
  await rig.startWorker();
  return { cases: ids.length, caught, faults: await allWritten(rig, samples) };
}

async function duringValidate(rig: Rig) {
  const all: Sample[] = [];
  let caught = 0;
  const times = offsets(6, 40);
  for (const ms of times) {
    const samples = rig.supply.messages(3);
    await rig.model({ latencyMs: 700 });
    const ids = await submitted(rig, samples);
    await until('the model answered', async () => (await calls(rig, ids, 'ok')) > 0, { everyMs: 2 });
    await sleep(ms);
    await rig.killWorker();
    caught += await thinking(rig, ids);
    await rig.startWorker();
    all.push(...samples);
  }
  await rig.calm();
  const note = `${times.join(', ')} ms after the first answer`;
  return { cases: all.length, caught, note, faults: await allWritten(rig, all) };
}

async function whileWaiting(rig: Rig) {
  const samples = [...rig.supply.messages(6), ...rig.supply.invoices(4)];
  await rig.model({ refusal: true });
  const ids = await submitted(rig, samples);
  await until('all wait', async () => (await inStage(rig, ids, 'review')) === ids.length);
  await rig.killWorker();
  await rig.calm();
  const person = personFor(rig, samples);
  // Half of the verdicts come while no worker runs, the others after the restart.
  for (const caseId of ids.slice(0, 5)) await person.answer(caseId);
  await rig.startWorker();
  return { cases: ids.length, caught: ids.length, faults: await allWritten(rig, samples, person) };
}

async function afterVerdict(rig: Rig) {
  const times = [0, ...offsets(6, 60)];
  const all: Sample[] = [];
  let caught = 0;
  for (const ms of times) {
    const samples = rig.supply.messages(3);
    const person = personFor(rig, samples);
    await rig.model({ refusal: true });
    // Each round has cases of its own: those that an earlier worker held would first be missed for ten seconds.
    const ids = await submitted(rig, samples);
    await until('all wait', async () => (await inStage(rig, ids, 'review')) === ids.length);
    await sleep(300);
    const sent = ids.map((id, nth) => person.answer(id, nth === 0 ? 'api' : 'signal').catch(() => undefined));
    // The signals are in; how far the call to the API comes is part of what is tried.
    await Promise.all(sent.slice(1));
    await sleep(ms);
    await rig.killWorker();
    caught += (await thinking(rig, ids)) + (await holding(rig, ids, 'write'));
    await rig.calm();
    await rig.startWorker();
    all.push(...samples);
  }
  const note = `${times.join(', ')} ms after the signals`;
  return { cases: all.length, caught, note, faults: await allWritten(rig, all) };
}
