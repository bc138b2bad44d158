import type { Arm } from './arm.ts';
import type { World } from './world.ts';

/** One round of load on one arm. */
export interface Round {
  casesPerSecond: number;
  completed: number;
  /** From submission to written, in ms, of every case of the round. */
  latenciesMs: number[];
  /** Processor time per case by process. */
  cpuMsPerCase: Record<string, number>;
}

export const IN_FLIGHT = 50;

/**
 * Closed loop: `IN_FLIGHT` cases at any time, for `seconds` a new one for each that ended. Every case counts, and the
 * round lasts until the last one is written: a window in the middle would count nothing of an arm whose cases move in
 * step and take longer than the window.
 */
export async function loadRound(world: World, arm: Arm, seconds: number): Promise<Round> {
  const latenciesMs: number[] = [];
  const cpuBefore = await world.cpu(arm);
  const openedAt = performance.now();
  const lane = async () => {
    do {
      const startedAt = performance.now();
      await arm.written(await arm.submit('straight', arm.messages.next()));
      latenciesMs.push(performance.now() - startedAt);
    } while (performance.now() - openedAt < seconds * 1_000);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const elapsedMs = performance.now() - openedAt;
  const cpuAfter = await world.cpu(arm);
  const completed = latenciesMs.length;
  const cpuMsPerCase = Object.fromEntries(
    Object.entries(cpuAfter ?? {}).map(([name, ms]) => [name, (ms - (cpuBefore?.[name] ?? 0)) / completed]),
  );
  return { casesPerSecond: (completed * 1_000) / elapsedMs, completed, latenciesMs, cpuMsPerCase };
}
