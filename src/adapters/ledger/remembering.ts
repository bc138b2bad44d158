import { LRUCache } from 'lru-cache';
import { json } from '../../canonical.ts';

/** Each memory holds at most this many characters of JSON, so some 16 MiB. */
const MOST_CHARS = 8 * 1024 * 1024;

export interface Memory<T> {
  get(key: string): T | undefined;
  /** `value` as it would come back from the database. */
  set(key: string, value: T): void;
}

/**
 * What is recorded once and never changes, kept in memory: the next step of a case mostly runs in the process that
 * recorded it. Only what the database has confirmed may be put in.
 */
export function remembering<T extends object>(): Memory<T> {
  const cache = new LRUCache<string, T>({ maxSize: MOST_CHARS });
  return {
    get: (key) => cache.get(key),
    set(key, value) {
      const text = json(value);
      cache.set(key, JSON.parse(text) as T, { size: text.length });
    },
  };
}
