import type { Authentication } from '../domain/attestation.ts';
import type { Load } from '../domain/assignment.ts';
import type { CaseName, CaseOutcome, DocumentRef, Stage } from '../domain/case.ts';
import type { DecidedBy, PreparedEffect, UndoWindow } from '../domain/decision.ts';
import type { Countersignature, LiveFacts } from '../domain/countersignature.ts';
import type { Plan, ReviewPlan } from '../domain/plan.ts';
import type { Approvals } from '../domain/policy.ts';
import type { InformationRequest } from '../domain/information.ts';
import type { Finding, Reason, RuleResult } from '../domain/route.ts';
import type { Asking } from './information-ports.ts';
import type { OpenTask, Refusal, TaskKind, Verdict } from '../domain/verdict.ts';
import type { Feeds, PackManifest, SourceDocument } from '../packs/pack.ts';

export interface Documents {
  put(documents: readonly { name: string; mediaType: string; bytes: Uint8Array }[]): Promise<DocumentRef[]>;
  get(hashes: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Those of the hashes whose content is not stored. */
  missing(hashes: readonly string[]): Promise<string[]>;
}

/** A case as the ledger holds it. */
export interface CaseRecord extends CaseName {
  caseId: string;
  contentHash: string;
  submittedBy: string | null;
  owner: string;
  stage: Stage;
  outcome: CaseOutcome | null;
  documents: DocumentRef[];
  receivedAt: Date;
  /** True once a decision is recorded, whatever became of it. */
  decided: boolean;
  /** The number of its latest review task, 0 when it had none. */
  lastTaskNo: number;
  /** Documents that its submitter answered with, oldest first. */
  answers: DocumentRef[];
  /** Null before ingest. */
  plan: Plan | null;
}

/** What ingest made of the documents: the text the model sees, and what was noticed. Only an answer of the submitter makes a new one. */
export interface CaseInput {
  /** The user message to the model. */
  present: string;
  /** What the placeholders in `present` stand for; undefined in cases from before there were any. */
  placeholders?: Record<string, string>;
  /** The cleaned source texts that evidence points into, one per document. */
  sources: SourceDocument[];
  findings: Finding[];
  enrichment: unknown;
}

/** The receipt of a submission: the case, and whether this call created it. */
export type Received = { kind: 'created' | 'existing'; record: CaseRecord } | { kind: 'conflict'; message: string };

export interface Cases {
  /**
   * One transaction: document contents as far as given, case row, document links, first audit entry. Same key and
   * content: the existing case; nothing is stored then, nor on a conflict.
   */
  receive(input: {
    name: CaseName;
    documents: readonly DocumentRef[];
    /** Contents by hash, where they are not stored yet. */
    contents?: ReadonlyMap<string, Uint8Array>;
    submittedBy: string | null;
    owner: string;
    channel: string;
  }): Promise<Received>;
  get(caseId: string): Promise<CaseRecord | undefined>;
  /** Undefined before ingest. */
  input(caseId: string): Promise<CaseInput | undefined>;
  /** What is stored under a pack version's hash. */
  manifest(hash: string): Promise<PackManifest | undefined>;
  /**
   * Stores what ingest made of the case, its plan among it, and moves it to `proposing`. `bands`: by which cases that come
   * later find this one, 32-bit integers.
   */
  ingested(
    caseId: string,
    input: CaseInput,
    plan: Plan,
    manifest: PackManifest,
    bands?: readonly number[],
  ): Promise<void>;
  /** Stores the input with an answer of the submitter in it. `inputNo`: how many answers it has; again: no change. */
  informed(caseId: string, input: CaseInput, inputNo: number): Promise<void>;
  /** Pins the case to another plan: the visible move after a pack version is gone. */
  moved(caseId: string, plan: Plan, manifest: PackManifest, why: string): Promise<void>;
  /** Other cases that carry a document of the same content, oldest first. */
  withSameDocuments(caseId: string): Promise<string[]>;
  /** Other cases of the same pack that share at least one band, those that share most first, then the oldest. */
  withSharedBands(
    caseId: string,
    bands: readonly number[],
    limit: number,
  ): Promise<{ caseId: string; sources: SourceDocument[] }[]>;
  /** Ends a case without a written decision, or after one was compensated. */
  close(
    caseId: string,
    end: { outcome: CaseOutcome; by: string; reason?: string; authentication?: Authentication },
  ): Promise<void>;
  stage(caseId: string, stage: Stage): Promise<void>;
  /** Open cases last touched before `before`, for the sweep, in the order of their ids; `after` is the last of the page before. */
  open(before: Date, limit: number, after?: string): Promise<{ caseId: string; stage: Stage; receivedAt: Date }[]>;
}

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
  /** Who of `group` has it. Absent: nobody. */
  assignee?: string;
}

/** The part of the pinned plan that a verdict is judged by. */
export type TaskPolicy = Pick<
  ReviewPlan,
  'undo' | 'levels' | 'unattested' | 'information' | 'links' | 'passkey' | 'assign'
> & {
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

/** When a group is reminded that is asked now, and who of it has the question. */
export type AskedTimes = Pick<TaskOpening, 'remindAt' | 'reminders' | 'escalateAt' | 'assignee'> & { dueAt?: Date };

export interface Reviews {
  /** Opens a task (again: no change), closes older ones of the case, schedules its reminder. */
  open(task: TaskOpening): Promise<void>;
  task(caseId: string, taskNo: number): Promise<(TaskOpening & { open: boolean; openedAt: Date }) | undefined>;
  /** Undefined when the task is closed. */
  standing(caseId: string, taskNo: number): Promise<Standing | undefined>;
  openTask(caseId: string): Promise<(OpenTask & TaskOpening & TaskPolicy) | undefined>;
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
    /** Who has the question while others must approve too. Absent: nobody. */
    assignee?: string;
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
  /** What these people have been assigned, one entry each. */
  loads(personIds: readonly string[]): Promise<Load[]>;
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

/** Feeds, and how old they are. */
export interface DatedFeeds extends Feeds {
  /** The moment that each feed's data stands for; a feed that was never loaded is missing. One statement for all. */
  asOf(feeds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}

/** A feed as one owner has to see it. */
export interface FeedState {
  feed: string;
  owner: string;
  /** The owner's packs that read it. */
  packs: string[];
  stale: boolean;
  /** What `stale` was judged on; null: never loaded. */
  asOf: Date | null;
  /** The sentence of the notice. */
  message: string;
}

export interface FeedAlarms {
  /**
   * Raises and clears alarms, and puts a notice to the owner of each that changes into the outbox, in one statement. Returns
   * those that changed; the same states again, or at once from elsewhere, change nothing.
   */
  settle(states: readonly FeedState[]): Promise<{ feed: string; owner: string; stale: boolean }[]>;
}

export type { OpenTask };
