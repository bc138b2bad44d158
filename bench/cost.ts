import { setTimeout as sleep } from 'node:timers/promises';
import { submitMany, type Arm, type Route } from './arm.ts';
import { actionsIn, median } from './figures.ts';
import { allWaiting } from './waiting.ts';
import type { World } from './world.ts';

/** What one case costs in history and on the bill. */
export interface CaseCost {
  events: number;
  bytes: number;
  actions: number;
}

/** The server reports its counters about once a second. */
const METRICS_LAG_MS = 2_500;

/** Runs `cases` cases and nothing else, and reads events and bytes from the server, actions from its counter. */
export async function costOf(world: World, arm: Arm, route: Route, cases: number): Promise<CaseCost> {
  const before = await settledActions(world);
  const waitingBefore = await arm.waiting();
  const ids = await submitMany(arm, route, cases, { atOnce: 5 });
  if (route === 'reviewed') {
    await allWaiting(arm, waitingBefore + cases);
    await arm.readQuestions();
    for (const id of ids) await arm.approve(id);
  }
  for (const id of ids) await arm.written(id);
  const actions = ((await settledActions(world)) - before) / cases;
  const described = await Promise.all(ids.map((id) => world.temporal.workflow.getHandle(id).describe()));
  return {
    events: median(described.map(({ historyLength }) => historyLength)),
    bytes: median(described.map(({ historySize }) => historySize ?? 0)),
    actions,
  };
}

async function settledActions(world: World): Promise<number> {
  for (let former = -1; ; await sleep(METRICS_LAG_MS)) {
    const now = actionsIn(await world.metrics());
    if (now === former) return now;
    former = now;
  }
}
