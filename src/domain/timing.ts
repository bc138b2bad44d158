/** A length of time: plain, or working time by a calendar. A business day ends at the same hour of a later working day. */
export type Span = { ms: number } | { businessMs: number } | { businessDays: number };

/** The durations of a review, where plain ones for all groups are not enough. Each is turned into instants when its step comes. */
export interface ReviewTiming {
  remindAfter: Span;
  /** Per group that is asked: at most so many, at least so far apart. */
  reminders: { most: number; every: Span };
  escalateAfter: Span;
  /** How long a group has before the next one is asked, where that is not `escalateAfter`. */
  answerWithin: Readonly<Record<string, Span>>;
  deadline: Span;
}
