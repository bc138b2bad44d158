import type { PreparedEffect } from '../domain/decision.ts';

export type EffectState = 'pending' | 'applied' | 'refused' | 'unknown' | 'compensated' | 'abandoned';

export interface EffectRecord {
  key: string;
  caseId: string;
  decisionNo: number;
  effect: PreparedEffect;
  state: EffectState;
  /** True once a call to the sink may have been made. */
  called: boolean;
  /** When the sink was last called; null when it never was. */
  calledAt?: Date | null;
  reference: string | null;
  undoCalled: boolean;
  undoCalledAt?: Date | null;
}

/** `not-decided`: the decision was taken back, still may be, or is no acceptance: nothing of it may be written. */
export type Claimed =
  { kind: 'claimed'; record: EffectRecord } | { kind: 'identity-taken'; by: string } | { kind: 'not-decided' };

export interface Effects {
  /**
   * One transaction: the pending effect, its business identity, and the mark that a call follows (`called`). Again: the
   * same record, with `called` as it was before this claim.
   */
  claim(caseId: string, decisionNo: number, effect: PreparedEffect): Promise<Claimed>;
  get(key: string): Promise<EffectRecord | undefined>;
  /** The case that holds this business identity in the pack of `caseId`: that case itself, another, or none. */
  holder(caseId: string, identity: string): Promise<string | undefined>;
  ofCase(caseId: string): Promise<EffectRecord[]>;
  /** Takes the mark of `claim` back: the call certainly did not reach the sink. */
  notSent(key: string): Promise<void>;
  /** Committed before a repeated call: the sink is called again from now. */
  callingAgain(key: string): Promise<void>;
  /** Committed before each compensation call. */
  undoing(key: string): Promise<void>;
  /** Takes the mark of `undoing` back: the compensation certainly did not reach the sink. */
  undoNotSent(key: string): Promise<void>;
  /** The outcome; `last`: the case is closed as written in the same transaction. Releases the identity where due. */
  settle(
    key: string,
    state: EffectState,
    detail: { reference?: string; reason?: string; by?: string; last?: boolean },
  ): Promise<void>;
}
