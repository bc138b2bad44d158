import type { ModelWorker } from './model-worker.ts';
import { clearCalls, countCalls } from './stand-in.ts';
import type { World } from './world.ts';

const GOOD_FOR_MS = 30 * 24 * 3_600_000;

/** The same messages, each in two cases, without and with the use of earlier answers. */
export interface CacheGain {
  cases: number;
  without: Bought;
  with: Bought;
}

/** What the cases of one way came to. */
export interface Bought {
  /** Calls that reached the provider, as it counted them. */
  calls: number;
  /** Micro-units of the price list's currency. */
  costMicrosPerCase: number;
  /** How long the model step of each message's second case took, in ms. */
  againMs: number[];
}

/** Submits `messages` messages as two cases each, the second after the first was answered; first without the cache. */
export async function cacheGain(world: World, worker: ModelWorker, messages: number): Promise<CacheGain> {
  const texts = Array.from({ length: messages }, () => world.arms[0].messages.next());
  const bought = async (way: string, goodForMs: number): Promise<Bought> => {
    await clearCalls(world);
    const againMs: number[] = [];
    let micros = 0;
    for (const turn of ['a', 'b']) {
      for (const { key, text } of texts) {
        const ready = await worker.ingest({ key: `${key}-${way}-${turn}`, text });
        const startedAt = performance.now();
        const called = await worker.ask(ready, undefined, goodForMs);
        if (turn === 'b') againMs.push(performance.now() - startedAt);
        if (!('costMicros' in called) || called.costMicros === null)
          throw new Error(`${ready.caseId}: ${called.outcome}, no cost known`);
        micros += called.costMicros;
      }
    }
    const { calls } = await countCalls(world);
    return { calls, costMicrosPerCase: micros / (2 * messages), againMs };
  };
  // Answers that are kept for no time cannot be used by the other way either.
  const without = await bought('bought', 0);
  return { cases: 2 * messages, without, with: await bought('kept', GOOD_FOR_MS) };
}
