import { msToNumber } from '@temporalio/common/lib/time.js';

/** A length of time as people write it: '4 hours', '30 days', '2 minutes'. */
export type Duration = string;

/** Milliseconds of a duration. Throws on text that is none, naming it. */
export function durationMs(duration: Duration): number {
  return msToNumber(duration as Parameters<typeof msToNumber>[0]);
}
