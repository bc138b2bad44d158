import type { ChangedFact, Countersignature, Shown } from '../domain/countersignature.ts';
import type { DocumentRef } from '../domain/case.ts';
import type { PreparedEffect } from '../domain/decision.ts';
import type { DecisionRecord } from './review-ports.ts';

/** What a decision rests on, read afresh from the ledger: nothing of it is remembered by the process. */
export interface DecisionGround {
  decision: DecisionRecord;
  /** Put together again from the rows; undefined: the question or the plan is not there any more. */
  shown: Shown | undefined;
  /** As it was pinned when the question was put; null: by policy. */
  digest: string | null;
  documents: readonly DocumentRef[];
  owner: string;
  /** All signatures of the case, that of a decision by policy among them. */
  signatures: readonly Countersignature[];
  /** Its effects that the ledger knows of, by name. */
  effects: Readonly<Record<string, { state: string; called: boolean; prepared: PreparedEffect }>>;
}

/** What was countersigned, and what is found when it is held against the ledger. */
export interface Countersignatures {
  ground(caseId: string, decisionNo: number): Promise<DecisionGround | undefined>;
  /** Records that the ledger no longer yields what was signed, and puts a notice to the owner into the outbox. */
  tampered(found: { caseId: string; decisionNo: number; effect: string; faults: readonly string[] }): Promise<void>;
  /** Records that live facts changed between the decision and its write. */
  factsChanged(found: { caseId: string; decisionNo: number; changed: readonly ChangedFact[] }): Promise<void>;
}
