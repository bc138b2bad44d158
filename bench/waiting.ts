import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm } from './arm.ts';

/** Resolves when `count` cases of the arm wait for a person. Throws when their number stays the same for a minute. */
export async function allWaiting(arm: Arm, count: number): Promise<void> {
  let former = -1;
  let movedAt = Date.now();
  for (;;) {
    const now = await arm.waiting();
    if (now >= count) break;
    if (now !== former) movedAt = Date.now();
    if (Date.now() - movedAt > 60_000) throw new Error(`${arm.name}: ${now} of ${count} cases wait, and no more come`);
    former = now;
    await sleep(250);
  }
  // The last of them may still be on the way from its last step to the wait itself.
  await sleep(1_000);
}
