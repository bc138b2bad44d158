import type { FeedLimit } from '../domain/freshness.ts';
import { durationMs, type Duration } from './duration.ts';
import type { Feeds } from './pack.ts';

const MAX_AGE: Duration = '48 hours';

/** What a pack declares about its feeds, with defaults, in the order of their names. */
export function feedLimits(declared: Readonly<Record<string, { maxAge?: Duration; title?: string }>>): FeedLimit[] {
  return Object.entries(declared)
    .map(([feed, { maxAge = MAX_AGE, title = `the feed '${feed}'` }]) => ({
      feed,
      title,
      maxAgeMs: durationMs(maxAge),
    }))
    .toSorted((a, b) => (a.feed < b.feed ? -1 : 1));
}

/**
 * The feeds as a pack may read them. Reading another one throws a plain error, which Temporal tries again: the step shows
 * as pending, with this message, until a pack that declares it is deployed.
 */
export function declaredFeeds(packId: string, limits: readonly FeedLimit[], feeds: Feeds): Feeds {
  const check = (asked: string) => {
    if (limits.some(({ feed }) => feed === asked)) return;
    throw new Error(`pack ${packId}: it reads the feed '${asked}' but does not declare it; add it to 'feeds'`);
  };
  return {
    async lookUp(feed, key) {
      check(feed);
      return await feeds.lookUp(feed, key);
    },
    async similar(feed, text, limit) {
      check(feed);
      return await feeds.similar(feed, text, limit);
    },
  };
}
