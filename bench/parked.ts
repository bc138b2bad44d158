import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../src/dev/children.ts';
import { submitMany, type Arm } from './arm.ts';
import { residentMiB } from './machine.ts';
import { allWaiting } from './waiting.ts';
import type { World } from './world.ts';

/** What `cases` that wait for a person cost, in MiB. */
export interface Parked {
  cases: number;
  cachedCases: number;
  /** The worker process while they wait, and the same process before, idle. */
  workerMiB: number;
  workerIdleMiB: number;
  /** What they added. */
  serverMemoryMiB: number;
  postgresMiB: number;
  temporalDbMiB: number;
  casesPerSecond: number;
}

const SETTLE_MS = 5_000;

/** Submits `cases` that stay waiting to a new worker process of the arm, and measures once all of them wait. */
export async function park(world: World, arm: Arm, cases: number, log: Log): Promise<Parked> {
  await arm.restartWorker();
  await sleep(SETTLE_MS);
  const idle = await measured(world, arm);
  const waitingBefore = await arm.waiting();
  const startedAt = performance.now();
  await submitMany(arm, 'reviewed', cases, {
    atOnce: 40,
    onAccepted: (accepted) =>
      accepted % Math.ceil(cases / 5) === 0 && log(`${arm.name}: ${accepted} of ${cases} accepted`),
  });
  await allWaiting(arm, waitingBefore + cases);
  const seconds = (performance.now() - startedAt) / 1_000;
  await sleep(SETTLE_MS);
  const full = await measured(world, arm);
  return {
    cases,
    cachedCases: arm.cachedCases,
    workerMiB: full.worker,
    workerIdleMiB: idle.worker,
    serverMemoryMiB: full.server - idle.server,
    postgresMiB: full.postgres - idle.postgres,
    temporalDbMiB: full.temporal - idle.temporal,
    casesPerSecond: cases / seconds,
  };
}

async function measured(world: World, arm: Arm) {
  const [worker, server, sizes] = await Promise.all([
    residentMiB(arm.worker.pid),
    residentMiB(world.server.pid),
    world.sizes(),
  ]);
  return { worker, server, ...sizes };
}
