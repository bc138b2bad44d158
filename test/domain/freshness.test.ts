import { describe, expect, test } from 'vitest';
import { ageText, staleness } from '../../src/domain/freshness.ts';

const HOUR = 3_600_000;
const now = new Date('2026-03-04T12:00:00Z');
const limit = { feed: 'suppliers', title: 'the supplier register', maxAgeMs: 48 * HOUR };
const aged = (ms: number) => staleness(limit, new Date(now.getTime() - ms), now);

describe('a feed', () => {
  test('that is as old as allowed is fresh, and a moment later it is not', () => {
    expect(aged(48 * HOUR)).toBeUndefined();
    expect(aged(48 * HOUR + 1)).toMatchObject({ name: 'stale-feed', severity: 'review', feed: 'suppliers' });
  });

  test('that is too old says how old it is and how old it may be', () => {
    expect(aged(61 * HOUR)?.message).toBe('the supplier register is 61 hours old, at most 48 hours are allowed');
  });

  test('that was never loaded says so', () => {
    expect(staleness(limit, undefined, now)?.message).toBe('the supplier register was never loaded');
  });

  test('whose date is none is not taken for fresh', () => {
    expect(staleness(limit, new Date('yesterday'), now)).toBeDefined();
  });
});

const words: [ms: number, text: string][] = [
  [1, '1 second'],
  [90_000, '90 seconds'],
  [30 * 60_000, '30 minutes'],
  [2 * HOUR, '2 hours'],
  [48 * HOUR + 1, '48 hours 1 minute'],
  [5 * 24 * HOUR, '5 days'],
  [5 * 24 * HOUR + 90 * 60_000, '5 days 2 hours'],
  [24 * HOUR - 1, '24 hours'],
];
test.each(words)('%i ms is %s', (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
