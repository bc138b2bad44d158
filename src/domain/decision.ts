import type { CaseOutcome } from './case.ts';

/** Who made a decision: the pack's policy, or a named reviewer. */
export type DecidedBy = { kind: 'policy'; rule: string } | { kind: 'reviewer'; name: string };

/**
 * One effect of a decision, prepared when the decision was proposed, so that what a person countersigns is what is
 * written and a later deploy cannot change it.
 */
export interface PreparedEffect {
  name: string;
  sink: string;
  /** What to call in the sink, e.g. `postings`. */
  collection: string;
  request: Record<string, unknown>;
  /** What the sink is told when the effect is compensated. */
  reversal: Record<string, unknown>;
  /** Claimed uniquely in the ledger with the pending effect, e.g. supplier VAT id and invoice number. */
  identity?: string;
  /** One line for people, free of personal data: 'Post 336.90 EUR'. */
  title: string;
}

/** Until then an approval may be taken back. `seen`: the digest of what was approved, as a withdrawal names it. */
export interface UndoWindow {
  /** ISO 8601. */
  until: string;
  seen: string;
}

/** `<caseId>/<decisionNo>/<effect>`: the same key never has a second effect. */
export function idempotencyKeyOf(caseId: string, decisionNo: number, effect: string): string {
  return `${caseId}/${decisionNo}/${effect}`;
}

/** The result of `decideCase`, as the Temporal UI shows it. Free of document content. */
export interface CaseResult {
  caseId: string;
  outcome: CaseOutcome;
  route: 'straight-through' | 'review' | 'none';
  decidedBy?: string;
  reason?: string;
  effects?: { name: string; reference: string }[];
  /** The cases that a mail with several documents became. */
  parts?: string[];
}
