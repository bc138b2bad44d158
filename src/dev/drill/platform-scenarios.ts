import { setTimeout as sleep } from 'node:timers/promises';
import { stuckSteps } from './stuck-steps.ts';
import { OUTAGE_MS } from './scale.ts';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

/** How often the worker is killed, and how long this goes on. */
const KILL_EVERY_MS = 4_000;
const KILLS = { full: 5, short: 2 };
const RESTART_MS = 2_000;

/** Long enough that most cases are on their way when something is taken from under them. */
const THINKING_MS = 5_000;

/** Cases in all states: some wait for a person, some are with the model, some have just come in. */
async function underWay(trial: Trial): Promise<void> {
  await trial.rig.model({ latencyMs: THINKING_MS });
  await trial.feed([...trial.messages(50), ...trial.invoices(12)]);
  await sleep(1_000);
}

export const platformScenarios: Scenario[] = [
  {
    name: 'worker-killed',
    group: 'platform',
    title: `the worker is killed every ${KILL_EVERY_MS / 1000} s`,
    met: (_, { kills }) => kills,
    reviewMeanwhile: true,
    async run(trial) {
      const { rig } = trial;
      await rig.model({ latencyMs: { min: 200, max: 3_000 } });
      const fed = trial.feed([...trial.messages(80), ...trial.invoices(20)]);
      for (const kills = trial.short ? KILLS.short : KILLS.full; trial.kills < kills; trial.kills++) {
        await sleep(KILL_EVERY_MS);
        await rig.killWorker();
        await rig.launchWorker();
      }
      await fed;
      await trial.over();
    },
  },
  {
    name: 'postgres-restarted',
    group: 'platform',
    title: 'PostgreSQL is killed and started again',
    met: (_, { kills }) => kills,
    reviewMeanwhile: true,
    async run(trial) {
      await underWay(trial);
      await trial.rig.killPostgres();
      trial.kills += 1;
      await sleep(RESTART_MS);
      await trial.rig.startPostgres();
      await trial.over();
    },
  },
  {
    name: 'postgres-down',
    group: 'platform',
    title: 'PostgreSQL is down for ten minutes (scaled) with many open cases',
    met: (_, { kills }) => kills,
    mostExtraEvents: 15,
    run: postgresDown,
  },
  {
    name: 'temporal-restarted',
    group: 'platform',
    title: 'the Temporal server is killed and started again',
    met: (_, { kills }) => kills,
    reviewMeanwhile: true,
    async run(trial) {
      await underWay(trial);
      await trial.rig.killTemporal();
      trial.kills += 1;
      await sleep(RESTART_MS);
      await trial.rig.startTemporal();
      await trial.over();
    },
  },
];

/** Part of the cases waits for a person, the others are at every step up to the model, when PostgreSQL goes. */
async function postgresDown(trial: Trial): Promise<void> {
  const { rig } = trial;
  await rig.model({ refusal: true });
  await trial.feed(trial.messages(200, 10));
  await trial.settled(60_000);
  await rig.model({ latencyMs: 18_000 });
  await trial.feed(trial.messages(900, 45));
  const open = await trial.open();
  const waiting = await trial.waiting();
  trial.notes.push(`${open.length + waiting} cases were open when it went, ${waiting} of them waiting for a person`);
  await rig.killPostgres();
  trial.kills += 1;
  const began = Date.now();
  await rig.model();
  await sleep(OUTAGE_MS - 8_000);
  const stuck = await stuckSteps(rig, open);
  await sleep(Math.max(0, OUTAGE_MS - (Date.now() - began)));
  trial.notes.push(stuck.text);
  if (stuck.visible === 0) trial.faults.push('no case showed its stuck step and last failure in describe()');
  if (stuck.silent > 0)
    trial.faults.push(`${stuck.silent} cases showed a step that is tried again without its last failure`);
  await rig.startPostgres();
  await trial.over();
}
