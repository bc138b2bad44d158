import { LRUCache } from 'lru-cache';

/** Counts attempts by who makes them; memory of this process, forgotten after the time. */
export interface GuessLimit {
  /** Counts one; false: it is one too many. */
  allows(who: string): boolean;
}

/** @param most attempts in `perMs`, counted from the first of them */
export function guessLimit({ most, perMs }: { most: number; perMs: number }): GuessLimit {
  const counts = new LRUCache<string, { count: number }>({ max: 10_000, ttl: perMs });
  return {
    allows(who) {
      const known = counts.get(who);
      if (known) return (known.count += 1) <= most;
      counts.set(who, { count: 1 });
      return true;
    },
  };
}
