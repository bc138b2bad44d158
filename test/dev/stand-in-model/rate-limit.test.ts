import { describe, expect, test } from 'vitest';
import { RateLimit } from '../../../src/dev/stand-in-model/rate-limit.ts';

/** How many of `calls` calls, one every `everyMs`, pass. */
function passed(limit: RateLimit, calls: number, everyMs: number, tokens = 1): number {
  return Array.from({ length: calls }, (_, at) => limit.take(tokens, at * everyMs)).filter((ms) => ms === 0).length;
}

describe('a limit of requests', () => {
  test('lets two seconds of it pass at once, then its rate', () => {
    expect(passed(new RateLimit({ requestsPerMinute: 600 }, 0), 1_000, 0)).toBe(20);
    expect(passed(new RateLimit({ requestsPerMinute: 600 }, 0), 6_000, 10)).toBe(20 + 599);
  });

  test('says when there is room, and there is room then and not before', () => {
    const limit = new RateLimit({ requestsPerMinute: 10 }, 0);
    expect(limit.take(1, 0)).toBe(0);
    expect(limit.take(1, 0)).toBe(6_000);
    expect(limit.take(1, 4_000)).toBe(2_000);
    expect(limit.take(1, 5_999)).toBe(1);
    expect(limit.take(1, 6_000)).toBe(0);
  });

  test('holds no more than two seconds after a quiet time', () => {
    const limit = new RateLimit({ requestsPerMinute: 60 }, 0);
    const later = Array.from({ length: 5 }, () => limit.take(1, 3_600_000));
    expect(later.filter((ms) => ms === 0)).toHaveLength(2);
  });
});

describe('a limit of tokens', () => {
  test('is a second one: the later of both says when there is room', () => {
    const limit = new RateLimit({ requestsPerMinute: 6_000, tokensPerMinute: 6_000 }, 0);
    expect(limit.take(150, 0)).toBe(0);
    expect(limit.take(150, 0)).toBe(1_000);
    expect(limit.take(50, 0)).toBe(0);
  });

  test('a call that is turned away for its tokens uses up no request', () => {
    const limit = new RateLimit({ requestsPerMinute: 60, tokensPerMinute: 6_000 }, 0);
    expect(limit.take(200, 0)).toBe(0);
    for (let at = 0; at < 10; at++) expect(limit.take(1, 0)).toBeGreaterThan(0);
    expect(limit.take(1, 10)).toBe(0);
  });

  test('what is larger than the burst passes when nothing else is used', () => {
    const limit = new RateLimit({ requestsPerMinute: 60, tokensPerMinute: 600 }, 0);
    expect(limit.take(5_000, 0)).toBe(0);
    expect(limit.take(5_000, 0)).toBe(2_000);
    expect(limit.take(5_000, 2_000)).toBe(0);
  });
});
