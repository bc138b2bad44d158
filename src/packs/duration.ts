import { msToNumber } from '@temporalio/common/lib/time.js';
import type { Span } from '../domain/timing.ts';

/** A length of time as people write it: '4 hours', '30 days', '2 minutes'; where it says so, also '8 business hours'. */
export type Duration = string;

/** Milliseconds of a duration. Throws on text that is none, naming it. */
export function durationMs(duration: Duration): number {
  return msToNumber(duration as Parameters<typeof msToNumber>[0]);
}

const BUSINESS = /^(\d+(?:\.\d+)?) business (minute|hour|day)s?$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000 };

/** A duration that may be working time: '30 business minutes', '8 business hours', '2 business days'. */
export function spanOf(duration: Duration): Span {
  const [, count, unit] = BUSINESS.exec(duration) ?? [];
  if (count === undefined) return { ms: durationMs(duration) };
  if (unit !== 'day') return { businessMs: Number(count) * UNIT_MS[unit === 'hour' ? 'hour' : 'minute'] };
  if (!Number.isInteger(Number(count))) throw new TypeError(`'${duration}': business days are whole`);
  return { businessDays: Number(count) };
}
