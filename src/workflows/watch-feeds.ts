import type { FeedsReport } from '../activities/steps.ts';
import { runNormally } from './steps.ts';

/** Scheduled: tells owners once when a feed of their packs becomes too old, and once when it is fresh again. */
export async function watchFeeds(): Promise<FeedsReport> {
  return await runNormally('watchFeeds', 'Compare the age of the feeds with their limits', undefined);
}
