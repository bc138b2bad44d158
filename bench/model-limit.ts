import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { readyCases, startModelWorker, type ModelWorker, type ReadyCase } from './model-worker.ts';
import { clearCalls, countCalls, setBehaviour } from './stand-in.ts';
import type { World } from './world.ts';

/** How calls went against a provider that allows so many per minute. */
export interface UnderLimit {
  limitPerMinute: number;
  /** Workers keep to the rate together. */
  limited: Reached;
  /** Workers know no rate; the provider's 429 and Retry-After are all that slows them. */
  unlimited: Reached;
}

export interface Reached {
  /** Answers as a share of what the limit lets pass in that time, its burst included. */
  share: number;
  /** How many calls met 429, from the start. */
  answered429: number;
  /** How often a case had used up its attempts and was set to wait. */
  gaveUp: number;
}

const LIMIT_PER_MINUTE = 600;
const WORKERS = 2;
const LANES = 30;
/** What the limit allows at once, at the start. */
const BURST_SECONDS = 2;
/** What the activity's retry policy says where the failure itself says nothing: from a second, doubled, up to half a minute. */
const RETRY = { initialMs: 1_000, mostMs: 30_000 };

/** Two workers with 30 cases each at any time, against a limit of 600 calls a minute, for `seconds` each way. */
export async function underLimit(world: World, worker: ModelWorker, seconds: number): Promise<UnderLimit> {
  const rate = { requestsPerMinute: LIMIT_PER_MINUTE, tokensPerMinute: 1_000_000_000 };
  const allowed = (LIMIT_PER_MINUTE / 60) * (seconds + BURST_SECONDS);
  const run = async (rates: Record<string, typeof rate>) => {
    // The calls under way at the end are beyond what is allowed.
    const ready = await readyCases(worker, world, Math.ceil(allowed) + WORKERS * LANES);
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => startModelWorker(world, rates)));
    try {
      await setBehaviour(world, { limit: { requestsPerMinute: LIMIT_PER_MINUTE } });
      await clearCalls(world);
      const { answers, gaveUp } = await runLanes(workers, ready, seconds * 1_000);
      const { overLimit } = await countCalls(world);
      return { share: answers / allowed, answered429: overLimit, gaveUp };
    } finally {
      await setBehaviour(world, {});
      await Promise.all(workers.map((each) => each.close()));
    }
  };
  const limited = await run({ openai: rate });
  return { limitPerMinute: LIMIT_PER_MINUTE, limited, unlimited: await run({}) };
}

async function runLanes(workers: ModelWorker[], ready: ReadyCase[], forMs: number) {
  const end = AbortSignal.timeout(forMs);
  let answers = 0;
  let gaveUp = 0;
  const lane = async (worker: ModelWorker) => {
    while (!end.aborted) {
      const next = ready.shift();
      if (!next) throw new Error('more cases were answered than the limit allows');
      const rounds = await answer(worker, next, end);
      gaveUp += rounds;
      if (!end.aborted) answers += 1;
    }
  };
  await Promise.all(workers.flatMap((worker) => Array.from({ length: LANES }, () => lane(worker))));
  return { answers, gaveUp };
}

/**
 * Asks until there is an answer or the time is over, at the pace that Temporal keeps: the failure's own delay, else the
 * retry policy's. A case whose attempts are used up waits as its workflow would, and asks again; how often is returned.
 */
async function answer(worker: ModelWorker, ready: ReadyCase, end: AbortSignal): Promise<number> {
  for (let round = 1; ; round++) {
    for (let attempt = 1; ; attempt++) {
      if (end.aborted) return round - 1;
      try {
        const { outcome } = await worker.ask(ready, { activityId: `${round}`, attempt });
        if (outcome !== 'away') return round - 1;
        break;
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        if (error.nonRetryable) break;
        const said = error.nextRetryDelay;
        const own = Math.min(RETRY.mostMs, RETRY.initialMs * 2 ** (attempt - 1));
        await until(typeof said === 'number' ? said : own, end);
      }
    }
    await until(await worker.ports.modelCalls.waitMs(ready.caseId, ready.plan.models, round), end);
  }
}

/** Waits, or to the end of the run. */
async function until(ms: number, end: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: end }).catch(() => undefined);
}
