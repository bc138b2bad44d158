import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Attestation } from './domain/attestation.ts';
import type { CaseOutcome, DocumentRef, InlineDocument, Stage } from './domain/case.ts';
import type { UndoWindow } from './domain/decision.ts';
import type { Approvals } from './domain/policy.ts';
import type { Reason } from './domain/route.ts';
import type { InformationRefusal } from './domain/information.ts';
import type { Refusal, TaskKind } from './domain/verdict.ts';

/** The task queue of the case workflows and their activities. */
export const TASK_QUEUE = 'countersign';

/** What starts `decideCase`. Starts that bypass the client may carry documents inline, together at most 64 KB. */
export interface DecideCaseInput {
  packId: string;
  caseKey: string;
  /** Default 1. The next one is allowed once the former is rejected, cancelled or reversed. */
  revision?: number;
  documents: (DocumentRef | InlineDocument)[];
  submittedBy?: string;
  /** Somebody waits for the answer now: the model is asked first, and nobody is kept waiting for a provider that is away. */
  interactive?: boolean;
}

/** What `reverseCase` undoes, and who asked for it. */
export interface ReverseCaseInput {
  caseId: string;
  by: string;
  reason: string;
  /** The API's signature for `by`; see `attest`. */
  attestation?: Attestation;
}

/** A named person takes the case back: it ends cancelled, effects already written are compensated. */
export interface Withdrawal {
  by: string;
  reason: string;
  /** The API's signature for `by`; see `attest`. */
  attestation?: Attestation;
}

/** The answer to `submitVerdict`: taken, or refused with a reason. `approvals`: it counts, and more are needed. A refusal is recorded and changes nothing. */
export type VerdictAnswer =
  | {
      accepted: true;
      verdictId: string;
      approvals?: { given: number; needed: number };
      /** ISO 8601. An approval that is written only then; until then it can be taken back. */
      heldUntil?: string;
    }
  | { accepted: false; verdictId: string; refusal: Refusal };

/** The answer to `submitInformation`. A refusal is recorded and changes nothing. */
export type InformationAnswer =
  | { accepted: true; answerId: string; requestId: string }
  | { accepted: false; answerId: string; refusal: InformationRefusal };

/** The case as it stands, for the `getCase` query. Free of document content. */
export interface CaseView {
  caseId: string;
  stage: Stage;
  outcome?: CaseOutcome;
  /** Present while a person is asked. */
  task?: {
    taskNo: number;
    kind: TaskKind;
    seen: string;
    group: string;
    reasons: Reason[];
    dueAt: string;
    approvals?: Approvals;
    /** Present while the submitter is asked. */
    information?: { requestId: string; question: string; of: string; answerBy: string };
  };
  /** Present while an approval is held back for its undo window. */
  undo?: UndoWindow & { by: string };
  effects: { name: string; reference: string }[];
}

/** The handlers take anything that arrives: what is no verdict is refused by `judgeVerdict` and recorded. */
export const verdictSignal = defineSignal<[unknown]>('verdict');
export const submitVerdict = defineUpdate<VerdictAnswer, [unknown]>('submitVerdict');
/** What a submitter answers; judged like a verdict. */
export const provideInformationSignal = defineSignal<[unknown]>('provideInformation');
export const submitInformation = defineUpdate<InformationAnswer, [unknown]>('submitInformation');
export const withdrawSignal = defineSignal<[Withdrawal]>('withdraw');
/** A provider that was away answers again: a case that is in review for that reason alone asks its model. */
export const askAgainSignal = defineSignal('askAgain');
/** People or calendars have changed: the open question asks whom it should now, and steps come when they should. */
export const replanSignal = defineSignal('replan');
export const getCase = defineQuery<CaseView>('getCase');

/** Search attributes, registered by the worker at start. Nothing personal goes into them. */
const CS_PACK = defineSearchAttributeKey('CsPack', 'KEYWORD');
const CS_OWNER = defineSearchAttributeKey('CsOwner', 'KEYWORD');
export const CS_STAGE = defineSearchAttributeKey('CsStage', 'KEYWORD');
export const CS_GROUP = defineSearchAttributeKey('CsGroup', 'KEYWORD');
export const CS_REASONS = defineSearchAttributeKey('CsReasons', 'KEYWORD_LIST');
export const CS_DUE_AT = defineSearchAttributeKey('CsDueAt', 'DATETIME');
export const SEARCH_ATTRIBUTES = [CS_PACK, CS_OWNER, CS_STAGE, CS_GROUP, CS_REASONS, CS_DUE_AT] as const;

/** The attributes a case starts with; attributes given at start cost nothing. */
export function startAttributes(packId: string, owner: string): SearchAttributePair[] {
  return [
    { key: CS_PACK, value: packId },
    { key: CS_OWNER, value: owner },
    { key: CS_STAGE, value: 'received' },
  ];
}
