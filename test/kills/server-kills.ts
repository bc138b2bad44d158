import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../src/dev/samples.ts';
import type { CaseOutcome } from '../../src/domain/case.ts';
import { submissionOf, type Rig } from './rig.ts';
import { finish } from './checks.ts';
import { allWritten, calls, effects, holding, inStage, personFor, submitted, type Scenario } from './scenario.ts';
import { caseOf } from '../../src/dev/supply.ts';
import { until } from '../../src/dev/until.ts';

/** Temporal, PostgreSQL and the API are killed while cases are in all states. */
export const serverKills: Scenario[] = [
  { name: 'temporal', title: 'Temporal killed, cases in all states', run: killTemporal },
  { name: 'postgres', title: 'PostgreSQL killed, cases in all states', run: killPostgres },
  { name: 'api', title: 'API killed inside a stream; stream sent again', run: killApi },
  { name: 'not-started', title: 'accepted, API killed before the start; swept', run: acceptedNotStarted },
];

async function killTemporal(rig: Rig) {
  const { samples, person, expected, caught, note } = await inAllStates(rig);
  await rig.killTemporal();
  await sleep(1_500);
  await rig.startTemporal();
  await rig.calm();
  return { cases: samples.length, caught, note, faults: await finish(rig, person, expected) };
}

async function killPostgres(rig: Rig) {
  const { samples, person, expected, caught, note } = await inAllStates(rig);
  await rig.killPostgres();
  await sleep(1_500);
  await rig.startPostgres();
  await rig.calm();
  return { cases: samples.length, caught, note, faults: await finish(rig, person, expected) };
}

/** Cases that wait, write, are being undone, are with the model, have just come in; two verdicts on their way. */
async function inAllStates(rig: Rig) {
  const [waiting, writing, refused] = [rig.supply.messages(5), rig.supply.messages(5), rig.supply.invoices(3)];
  const [asking, fresh] = [rig.supply.messages(5), rig.supply.pdfs(3)];
  const samples: Sample[] = [...waiting, ...writing, ...refused, ...asking, ...fresh];
  await rig.model({ refusal: true });
  const waitingIds = await submitted(rig, waiting);
  await until('five wait', async () => (await inStage(rig, waitingIds, 'review')) === 5);
  await rig.calm();
  await rig.business({ collection: 'tickets', latencyMs: 7_000, calls: ['create'] });
  await rig.business({ collection: 'postings', latencyMs: 7_000, calls: ['reversal'] });
  await rig.business({ collection: 'payment-proposals', refuse: { code: 'closed', message: 'The period is closed' } });
  const refusedIds = await submitted(rig, refused);
  const writingIds = await submitted(rig, writing);
  const early = personFor(rig, [...writing, ...refused]);
  await until('some write, some are undone', async () => {
    await early.round();
    const undone = await holding(rig, refusedIds, 'compensate');
    return undone >= 2 && (await effects(rig, writingIds, 'pending')) >= 3;
  });
  await rig.model({ latencyMs: 5_000 });
  const askingIds = await submitted(rig, asking);
  await until('the model is asked', async () => (await calls(rig, askingIds, 'started')) >= 4);
  const freshIds = await submitted(rig, fresh);
  const person = personFor(rig, samples);
  await Promise.all(waitingIds.slice(0, 2).map((id) => person.answer(id)));
  const all = [...waitingIds, ...writingIds, ...refusedIds, ...askingIds, ...freshIds];
  const stages = await Promise.all(
    ['received', 'proposing', 'review', 'deciding', 'writing'].map(async (stage) => {
      return [stage, await inStage(rig, all, stage)] as const;
    }),
  );
  const caught = stages.reduce((sum, [, cases]) => sum + cases, 0);
  const note = stages.flatMap(([stage, cases]) => (cases > 0 ? [`${cases} ${stage}`] : [])).join(', ');
  const expected = new Map<string, CaseOutcome>(all.map((id) => [id, 'written']));
  for (const id of refusedIds) expected.set(id, 'rejected');
  return { samples, person, expected, caught, note };
}

async function killApi(rig: Rig) {
  const samples = rig.supply.messages(20);
  let before = 0;
  async function* slowly() {
    for (const sample of samples) {
      yield submissionOf(sample);
      await sleep(15);
    }
  }
  const lost = await (async () => {
    for await (const _ of rig.api.submitAll(slowly())) if (++before === 6) await rig.killApi();
  })().then(
    () => false,
    () => true,
  );
  await rig.startApi();
  const again = await rig.submit(samples);
  const faults = again.flatMap(({ line, caseId, refused }) =>
    caseId === undefined ? [`line ${line} was refused the second time: ${refused}`] : [],
  );
  const known = again.filter(({ created }) => created === false).length;
  if (known < before) faults.push(`${before} were confirmed, only ${known} were known afterwards`);
  faults.push(...(await allWritten(rig, samples)));
  const note = `${before} receipts before, ${known} known after`;
  return { cases: samples.length, caught: lost ? samples.length - before : 0, note, faults };
}

async function acceptedNotStarted(rig: Rig) {
  const [told, untold] = [rig.supply.messages(5), rig.supply.messages(5)];
  const samples = [...told, ...untold];
  const ids = samples.map((sample) => caseOf(sample));
  await rig.killTemporal();
  const receipts = await rig.submit(told);
  const faults = receipts.filter(({ started }) => started !== false).map(({ caseId }) => `${caseId}: started?`);
  // These are stored, and the API is killed while it tries to start them.
  const cut = rig.submit(untold).catch(() => 'cut off');
  await until('all are stored', async () => (await inStage(rig, ids, 'received')) === ids.length, { everyMs: 5 });
  await rig.killApi();
  if ((await cut) !== 'cut off') faults.push('the second stream was answered before the kill');
  await rig.startTemporal();
  const runs = await Promise.all(ids.map((id) => rig.run(id)));
  await rig.startApi();
  faults.push(...(await allWritten(rig, samples)));
  return { cases: ids.length, caught: runs.filter((run) => run === undefined).length, faults };
}
