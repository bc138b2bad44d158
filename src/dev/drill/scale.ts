/** Ten minutes of an outage take this long in the drill. */
export const OUTAGE_MS = 25_000;
const REAL_OUTAGE_MS = 600_000;

/** How many times faster than real outages pass. */
export const TIME_SCALE = REAL_OUTAGE_MS / OUTAGE_MS;

/**
 * How long a case waits for a provider that is away, in place of 30 minutes: as there, longer than the outage. It is not
 * scaled as much, because the pauses between attempts, up to a minute each, are real.
 */
export const PATIENCE_MS = 240_000;
