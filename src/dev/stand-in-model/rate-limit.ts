/** What a provider allows, over all callers. */
export interface Limit {
  requestsPerMinute: number;
  /** Input and most output; no limit unless set. */
  tokensPerMinute?: number | undefined;
}

/** How much of an unused limit can be used at once. */
const BURST_SECONDS = 2;

/**
 * A provider's limit as a token bucket that holds two seconds of it, at least one request. Calls that are turned away use
 * up nothing. Times are in ms, from any clock that does not go back.
 */
export class RateLimit {
  readonly #requests: Bucket;
  readonly #tokens: Bucket | undefined;

  constructor({ requestsPerMinute, tokensPerMinute }: Limit, now: number) {
    this.#requests = new Bucket(requestsPerMinute, now);
    this.#tokens = tokensPerMinute === undefined ? undefined : new Bucket(tokensPerMinute, now);
  }

  /** Takes one request of so many tokens: 0 when there is room, else the ms after which there will be. */
  take(tokens: number, now: number): number {
    const waitMs = Math.max(this.#requests.waitMs(1, now), this.#tokens?.waitMs(tokens, now) ?? 0);
    if (waitMs > 0) return waitMs;
    this.#requests.take(1);
    this.#tokens?.take(tokens);
    return 0;
  }
}

const MINUTE_MS = 60_000;

/** Counts in sixty-thousandths, so that whole amounts, rates and times stay exact. */
class Bucket {
  readonly #perMinute: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute;
    this.#most = Math.max(MINUTE_MS, perMinute * BURST_SECONDS * 1_000);
    this.#left = this.#most;
    this.#at = now;
  }

  waitMs(amount: number, now: number): number {
    this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMinute);
    this.#at = now;
    const missing = this.#bounded(amount) - this.#left;
    return missing > 0 ? Math.ceil(missing / this.#perMinute) : 0;
  }

  take(amount: number): void {
    this.#left -= this.#bounded(amount);
  }

  /** What is larger than the whole bucket passes when the bucket is full. */
  #bounded(amount: number): number {
    return Math.min(amount * MINUTE_MS, this.#most);
  }
}
