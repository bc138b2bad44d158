import type { Log } from '../src/dev/children.ts';
import { cacheGain, type CacheGain } from './model-cache.ts';
import { underLimit, type UnderLimit } from './model-limit.ts';
import { overheadOf, type Overhead } from './model-overhead.ts';
import { startModelWorker } from './model-worker.ts';
import type { World } from './world.ts';

/** What the model step by itself costs and reaches. */
export interface ModelStep {
  plan: ModelStepPlan;
  overhead: Overhead;
  cache: CacheGain;
  providerLimit: UnderLimit;
}

export interface ModelStepPlan {
  calls: number;
  cachedMessages: number;
  limitSeconds: number;
}

/** The model step without the rest of a case: beside the SDK alone, with its cache, and under a provider's limit. */
export async function modelStep(world: World, plan: ModelStepPlan, log: Log): Promise<ModelStep> {
  const worker = await startModelWorker(world);
  try {
    log(`model step: ${plan.calls} calls of it and of the SDK alone, in turn`);
    const overhead = await overheadOf(world, worker, plan.calls);
    log(`model step: ${plan.cachedMessages} messages in two cases each, without and with the cache`);
    const cache = await cacheGain(world, worker, plan.cachedMessages);
    log(`model step: ${plan.limitSeconds} s under the provider's limit, with and without our own`);
    const providerLimit = await underLimit(world, worker, plan.limitSeconds);
    return { plan, overhead, cache, providerLimit };
  } finally {
    await worker.close();
  }
}
