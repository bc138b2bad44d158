import { FAILURES, type FailureType } from '../../failures.ts';
import { capped, retryAfterMs, type HeaderReader } from '../retry-after.ts';

/** What is known of a failed call. `status` undefined: no answer at all (connection error, timeout). */
export interface ProviderFault {
  status: number | undefined;
  /** The provider's error code or type, such as `insufficient_quota`. */
  code: string | undefined;
  headers: HeaderReader | undefined;
  body: unknown;
  /** Epoch milliseconds, for a Retry-After that is a date. */
  now: number;
}

export interface ProviderFailure {
  type: ProviderFailureType;
  /** Present when the provider asked for it; at most a minute. */
  nextRetryDelayMs?: number;
  /** The provider asks not to be tried again, though what it said passes: for the next model, and not the request's fault. */
  final?: true;
}

export type ProviderFailureType = Extract<FailureType, `Provider${string}`>;

/** No money, no answer: asking again does not help, however the provider words it. */
const QUOTA_CODES = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);

const BY_STATUS: Record<number, ProviderFailureType> = {
  400: 'ProviderBadRequest',
  401: 'ProviderAuth',
  402: 'ProviderQuota',
  403: 'ProviderAuth',
  408: 'ProviderUnavailable',
  409: 'ProviderUnavailable',
  429: 'ProviderBusy',
};

/** What to do, for the person who reads the failure. */
export const ADVICE: Record<ProviderFailureType, string> = {
  ProviderUnavailable: 'it is tried again; look at the provider if this lasts',
  ProviderBusy: 'it is tried again when the provider says; raise the rate limit if this lasts',
  ProviderQuota: 'top up the account or raise its limit; the next model is asked',
  ProviderAuth: 'check the API key and what it may use; the next model is asked',
  ProviderBadRequest: 'check the model name, the schema and the size of the input; the next model is asked',
};

/** Puts a failed call into the failure table. Pure: the same fault gives the same failure. */
export function failureOfProvider(fault: ProviderFault): ProviderFailure {
  const type = typeOf(fault);
  if (!FAILURES[type].retryable) return { type };
  if (fault.headers?.get('x-should-retry') === 'false') return { type, final: true };
  const asked = fault.headers && retryAfterMs(fault.headers, fault.now);
  const nextRetryDelayMs = asked ?? capped(retryInfoMs(fault.body));
  return nextRetryDelayMs === undefined ? { type } : { type, nextRetryDelayMs };
}

function typeOf({ status, code, headers }: ProviderFault): ProviderFailureType {
  const type = QUOTA_CODES.has(code ?? '') ? 'ProviderQuota' : typeOfStatus(status);
  if (type === 'ProviderQuota') return type;
  const isRetried = headers?.get('x-should-retry') === 'true' && !FAILURES[type].retryable;
  return isRetried ? 'ProviderUnavailable' : type;
}

function typeOfStatus(status: number | undefined): ProviderFailureType {
  if (status === undefined) return 'ProviderUnavailable';
  return BY_STATUS[status] ?? (status >= 500 ? 'ProviderUnavailable' : 'ProviderBadRequest');
}

/** Google says the delay in the body: `{ "@type": ".../google.rpc.RetryInfo", "retryDelay": "34.07s" }`, at some depth. */
function retryInfoMs(body: unknown, depth = 0): number {
  if (typeof body !== 'object' || body === null || depth > 6) return Number.NaN;
  if ('@type' in body && String(body['@type']).endsWith('google.rpc.RetryInfo') && 'retryDelay' in body) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(String(body.retryDelay))?.[1];
    return Number(seconds) * 1000;
  }
  for (const value of Object.values(body)) {
    const found = retryInfoMs(value, depth + 1);
    if (!Number.isNaN(found)) return found;
  }
  return Number.NaN;
}
