import type { UndoWindow } from '../domain/decision.ts';
import type { Approvals } from '../domain/policy.ts';
import type { Reason } from '../domain/route.ts';
import type { TaskKind } from '../domain/verdict.ts';

/** What validation comes to: decided by policy, asked of a person, or first moved to another pack version. */
export type Question =
  { kind: 'straight-through'; decision: DecisionRef } | ReviewQuestion | { kind: 'pack-version-gone' };

/** A question to people, as the workflow puts it; what is shown to them stays in the ledger. */
export type ReviewQuestion = {
  kind: 'review';
  taskNo: number;
  taskKind: TaskKind;
  seen: string;
  reasons: Reason[];
  /** One line each: what approving will do. */
  effects: string[];
  /** Absent: one approval decides. */
  approvals?: Approvals;
  /** Absent: those of the plan. */
  groups?: readonly [string, ...string[]];
  /** Absent: counted by the workflow from the plan's durations. */
  times?: StepTimes;
  /** Whom it asks first, where that is not the first of the groups, and who comes after. */
  group?: string;
  rest?: readonly string[];
};

/** ISO 8601: when the next group is asked, and the deadline. Worked out at each step, from the calendar as it is then. */
export interface StepTimes {
  escalateAt: string;
  deadlineAt: string;
}

/** How an open task stands: whom it asks, who comes after, and when (ISO 8601). */
export interface TaskStanding {
  group: string;
  rest: readonly string[];
  escalateAt: string;
  deadlineAt: string;
  /** Present while the submitter is asked: nobody is reminded, nothing escalates. */
  held?: Held;
}

/** What the submitter is asked, and until when (ISO 8601). */
export interface Held {
  requestId: string;
  question: string;
  /** Who is asked. */
  of: string;
  answerBy: string;
}

/** The question stays, but somebody else is asked, or at other times. */
export interface Changed {
  kind: 'changed';
  standing: TaskStanding;
}

/** What a question that is replaced by another one leaves to it. */
export interface Before {
  /** The new question never needs fewer people; `by`: whose approval counts for it too. */
  approvals: Approvals;
  groups?: readonly [string, ...string[]] | undefined;
  /** Who is asked first, in whose place, and who after that; absent: the first of the groups. */
  ask?: { group: string; standsFor?: string; rest: readonly string[] };
  /** The question that an amendment replaces. */
  amends?: { taskNo: number; digest: string };
}

/** What ends the wait for a person. */
export type Answer =
  | { kind: 'decided'; decision: DecisionRef }
  | { kind: 'settled-by-hand'; by: string }
  | { kind: 'try-again' }
  | { kind: 'ask-again' }
  /** The question has changed, and is put in place of the one that was answered. */
  | { kind: 'asked-anew'; question: ReviewQuestion }
  | Informed
  /** The submitter has answered, and the model is asked again with that. */
  | { kind: 'propose-again'; because: Reason[]; before: Before }
  | { kind: 'pack-version-gone' };

/** The submitter has answered what was asked about the question `seen`; the answer is to be read. */
export interface Informed {
  kind: 'informed';
  seen: string;
  requestId: string;
}

/** An approval that was taken back within its undo window. */
export interface Withdrawn {
  kind: 'withdrawn';
  decisionNo: number;
  by: string;
  reason?: string;
}

/** A decision as the workflow needs it; its content stays in the ledger. */
export interface DecisionRef {
  decisionNo: number;
  kind: 'accept' | 'reject';
  by: string;
  reason?: string;
  effects: { name: string; title: string }[];
  /** Absent: written at once. */
  undo?: UndoWindow;
}
