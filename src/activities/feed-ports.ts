import type { Feeds } from '../packs/pack.ts';

/** Feeds, and how old they are. */
export interface DatedFeeds extends Feeds {
  /** The moment that each feed's data stands for; a feed that was never loaded is missing. One statement for all. */
  asOf(feeds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}

/** A feed as one owner has to see it. */
export interface FeedState {
  feed: string;
  owner: string;
  /** The owner's packs that read it. */
  packs: string[];
  stale: boolean;
  /** What `stale` was judged on; null: never loaded. */
  asOf: Date | null;
  /** The sentence of the notice. */
  message: string;
}

export interface FeedAlarms {
  /**
   * Raises and clears alarms, and puts a notice to the owner of each that changes into the outbox, in one statement. Returns
   * those that changed; the same states again, or at once from elsewhere, change nothing.
   */
  settle(states: readonly FeedState[]): Promise<{ feed: string; owner: string; stale: boolean }[]>;
}
