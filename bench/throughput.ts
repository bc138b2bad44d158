import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm } from './arm.ts';
import type { World } from './world.ts';

/** One round of load on one arm. */
export interface Round {
  casesPerSecond: number;
  completed: number;
  /** From submission to written, in ms, of the cases that completed in the window. */
  latenciesMs: number[];
  /** Processor time per case by process. */
  cpuMsPerCase: Record<string, number>;
}

export const IN_FLIGHT = 50;
const RAMP_MS = 1_000;

/**
 * Closed loop: `IN_FLIGHT` cases at any time, a new one for each that ended. Completions are counted in a window that
 * opens after a second of ramp; what is in flight at its end is waited for and not counted.
 */
export async function loadRound(world: World, arm: Arm, seconds: number): Promise<Round> {
  let counting = false;
  let running = true;
  let completed = 0;
  const latenciesMs: number[] = [];
  const lane = async () => {
    while (running) {
      const startedAt = performance.now();
      await arm.written(await arm.submit('straight', arm.messages.next()));
      if (!counting) continue;
      completed += 1;
      latenciesMs.push(performance.now() - startedAt);
    }
  };
  const lanes = Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  // A failure must end the round at once, not after its time.
  const during = <T>(work: Promise<T>) => Promise.race([work, lanes.then(() => work)]);
  try {
    await during(sleep(RAMP_MS));
    const before = await world.cpu(arm);
    const openedAt = performance.now();
    counting = true;
    await during(sleep(seconds * 1_000));
    counting = false;
    const elapsedMs = performance.now() - openedAt;
    const after = await world.cpu(arm);
    const cpuMsPerCase = Object.fromEntries(
      Object.entries(after ?? {}).map(([name, ms]) => [name, (ms - (before?.[name] ?? 0)) / completed]),
    );
    return { casesPerSecond: (completed * 1_000) / elapsedMs, completed, latenciesMs, cpuMsPerCase };
  } finally {
    running = false;
    await lanes;
  }
}
