/** The share of what is at stake that is lost when a question is answered only after its deadline. */
export const LATE_SHARE = 0.02;
/** Seconds of review where nothing was measured yet: 200 an hour. */
export const DEFAULT_SECONDS = 18;

/** What the order by value looks at. */
export interface Valued {
  /** Minor units: the amount that the pack names, or its default. */
  stake: number;
  /** 0..1, the least of the critical fields; 0 where the model gave none. */
  confidence: number;
  openedAt: Date;
  dueAt: Date;
}

/**
 * Expected cost, in minor units, that one second of review takes away. What stands highest is answered first.
 *
 *     error   = stake x (1 - confidence)
 *     waiting = stake x LATE_SHARE x urgency
 *     urgency = the share of the time from question to deadline that is over, 0..1; 1 once it has passed
 *     value   = (error + waiting) / median seconds that a review of this pack takes
 *
 * The confidence is that of the least sure critical field, so a doubtful large amount comes before a sure one, and of two
 * alike the one nearer to its deadline. The ledger computes the same in SQL (`valueSql`); a test holds the two together.
 */
export function valuePerSecond({ stake, confidence, openedAt, dueAt }: Valued, seconds: number, now: Date): number {
  return (stake * (1 - confidence) + stake * LATE_SHARE * urgencyOf(openedAt, dueAt, now)) / seconds;
}

function urgencyOf(openedAt: Date, dueAt: Date, now: Date): number {
  const whole = dueAt.getTime() - openedAt.getTime();
  if (whole <= 0) return 1;
  return Math.min(1, Math.max(0, (now.getTime() - openedAt.getTime()) / whole));
}

/** A question that waits, as the forecast sees it. */
export interface Due {
  dueAt: Date;
  stake: number;
}

export interface Forecast {
  /** Answers per hour at the present speed of all reviewers together. */
  perHour: number;
  /** Of the questions that wait now: their deadline has passed already. */
  overdue: number;
  /** Of the others: how many will be answered too late at this speed, even if always the next deadline is served. */
  missed: number;
  /** What one more reviewer brings who works for one hour, from now. */
  oneMoreHour: { saved: number; worth: number };
}

/**
 * Serves the questions by deadline at a steady speed and counts those that come too late: the best that this speed can do,
 * so the true number is not lower. Nothing new comes in meanwhile. `worth` is in minor units: LATE_SHARE of what is at stake
 * in those that are then in time.
 */
export function forecastOf(dues: readonly Due[], perHour: number, perReviewerHour: number, now: Date): Forecast {
  const open = dues
    .filter(({ dueAt }) => dueAt > now)
    .toSorted((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
  const missed = tooLate(open, now, (hours) => perHour * hours);
  const then = tooLate(open, now, (hours) => perHour * hours + perReviewerHour * Math.min(hours, 1));
  return {
    perHour,
    overdue: dues.length - open.length,
    missed: missed.length,
    oneMoreHour: { saved: missed.length - then.length, worth: LATE_SHARE * (stakeOf(missed) - stakeOf(then)) },
  };
}

/** `served`: how many questions are answered within so many hours. A question that comes too late is left for the others. */
function tooLate(open: readonly Due[], now: Date, served: (hours: number) => number): Due[] {
  let inTime = 0;
  return open.filter(({ dueAt }) => {
    const hours = (dueAt.getTime() - now.getTime()) / 3_600_000;
    if (inTime + 1 > served(hours)) return true;
    inTime += 1;
    return false;
  });
}

function stakeOf(dues: readonly Due[]): number {
  return dues.reduce((sum, { stake }) => sum + stake, 0);
}
