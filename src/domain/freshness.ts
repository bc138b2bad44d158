import type { Finding } from './route.ts';

/** How old a feed may be for a process pack that reads it. */
export interface FeedLimit {
  feed: string;
  /** For people, at the start of a sentence: 'the supplier register'. */
  title: string;
  maxAgeMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The finding that a feed is too old or was never loaded; undefined while it is fresh. `asOf`: the moment its data
 * stands for, undefined when it was never loaded.
 */
export function staleness(
  { feed, title, maxAgeMs }: FeedLimit,
  asOf: Date | undefined,
  now: Date,
): Finding | undefined {
  const stale = (what: string): Finding => {
    return { name: 'stale-feed', severity: 'review', message: `${title} ${what}`, feed };
  };
  if (asOf === undefined) return stale('was never loaded');
  const age = now.getTime() - asOf.getTime();
  // A date that is none compares false with everything: it is not fresh.
  if (age <= maxAgeMs) return undefined;
  if (Number.isNaN(age)) return stale('does not say how old it is');
  return stale(`is ${ageText(age)} old, at most ${ageText(maxAgeMs)} are allowed`);
}

/** A length of time in words, cut up so that '48 hours old, at most 48 hours' is never said: 61 hours, 48 hours 1 minute. */
export function ageText(ms: number): string {
  if (ms < 2 * MINUTE) return counted(Math.ceil(ms / SECOND), 'second');
  if (ms < 2 * HOUR) return counted(Math.ceil(ms / MINUTE), 'minute');
  return ms < 4 * DAY ? two(ms, HOUR, 'hour', MINUTE, 'minute') : two(ms, DAY, 'day', HOUR, 'hour');
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const smalls = Math.ceil(ms / small);
  const perBig = big / small;
  const rest = smalls % perBig;
  const whole = counted(Math.floor(smalls / perBig), bigName);
  return rest === 0 ? whole : `${whole} ${counted(rest, smallName)}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
