/** The longest wait that a server may ask for; after it we try again, whatever was asked. */
export const RETRY_AFTER_CAP_MS = 60_000;

/** Reads headers by name, as `Headers` does. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * How long a server asks to wait, in milliseconds, at most `RETRY_AFTER_CAP_MS`: `retry-after-ms` (OpenAI, Azure), else
 * `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3) against `now`, in epoch milliseconds. Undefined when
 * nothing usable is said, and for zero or the past: then the caller's own delay keeps it from asking in a tight loop.
 */
export function retryAfterMs(headers: HeaderReader, now: number): number | undefined {
  const inMs = headers.get('retry-after-ms')?.trim();
  const value = headers.get('retry-after')?.trim();
  return capped(decimal(inMs)) ?? capped(decimal(value) * 1000) ?? capped(Date.parse(value ?? '') - now);
}

/** A delay in milliseconds, whole and at most the cap; undefined when it is no positive number. */
export function capped(ms: number): number | undefined {
  return ms > 0 ? Math.ceil(Math.min(ms, RETRY_AFTER_CAP_MS)) : undefined;
}

function decimal(text: string | undefined): number {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
