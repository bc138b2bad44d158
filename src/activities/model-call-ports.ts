import type { AskingPlan } from '../domain/plan.ts';
import type { ModelReply } from './ports.ts';

export interface ModelCallRecord extends Omit<ModelReply, 'outcome'> {
  callId: string;
  caseId: string;
  requestHash: string;
  provider: string;
  model: string;
  outcome: ModelReply['outcome'] | 'failed' | 'started';
  costMicros: number | null;
  /** What the validator said about an answer of the outcome `invalid`. */
  problems: string[];
}

/** Which call of a model's turn: the first, one with the validator's errors, one with more room, or a second at once. */
export type CallTurn = 'first' | 'repair' | 'longer' | 'hedge';

/** A call that is about to be made. */
export interface CallTerms {
  caseId: string;
  packId: string;
  requestHash: string;
  provider: string;
  model: string;
  turn: CallTurn;
  /** What asks: calls of the same one count together against `attempts`. */
  askedBy: string;
  attempt: number;
  attempts: number;
  timeoutMs: number;
  interactive: boolean;
  /** The most the call may cost, reserved until it is known; undefined: no price is known. */
  quote: { micros: number; priceVersion: string } | undefined;
  /** Tokens in and out, for the provider's rate. */
  tokens: number;
  budget: AskingPlan['budget'];
  /** How old the answer of another case may be, in ms. */
  goodForMs: number;
}

export type CallBegun =
  /** `last`: the attempts end with this call. */
  | { kind: 'begun'; callId: string; last: boolean }
  /** This case has an answer to exactly this request, good or not. */
  | { kind: 'answered'; callId: string; outcome: ModelReply['outcome']; costMicros: number | null }
  /** All attempts were made; `failure` is the type of the last. */
  | { kind: 'tried'; failure: string | null }
  /** The breaker is open. */
  | { kind: 'away'; retryInMs: number; failure: string | null }
  /** The provider's rate is used up. */
  | { kind: 'wait'; ms: number }
  | { kind: 'over-budget'; budget: 'case' | 'day'; limitMicros: number; spentMicros: number; resetsAt?: string };

export interface ModelCalls {
  /**
   * One transaction, committed before the call: looks for an answer, asks breaker, rate and budgets, reserves the cost,
   * and leaves a row without an outcome, so that a paid call whose outcome is lost can be told.
   */
  begin(terms: CallTerms): Promise<CallBegun>;
  /** `goodForMs`: for how long a good answer may be used for other cases. */
  finished(
    callId: string,
    caseId: string,
    reply: ModelReply,
    more: { costMicros: number | undefined; problems: readonly string[]; goodForMs: number },
  ): Promise<void>;
  /** `possiblyPaid`: the provider may have answered; then the reserved cost counts as spent. */
  failed(
    callId: string,
    caseId: string,
    failure: { type: string; message: string; possiblyPaid: boolean },
  ): Promise<void>;
  get(callId: string): Promise<ModelCallRecord | undefined>;
  /** The latency in ms that 95 of 100 of the model's last answers kept; undefined below 20 answers. */
  usualMs(provider: string, model: string): Promise<number | undefined>;
  /** How long a case should wait for the providers of `models`, in ms, spread over those that wait; recorded in the case. */
  waitMs(caseId: string, models: readonly { provider: string; model: string }[], round: number): Promise<number>;
  /** Cases in review only because no model answered, not yet opened by anyone, whose provider answers again. */
  worthAskingAgain(limit: number): Promise<string[]>;
}
