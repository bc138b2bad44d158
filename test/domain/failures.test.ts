import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { describe, expect, it, test } from 'vitest';
import { failure, FAILURES, failureTypeOf, type FailureType } from '../../src/failures.ts';

describe('failure', () => {
  test.each(Object.entries(FAILURES))('%s is retried as the table says', (type, { retryable }) => {
    const made = failure(type as FailureType, 'm');
    expect([made.type, made.nonRetryable]).toEqual([type, !retryable]);
  });

  it('carries the delay that the provider asked for', () => {
    expect(failure('ProviderBusy', 'm', { nextRetryDelayMs: 1500 }).nextRetryDelay).toBe(1500);
  });
});

describe('failureTypeOf', () => {
  const wrap = (cause: Error) =>
    new ActivityFailure('Activity task failed', 'write', '1', RetryState.MAXIMUM_ATTEMPTS_REACHED, undefined, cause);

  it('finds the type inside what Temporal wraps around it', () => {
    expect(failureTypeOf(failure('Conflict', 'm'))).toBe('Conflict');
    expect(failureTypeOf(wrap(failure('Conflict', 'm')))).toBe('Conflict');
    expect(failureTypeOf(wrap(ApplicationFailure.create({ type: 'Other', cause: failure('Conflict', 'm') })))).toBe(
      'Conflict',
    );
  });

  it.each([undefined, 'Conflict', new Error('Conflict'), wrap(new TypeError('x')), { type: 'Conflict' }])(
    'knows none in %s',
    (error) => {
      expect(failureTypeOf(error)).toBeUndefined();
    },
  );
});
