import type { Authentication } from '../domain/attestation.ts';
import type { DecidedBy, PreparedEffect, UndoWindow } from '../domain/decision.ts';
import type { Countersignature, LiveFacts } from '../domain/countersignature.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import type { Approvals } from '../domain/policy.ts';
import type { InformationRequest } from '../domain/information.ts';
import type { Reason, RuleResult } from '../domain/route.ts';
import type { Asking } from './information-ports.ts';
import type { OpenTask, Refusal, TaskKind, Verdict } from '../domain/verdict.ts';

/** What a task puts before the reviewer, and what approving it will write. */
export interface TaskContent {
  kind: TaskKind;
  reasons: Reason[];
  output: Record<string, unknown> | null;
  evidence: unknown;
  confidence: Record<string, number | undefined>;
  rules: RuleResult[];
  effects: PreparedEffect[];
  callId: string | null;
  /** Facts that are read again before the write. Absent: none. */
  facts?: LiveFacts;
  /** The effect that a task of kind `effect-unknown` or `compensation` is about. */
  effectKey?: string;
}

/** Reminders after the first: each is put into the outbox when the one before was sent, and never sooner after it than `gapMs`. */
export interface Reminders {
  /** ISO 8601. */
  later: readonly string[];
  gapMs: number;
}

export interface TaskOpening extends TaskContent {
  caseId: string;
  taskNo: number;
  /** The first 12 digits of `digest`. */
  seen: string;
  /** Of everything that is shown, SHA-256 in hex. */
  digest: string;
  /** The question that this one replaces after an amendment. */
  amends?: { taskNo: number; digest: string };
  packHash: string;
  group: string;
  dueAt: Date;
  remindAt: Date;
  /** When the next group is asked, where the plan times groups one by one. */
  escalateAt?: Date;
  /** Absent: one. */
  reminders?: Reminders;
  /** Absent: one approval decides. */
  approvals?: Approvals;
  /** Asked in this order in place of the plan's groups. */
  groups?: readonly [string, ...string[]];
  /** Who is asked after `group`. Absent: the groups that come after it. */
  rest?: readonly string[];
  /** The person who is away, and in whose place `group` is asked. */
  standsFor?: string;
}

/** The part of the pinned plan that a verdict is judged by. */
export type TaskPolicy = Pick<ReviewPlan, 'undo' | 'levels' | 'unattested' | 'information' | 'links' | 'passkey'> & {
  planGroups: readonly string[];
};

/** How an open task stands: whom it asks and when its next steps come. */
export interface Standing {
  taskNo: number;
  group: string;
  rest: readonly string[];
  /** When `group` was asked. */
  askedAt: Date;
  dueAt: Date;
  /** Absent: the plan's durations count, from `askedAt`. */
  escalateAt?: Date;
  /** Present while the submitter is asked. */
  held?: InformationRequest;
}

export interface DecisionRecord {
  caseId: string;
  decisionNo: number;
  kind: 'accept' | 'reject';
  by: DecidedBy;
  output: Record<string, unknown> | null;
  effects: PreparedEffect[];
  /** Read when it was decided on, and again before the write. Absent: none. */
  facts?: LiveFacts;
  reason: string | null;
  taskNo: number | null;
  /** Straight-through: what policy decided on. A reviewer's grounds stand in the review task. */
  grounds?: DecisionGrounds | null;
  /** Straight-through: what the service signed. A reviewer's is kept with the verdict. */
  seal?: Countersignature;
  /** Absent: it is written at once. */
  undo?: UndoWindow;
  /** All who approved, where more than one had to; `by` is the last of them. */
  approvedBy?: readonly string[];
}

export interface DecisionGrounds extends Pick<TaskContent, 'rules' | 'confidence' | 'evidence' | 'callId'> {
  packHash: string;
}

/** What an accepted verdict came to when it decided nothing: an approval that counts, a new question under this number, or a change of who is asked about this task. */
export interface CameTo {
  approvals?: Approvals;
  askedAnew?: number;
  changed?: number;
}

/** What became of a verdict in the ledger. `withdrawn`: the number of the decision that it took back. `adopted`: the ledger had already accepted another one for this task. */
export type Judged =
  | ({
      kind: 'accepted';
      decision: DecisionRecord | null;
      settled?: 'by-hand' | 'try-again';
      withdrawn?: number;
    } & CameTo)
  | { kind: 'refused'; refusal: Refusal; adopted?: DecisionRecord };

