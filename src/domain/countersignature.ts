import type { DecidedBy, PreparedEffect } from './decision.ts';
import type { DocumentRef } from './case.ts';
import type { PasskeySignature } from './passkey.ts';
import type { Plan } from './plan.ts';
import type { Finding, Reason, RuleResult } from './route.ts';
import type { TaskKind, Verdict } from './verdict.ts';

/** A fact of the world outside as it stood when it was read. */
export interface LiveFact {
  /** How people call it: 'the bank account of the supplier'. */
  title: string;
  value: unknown;
  /** The value as reasons may show it: without personal data. */
  shown: string;
}

/** The facts that a decision rests on and that may change before it is written, by the names that the pack gives them. */
export type LiveFacts = Readonly<Record<string, LiveFact>>;

/** A fact that is no longer what was shown. */
export interface ChangedFact {
  name: string;
  title: string;
  was: string;
  is: string;
}

/** Everything that a decision rests on, as it was put to a person (or as policy judged it): its digest is what is signed. */
export interface Shown {
  format: 'countersign/shown/1';
  caseId: string;
  /** Null: decided straight through, nobody was asked. */
  taskNo: number | null;
  kind: TaskKind | 'straight-through';
  submittedBy: string | null;
  documents: readonly DocumentRef[];
  /** The cleaned texts that evidence points into, by their SHA-256. */
  texts: readonly { name: string; hash: string }[];
  findings: readonly Finding[];
  reasons: readonly Reason[];
  proposal: Readonly<Record<string, unknown>> | null;
  evidence: unknown;
  confidence: Readonly<Record<string, number | undefined>>;
  rules: readonly RuleResult[];
  /** What approving writes: the request bodies among it. */
  effects: readonly PreparedEffect[];
  facts: LiveFacts;
  /** Null: no model proposed it. */
  model: ShownModel | null;
  policy: ShownPolicy;
  /** The question that this one replaces after an amendment, which is an approval of this one. */
  amends: { taskNo: number; digest: string } | null;
  /** The effect that the question is about. */
  effectKey: string | null;
}

export interface ShownModel {
  callId: string;
  provider: string;
  model: string;
  /** The model that says it answered, with its snapshot. */
  responseModel: string;
  /** SHA-256 over prompt, schema, model and document as they were asked. */
  requestHash: string;
  /** SHA-256 of the answer. */
  answerHash: string;
}

/** The part of the pinned plan by which the question is decided. */
export type ShownPolicy = Pick<Plan, 'packId' | 'packVersion' | 'owner' | 'threshold' | 'review'> & {
  packHash: string;
  /** How many different people must approve. */
  approvals: number;
};

/** What the service signs for a verdict that it has taken, or for a decision by policy. */
export interface Statement {
  format: 'countersign/statement/1';
  caseId: string;
  /** Null: by policy. */
  taskNo: number | null;
  verdictId: string | null;
  verdict: Verdict['verdict'] | 'straight-through';
  by: string;
  /** How `by` was known: how they were signed in, 'unauthenticated', or 'policy'. */
  identity: string;
  /** Of what was shown, SHA-256 in hex. */
  digest: string;
  /** Of an amendment: covers `digest` and what is written in place of the proposal. */
  amendedDigest?: string;
  /** What the person's own passkey signed, where one was used. */
  passkey?: PasskeySignature;
  /** ISO 8601. */
  at: string;
  keyId: string;
}

export interface Countersignature {
  statement: Statement;
  /** Ed25519 over the canonical JSON (RFC 8785) of the statement, base64url. */
  signature: string;
}

/** A decision as far as its countersignature binds it. */
export interface SignedDecision {
  caseId: string;
  decisionNo: number;
  kind: 'accept' | 'reject';
  by: DecidedBy;
  output: Readonly<Record<string, unknown>> | null;
  effects: readonly PreparedEffect[];
  facts?: LiveFacts;
  taskNo: number | null;
  approvedBy?: readonly string[];
}
