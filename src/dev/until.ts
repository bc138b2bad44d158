import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is not undefined or false, and returns it. A question that fails counts as no answer: what is
 * asked may just have been killed.
 *
 * @throws Error naming what was waited for, with the last failure as its cause, after `withinMs` (60 s)
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { withinMs = 60_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const end = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(everyMs);
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last });
}
