import { ApplicationFailure } from '@temporalio/common';

/**
 * The one table of failure types. `retryable` is what Temporal does with it; a message names what to do and never holds
 * document content, because failures are plain text in the history.
 */
export const FAILURES = {
  InvalidInput: { retryable: false, means: 'The submission itself is wrong; the message names the field.' },
  Conflict: { retryable: false, means: 'The same case key was submitted with other content.' },
  NotWaiting: { retryable: false, means: 'Nobody is asked that question any more: it was answered, or has changed.' },
  UnknownPack: { retryable: false, means: 'No process pack of that id on this worker.' },
  PackVersionGone: { retryable: false, means: 'This worker lacks the pinned version of the pack.' },
  LedgerUnavailable: { retryable: true, means: 'PostgreSQL did not answer.' },
  ProviderUnavailable: {
    retryable: true,
    means: 'Connection error, timeout, 408, 409 or 5xx from the model provider.',
  },
  ProviderBusy: { retryable: true, means: '429, or our own rate for the provider; tried again when there is room.' },
  ProviderQuota: { retryable: false, means: 'The provider account has no quota left; the next model is asked.' },
  ProviderAuth: { retryable: false, means: 'The provider refused the credentials (401, 403).' },
  ProviderBadRequest: { retryable: false, means: 'The provider refused the request itself (400, 404, 413, 422).' },
  SinkUnavailable: { retryable: true, means: 'The business system did not answer, or answered with a passing fault.' },
  NotStarted: { retryable: false, means: 'An ended run left nothing to go on with.' },
} as const;

export type FailureType = keyof typeof FAILURES;

const POSSIBLY_PAID = 'possibly paid';

/** True of a failed model call that the provider may have answered, and billed, all the same. */
export function isPossiblyPaid(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.details?.includes(POSSIBLY_PAID) === true;
}

/**
 * Builds the Temporal failure for a type of the table. `nextRetryDelayMs` overrides the retry policy's own delay; `final`
 * ends the retries of a type that is retried otherwise.
 */
export function failure(
  type: FailureType,
  message: string,
  options: { cause?: unknown; nextRetryDelayMs?: number; final?: boolean; possiblyPaid?: boolean } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: options.final === true || !FAILURES[type].retryable,
    ...(options.possiblyPaid === true ? { details: [POSSIBLY_PAID] } : {}),
    ...(options.cause instanceof Error ? { cause: options.cause } : {}),
    ...(options.nextRetryDelayMs === undefined ? {} : { nextRetryDelay: options.nextRetryDelayMs }),
  });
}

/** Walks a failure's causes for a type of the table: activity failures wrap what the activity threw. */
export function failureTypeOf(error: unknown): FailureType | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type && at.type in FAILURES) return at.type as FailureType;
  }
  return undefined;
}
