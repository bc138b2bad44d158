import { staleness } from '../domain/freshness.ts';
import type { FeedState } from './feed-ports.ts';
import type { Ports } from './ports.ts';
import type { Steps } from './steps.ts';

/**
 * Compares the age of every feed with the limits of the packs that read it. An owner is told once when a feed becomes too
 * old for any of their packs, and once when it is fresh again.
 */
export const watchFeeds =
  ({ packs, feeds, feedAlarms, clock }: Pick<Ports, 'packs' | 'feeds' | 'feedAlarms' | 'clock'>): Steps['watchFeeds'] =>
  async () => {
    const current = packs.ids().map((id) => packs.current(id));
    const asOf = await feeds.asOf([...new Set(current.flatMap((pack) => pack.feeds.map(({ feed }) => feed)))]);
    const now = clock();
    const states = new Map<string, FeedState>();
    for (const { id, owner, feeds: limits } of current) {
      for (const limit of limits) {
        const { feed } = limit;
        const key = JSON.stringify([feed, owner]);
        const found = staleness(limit, asOf.get(feed), now);
        const state = states.get(key) ?? {
          ...{ feed, owner, stale: false, asOf: asOf.get(feed) ?? null, packs: [] },
          message: `${limit.title} is fresh again: cases may go straight through`,
        };
        states.set(key, state);
        state.packs.push(id);
        if (!found) continue;
        // The first of the owner's packs says it; the others only add their names.
        if (!state.stale) state.message = `${found.message}: cases go to review until it is loaded`;
        state.stale = true;
      }
    }
    const told = await feedAlarms.settle([...states.values()]);
    const named = told.map(({ feed, owner, stale }) => ({ stale, line: `${feed}, ${owner} was told` }));
    return {
      stale: named.filter(({ stale }) => stale).map(({ line }) => line),
      fresh: named.filter(({ stale }) => !stale).map(({ line }) => line),
    };
  };
