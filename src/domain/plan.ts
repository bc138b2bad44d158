import type { Assignment } from './assignment.ts';
import type { LinkPolicy } from './link.ts';
import type { PasskeyPolicy } from './passkey.ts';
import type { Level, UndoRule } from './policy.ts';
import type { ReviewTiming, Span } from './timing.ts';

/** One model of the fallback chain. `provider` names a configured endpoint; `timeoutMs` bounds one call. */
export interface ModelRef {
  provider: string;
  model: string;
  timeoutMs: number;
  /** How often this model is tried before the next one in the chain is asked. */
  attempts: number;
}

/** What asking models may take: time, money, and whether earlier answers are used again. */
export interface AskingPlan {
  /** How long a case that nobody waits for waits for a provider that is away, in ms. 0: a person is asked at once. */
  patienceMs: number;
  /** Micro-units of the price list's currency; null: no limit. A day is a UTC day, over all cases of the pack. */
  budget: { perCaseMicros: number | null; perDayMicros: number | null; whenSpent: 'person' | 'cheaper-model' };
  /** For how long the answer to exactly the same question is used again, in ms. 0: only after a crash of the same case. */
  answersGoodForMs: number;
  /** Interactive cases only: a second call when the first takes longer than 95 of 100 did. */
  hedge: boolean;
}

/** For plans that were pinned before there was such a part: no waiting, no limits, nothing used again. */
export const UNLIMITED_ASKING: AskingPlan = {
  patienceMs: 0,
  budget: { perCaseMicros: null, perDayMicros: null, whenSpent: 'person' },
  answersGoodForMs: 0,
  hedge: false,
};

/** What happens when nobody answers a review task. A deadline never accepts. */
export interface ReviewPlan {
  /** Asked in this order; each but the last has `escalateAfterMs` to answer. */
  groups: readonly [string, ...string[]];
  remindAfterMs: number;
  escalateAfterMs: number;
  /** Counted from the opening of the task. */
  deadlineMs: number;
  deadlineDefault: 'reject' | 'keep-waiting' | 'hand-to';
  /** Of `hand-to`: the group or person who is asked from the deadline on, without a further one. */
  handTo?: string;
  /** The submitter may not be the one who countersigns. */
  fourEyes: boolean;
  /** Whether verdicts count whose sender nothing proves, such as plain Temporal signals. Absent: `low-risk`. */
  unattested?: 'never' | 'low-risk' | 'always';
  /** Absent: an approval is written at once. */
  undo?: readonly UndoRule[];
  /** Absent, or none applies: one approval, by `groups`. */
  levels?: readonly Level[];
  /** How a reviewer's question to the submitter is handled. Absent: 3 days, and the model is asked again only when the reviewer says so. */
  information?: { within: Span; proposeAgain: boolean };
  /** Absent: the durations above, the same for all groups, one reminder each. */
  timing?: ReviewTiming;
  /** Absent: nobody decides by a link in a message. */
  links?: LinkPolicy;
  /** Whom of a group a question is assigned to. Absent: `pull`, nobody. */
  assign?: Exclude<Assignment, 'pull'>;
  /** Absent: `when-registered`. */
  passkey?: PasskeyPolicy;
}

/**
 * Everything about a case that may change with a deploy, read once in `ingest` and pinned. At most 4 KB: it is part of
 * the history. Prompt and schemas are in the ledger under `packHash`.
 */
export interface Plan {
  packId: string;
  packVersion: string;
  packHash: string;
  owner: string;
  models: readonly [ModelRef, ...ModelRef[]];
  /** Least confidence, 0..1, that goes straight through. */
  threshold: number;
  review: ReviewPlan;
  asking: AskingPlan;
}
