import type { DocumentRef } from '../domain/case.ts';
import type { Information, InformationRefusal, InformationRequest } from '../domain/information.ts';
import type { TaskOpening } from './ledger-ports.ts';

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
    channel: 'signal' | 'update';
    contentHash: string;
  }): Promise<AnswerJudged>;
  /** A message that is no answer at all. */
  malformed(caseId: string, channel: 'signal' | 'update', refusal: InformationRefusal, answerId: string): Promise<void>;
  /** The answer that was taken; `inputNo`: how many the case has with it. */
  taken(requestId: string): Promise<{ by: string; documents: DocumentRef[]; inputNo: number } | undefined>;
  /** Nobody answered in time: `opening` is asked in place of the task. `ended`: the task was closed meanwhile. */
  giveUp(requestId: string, opening: TaskOpening): Promise<'given-up' | 'answered' | 'ended'>;
}