/** Who is asked from now on, and who after that. */
export interface Asked {
  group: string;
  rest: readonly string[];
  times: AskedTimes;
}

/** When a group is reminded that is asked now. */
export type AskedTimes = Pick<TaskOpening, 'remindAt' | 'reminders' | 'escalateAt'> & { dueAt?: Date };

/** An open task with all that a verdict on it is judged by. */
export type TaskRecord = OpenTask & TaskOpening & TaskPolicy;

export interface Reviews {
  /** Opens a task (again: no change), closes older ones of the case, schedules its reminder. */
  open(task: TaskOpening): Promise<void>;
  task(caseId: string, taskNo: number): Promise<(TaskOpening & { open: boolean; openedAt: Date }) | undefined>;
  /** Undefined when the task is closed. */
  standing(caseId: string, taskNo: number): Promise<Standing | undefined>;
  openTask(caseId: string): Promise<TaskRecord | undefined>;
  /** Closes an open task without an answer; false when it is answered or closed already. */
  recall(caseId: string, taskNo: number, why: string): Promise<boolean>;
  /** Someone has opened the task: it is no longer taken back. Only the first one is kept. */
  viewed(caseId: string, taskNo: number, by: string): Promise<void>;
  /** Records the verdict and, when it decides, the decision and its audit entry, in one transaction. */
  record(input: {
    caseId: string;
    verdict: Verdict;
    /** What the API has signed as coming by a decision link is recorded as `link`. */
    channel: 'signal' | 'update' | 'link';
    contentHash: string;
    /** How it is known who gave it. Absent: it came too late to be looked at. `inPlaceOf`: who is away, and in whose place. */
    authentication?: Authentication;
    inPlaceOf?: string;
    refusal?: Refusal;
    /** What the service signed, kept when the verdict is taken. */
    countersignature?: Countersignature;
    /** Present when the verdict is taken and decides. */
    decide?: Pick<DecisionRecord, 'kind' | 'output' | 'effects' | 'facts' | 'undo'> & { taskNo: number };
    /** Present when an amendment is put to the others as a new question, to be opened in place of `taskNo`. */
    askAnew?: { taskNo: number; opening: TaskOpening };
    /** Present when the verdict puts the question to somebody else. */
    move?: { taskNo: number; from: string; to: Asked };
    /** Present when the verdict asks the submitter about the task. */
    ask?: { taskNo: number; request: Asking };
    /** True when the verdict takes the latest decision back; the ledger judges whether it may, under the lock of the case. */
    withdraw?: true;
    /** Present when the verdict settles an effect by hand. */
    confirm?: { taskNo: number };
    /** Present when the verdict says to try an effect, or its compensation, again. */
    retry?: { taskNo: number };
  }): Promise<Judged>;
  /** What was answered to this verdict id before, and the digest of its content. */
  former(caseId: string, verdictId: string): Promise<{ contentHash: string; judged: Judged } | undefined>;
  /** A message that is no verdict at all. */
  malformed(caseId: string, channel: 'signal' | 'update', refusal: Refusal, verdictId: string): Promise<void>;
  /** `from`: only if that group is still the one that is asked. */
  escalate(
    caseId: string,
    taskNo: number,
    group: string,
    times: AskedTimes,
    from?: string,
  ): Promise<DecisionRecord | undefined>;
  /** The deadline's default; with `handTo` that group is asked from now on. Returns the decision that stands: this one, or one recorded earlier. */
  deadline(
    caseId: string,
    taskNo: number,
    kind: 'reject' | 'keep-waiting',
    handTo?: { group: string; times: AskedTimes },
  ): Promise<DecisionRecord | undefined>;
  /** The undo window is over: from now on a withdrawal is refused. Returns the one that was taken before, if any. */
  endUndo(caseId: string, decisionNo: number): Promise<{ by: string; reason?: string } | undefined>;
  /** Straight-through: the decision by policy. */
  decideByPolicy(decision: Omit<DecisionRecord, 'decisionNo'>): Promise<DecisionRecord>;
  decision(caseId: string, decisionNo: number): Promise<DecisionRecord | undefined>;
  latestDecision(caseId: string): Promise<DecisionRecord | undefined>;
  /** The verdict behind the latest decision, if a reviewer made it. */
  acceptedVerdict(caseId: string): Promise<Verdict | undefined>;
}
