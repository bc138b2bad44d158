/** One model of the fallback chain. `provider` names a configured endpoint; `timeoutMs` bounds one call. */
export interface ModelRef {
  provider: string;
  model: string;
  timeoutMs: number;
  /** How often this model is tried before the next one in the chain is asked. */
  attempts: number;
}

/** What happens when nobody answers a review task. A deadline never accepts. */
export interface ReviewPlan {
  /** Asked in this order; each but the last has `escalateAfterMs` to answer. */
  groups: readonly [string, ...string[]];
  remindAfterMs: number;
  escalateAfterMs: number;
  /** Counted from the opening of the task. */
  deadlineMs: number;
  deadlineDefault: 'reject' | 'keep-waiting';
  /** The submitter may not be the one who countersigns. */
  fourEyes: boolean;
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
}
