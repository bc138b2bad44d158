import type { CaseResult } from '../domain/decision.ts';
import type { DocumentRef } from '../domain/case.ts';
import type { AskingPlan, ModelRef, Plan } from '../domain/plan.ts';
import type { Approvals } from '../domain/policy.ts';
import type { Reason } from '../domain/route.ts';
import type { DecideCaseInput, InformationAnswer, VerdictAnswer } from '../messages.ts';
import type { CallTurn } from './model-call-ports.ts';
import type { ModelName, ModelReply } from './ports.ts';
import type {
  Answer,
  Before,
  Changed,
  DecisionRef,
  Informed,
  Question,
  ReviewQuestion,
  StepTimes,
  TaskStanding,
  Withdrawn,
} from './question.ts';

/**
 * What each activity takes and gives, as the workflows see it. All of it stands in the history: references, codes and
 * sentences without personal data, never document content.
 */
export interface Steps {
  ingest(input: { caseId: string; start: DecideCaseInput }): Promise<Ingested>;
  callModel(input: CallInput): Promise<ModelCalled>;
  /** How long to wait for a provider that is away, in ms. */
  waitForModel(input: { caseId: string; models: readonly ModelName[]; round: number }): Promise<number>;
  validate(input: ValidateInput): Promise<Question>;
  judgeVerdict(input: { caseId: string; channel: 'signal' | 'update'; message: unknown }): Promise<VerdictJudged>;
  /** What a submitter answers: taken, or refused with a reason. */
  takeInformation(input: {
    caseId: string;
    channel: 'signal' | 'update';
    message: unknown;
  }): Promise<InformationJudged>;
  /** Reads an answer that was taken and makes it part of the case: a question put anew, or the model to be asked again. */
  readInformation(input: { caseId: string; requestId: string }): Promise<Exclude<Answer, Informed>>;
  /** The submitter did not answer in time: the question goes back to the reviewers. Null: it has ended meanwhile. */
  giveUpInformation(input: { caseId: string; taskNo: number; requestId: string }): Promise<Answer | null>;
  /** Takes a review task back unasked; false when it was answered meanwhile. */
  recallTask(input: { caseId: string; taskNo: number; why: string }): Promise<boolean>;
  /** Whom the question asks now, and when its steps come. Null: it has ended meanwhile. */
  escalate(input: {
    caseId: string;
    taskNo: number;
    group: string;
    remindAfterMs: number;
    /** Only if that group is still the one that is asked. */
    from?: string;
  }): Promise<Answer | { kind: 'asked'; times: StepTimes; group?: string; rest?: readonly string[] } | null>;
  /** People or calendars have changed: whom the question asks now, and when its steps come. Null: it has ended meanwhile. */
  replanTask(input: { caseId: string; taskNo: number }): Promise<TaskStanding | null>;
  applyDeadline(input: {
    caseId: string;
    taskNo: number;
    kind: 'reject' | 'keep-waiting' | 'hand-to';
    /** Of `hand-to`. */
    group?: string;
  }): Promise<Answer | null>;
  /** The undo window is over; the withdrawal that came before its end, if any. */
  endUndo(input: { caseId: string; decisionNo: number }): Promise<{ by: string; reason?: string } | null>;
  write(input: { caseId: string; decisionNo: number; effect: string; last: boolean }): Promise<Written>;
  compensate(input: { caseId: string; decisionNo: number; effect: string; why: string }): Promise<Compensated>;
  askAboutEffect(input: {
    caseId: string;
    decisionNo: number;
    effect: string;
    taskNo: number;
    kind: 'effect-unknown' | 'compensation';
    reason: Reason;
  }): Promise<ReviewQuestion>;
  moveToCurrentPack(input: { caseId: string }): Promise<Plan>;
  closeCase(input: {
    caseId: string;
    outcome: 'written' | 'cancelled' | 'reversed';
    by: string;
    reason?: string;
    attestation?: unknown;
  }): Promise<void>;
  /** Whether a withdrawal counts. One that does not is recorded. */
  judgeWithdrawal(input: { caseId: string; by: string; reason: string; attestation?: unknown }): Promise<boolean>;
  effectsToReverse(input: {
    caseId: string;
    by: string;
    reason: string;
    attestation?: unknown;
  }): Promise<EffectToReverse[]>;
  sweep(): Promise<SweepReport>;
  watchFeeds(): Promise<FeedsReport>;
  replanReviews(): Promise<ReplanReport>;
}

export type Ingested =
  /** `unreadable`: no document could be read, so no model is asked. `lastTaskNo`: review tasks of a former, lost run. */
  | { kind: 'ready'; plan: Plan; unreadable: Reason[]; lastTaskNo: number }
  /** A former run was lost after its decision was recorded: go on with that decision. */
  | { kind: 'decided'; plan: Plan; decision: DecisionRef; lastTaskNo: number }
  | { kind: 'duplicate'; result: CaseResult }
  | { kind: 'split'; parts: { caseKey: string; revision: number; documents: DocumentRef[] }[]; owner: string };

export interface CallInput {
  caseId: string;
  packHash: string;
  model: ModelRef;
  turn: Exclude<CallTurn, 'hedge'>;
  /** The answer that a `repair` or `longer` call is about. */
  after?: string;
  asking: AskingPlan;
  interactive: boolean;
}

export type ModelCalled =
  | { outcome: ModelReply['outcome']; callId: string; model: string; costMicros: number | null }
  /** No call was made: the breaker is open, or a budget is spent; `message` is for people. */
  | { outcome: 'away' | 'over-budget'; model: string; message: string };

export interface ValidateInput {
  caseId: string;
  packHash: string;
  taskNo: number;
  /** The answer to validate; absent when no model gave one, or after a decision could not be written. */
  callId?: string;
  /** A former decision whose output is the base in place of the model's answer. */
  decisionNo?: number;
  because: Reason[];
  /** Of the question that this one replaces. */
  before?: Before;
}

export interface InformationJudged {
  answer: InformationAnswer;
  /** Present when the answer is taken. */
  then?: Informed;
}

export interface VerdictJudged {
  answer: VerdictAnswer;
  /** Present when the case goes on: by this verdict, or by one that the ledger had already accepted. */
  then?: Answer | Withdrawn | Changed;
  /** The approvals of the open question, when this verdict was one and more are needed. */
  approvals?: Approvals;
}

export type Written =
  | { kind: 'applied'; reference: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'identity-taken'; by: string }
  | { kind: 'unknown' }
  /** Nothing was sent: the ledger or the world is not what was countersigned. A person is asked again. */
  | { kind: 'held-back'; because: Reason[] };

export type Compensated = { kind: 'compensated' | 'not-applied' } | { kind: 'refused'; reason: string };

export interface EffectToReverse {
  decisionNo: number;
  effect: string;
  title: string;
}

/** One line per owner who was told. */
export interface FeedsReport {
  stale: string[];
  fresh: string[];
}

/** How many open questions were looked at, and how many cases were told that their next step has moved. */
export interface ReplanReport {
  looked: number;
  told: number;
  /** The rest is for the next time. */
  more: boolean;
}

export interface SweepReport {
  /** In review only because no model answered, and one does now. */
  askedAgain: string[];
  started: string[];
  orphaned: string[];
  resent: string[];
}
