import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOfProvider, type ProviderFault } from '../../../src/adapters/model-openai/failures-of-provider.ts';
import { RETRY_AFTER_CAP_MS } from '../../../src/adapters/retry-after.ts';
import { FAILURES } from '../../../src/failures.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function fault(given: { status?: number; code?: string; headers?: Record<string, string>; body?: unknown }) {
  const { status, code, headers = {}, body } = given;
  return failureOfProvider({ status, code, headers: new Headers(headers), body, now: NOW });
}

const GOOGLE_BODY = [
  {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
    ],
  },
];

describe('failureOfProvider', () => {
  it.each([
    [undefined, 'ProviderUnavailable'],
    [500, 'ProviderUnavailable'],
    [502, 'ProviderUnavailable'],
    [504, 'ProviderUnavailable'],
    [408, 'ProviderUnavailable'],
    [409, 'ProviderUnavailable'],
    [429, 'ProviderBusy'],
    [503, 'ProviderUnavailable'],
    [529, 'ProviderUnavailable'],
    [401, 'ProviderAuth'],
    [403, 'ProviderAuth'],
    [402, 'ProviderQuota'],
    [400, 'ProviderBadRequest'],
    [404, 'ProviderBadRequest'],
    [413, 'ProviderBadRequest'],
    [422, 'ProviderBadRequest'],
    [418, 'ProviderBadRequest'],
    [302, 'ProviderBadRequest'],
  ] as const)('puts status %s into %s', (status, type) => {
    expect(failureOfProvider({ status, code: undefined, headers: undefined, body: undefined, now: NOW })).toEqual({
      type,
    });
  });

  it('tells an exhausted quota from a rate limit: both are 429', () => {
    expect(fault({ status: 429, code: 'rate_limit_exceeded' }).type).toBe('ProviderBusy');
    expect(fault({ status: 429, code: 'insufficient_quota', headers: { 'retry-after': '5' } })).toEqual({
      type: 'ProviderQuota',
    });
  });

  it('obeys x-should-retry both ways, but never retries an exhausted quota', () => {
    expect(fault({ status: 400, headers: { 'x-should-retry': 'true' } }).type).toBe('ProviderUnavailable');
    expect(fault({ status: 503, headers: { 'x-should-retry': 'true' } }).type).toBe('ProviderUnavailable');
    expect(fault({ status: 402, headers: { 'x-should-retry': 'true' } }).type).toBe('ProviderQuota');
  });

  it('takes an outage for no fault of the request when the provider asks not to be tried again', () => {
    const headers = { 'x-should-retry': 'false', 'retry-after': '3' };
    expect(fault({ status: 503, headers })).toEqual({ type: 'ProviderUnavailable', final: true });
    expect(fault({ status: 429, headers })).toEqual({ type: 'ProviderBusy', final: true });
    expect(fault({ status: 400, headers })).toEqual({ type: 'ProviderBadRequest' });
  });

  it('waits as long as the provider says, in headers or in the body of Google', () => {
    expect(fault({ status: 429, headers: { 'retry-after': '3' } })).toEqual({
      type: 'ProviderBusy',
      nextRetryDelayMs: 3000,
    });
    expect(fault({ status: 429, body: GOOGLE_BODY })).toEqual({ type: 'ProviderBusy', nextRetryDelayMs: 34_070 });
    expect(fault({ status: 500, headers: { 'retry-after': '3600' } })).toEqual({
      type: 'ProviderUnavailable',
      nextRetryDelayMs: RETRY_AFTER_CAP_MS,
    });
  });

  it('holds for any fault: quota and refused credentials are final, a delay only comes with a retry and is bounded', () => {
    const headers = fc.record(
      {
        'retry-after': fc.oneof(fc.integer().map(String), fc.date().map(String), fc.constant('x')),
        'retry-after-ms': fc.integer().map(String),
        'x-should-retry': fc.constantFrom('true', 'false', 'maybe'),
      },
      { requiredKeys: [] },
    );
    const faults: fc.Arbitrary<ProviderFault> = fc.record({
      status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
      code: fc.option(fc.constantFrom('insufficient_quota', 'rate_limit_exceeded', 'other'), { nil: undefined }),
      headers: headers.map((given) => ({ get: (name: string) => given[name as keyof typeof given] ?? null })),
      body: fc.anything(),
      now: fc.constant(NOW),
    });
    fc.assert(
      fc.property(faults, (given) => {
        const { type, nextRetryDelayMs, final } = failureOfProvider(given);
        const should = given.headers?.get('x-should-retry');
        if (given.code === 'insufficient_quota') expect(type).toBe('ProviderQuota');
        else if (should === 'false') expect(final === true || !FAILURES[type].retryable).toBe(true);
        else if (should === 'true' && given.status !== 402) expect(FAILURES[type].retryable).toBe(true);
        if (nextRetryDelayMs !== undefined) {
          expect(FAILURES[type].retryable).toBe(true);
          expect(nextRetryDelayMs).toBeGreaterThan(0);
          expect(nextRetryDelayMs).toBeLessThanOrEqual(RETRY_AFTER_CAP_MS);
        }
      }),
    );
  });
});
