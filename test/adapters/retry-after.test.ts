import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETRY_AFTER_CAP_MS, retryAfterMs } from '../../src/adapters/retry-after.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const wait = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);

describe('retryAfterMs', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['parts of seconds', { 'retry-after': '0.25' }, 250],
    ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
    ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
    ['seconds where the milliseconds are no number', { 'retry-after-ms': 'soon', 'retry-after': '7' }, 7000],
    ['an HTTP date', { 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT' }, 9000],
    ['a day, capped', { 'retry-after': '86400' }, RETRY_AFTER_CAP_MS],
    ['a far date, capped', { 'retry-after': 'Mon, 23 Nov 2026 12:00:00 GMT' }, RETRY_AFTER_CAP_MS],
    ['zero', { 'retry-after': '0' }, undefined],
    ['a past date', { 'retry-after': 'Sun, 22 Nov 2026 11:59:00 GMT' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['words', { 'retry-after': 'in a while' }, undefined],
    ['nothing', {}, undefined],
  ])('reads %s', (_what, headers, expected) => {
    expect(wait(headers)).toBe(expected);
  });

  it('never waits longer than the cap, nor a negative or broken time, whatever the headers say', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.double().map(String), fc.date().map(String));
    const headers = fc.record({ 'retry-after': text, 'retry-after-ms': text }, { requiredKeys: [] });
    fc.assert(
      fc.property(headers, (given) => {
        const found = retryAfterMs({ get: (name) => given[name as keyof typeof given] ?? null }, NOW);
        if (found !== undefined) {
          expect(Number.isInteger(found)).toBe(true);
          expect(found).toBeGreaterThan(0);
          expect(found).toBeLessThanOrEqual(RETRY_AFTER_CAP_MS);
        }
      }),
    );
  });
});
