import type { Authentication } from '../domain/attestation.ts';
import type { DocumentRef } from '../domain/case.ts';
import type { Information, InformationRefusal, InformationRequest } from '../domain/information.ts';
import type { TaskOpening } from './review-ports.ts';

/** A question to the submitter. */
export type Asking = Pick<
  InformationRequest,
  'requestId' | 'question' | 'askedBy' | 'askedOf' | 'proposeAgain' | 'answerBy'
>;

/** What became of an answer in the ledger. */
export type AnswerJudged = { kind: 'taken'; seen: string } | { kind: 'refused'; refusal: InformationRefusal };

export interface InformationRequests {
  get(requestId: string): Promise<InformationRequest | undefined>;
  /** Records an answer, which ends the task it is about, or why it changes nothing. Again: the same. */
  answer(input: {
    caseId: string;
    answer: Pick<Information, 'answerId' | 'requestId' | 'by'>;
    documents: readonly DocumentRef[];
    /** `link`: what the API has signed as coming by a link. */
    channel: 'signal' | 'update' | 'link';
    contentHash: string;
    /** How it is known who gave it. Absent: it came too late to be looked at. */
    authentication?: Authentication;
  }): Promise<AnswerJudged>;
  /**
   * Records a message that is no answer, or not of who may give it; `said`: what it claims. The same again: no change. The
   * id can still carry an answer.
   */
  refused(
    caseId: string,
    channel: 'signal' | 'update',
    refusal: InformationRefusal,
    answerId: string,
    said?: { requestId: string; by: string; authentication: Authentication },
  ): Promise<void>;
  /** The answer that was taken; `inputNo`: how many the case has with it. `authentication` is null of old ones. */
  taken(
    requestId: string,
  ): Promise<
    { by: string; documents: DocumentRef[]; authentication: Authentication | null; inputNo: number } | undefined
  >;
  /** Nobody answered in time: `opening` is asked in place of the task. `ended`: the task was closed meanwhile. */
  giveUp(requestId: string, opening: TaskOpening): Promise<'given-up' | 'answered' | 'ended'>;
}
