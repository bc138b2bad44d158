import { z } from 'zod';
import type { DocumentRef } from './case.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'give the SHA-256 in hex of a stored document');
const name = z.string().trim().min(1).max(255);
const document = z.union([
  z.strictObject({ name, hash, mediaType: z.string().min(1).max(200), size: z.int().min(0) }),
  z.strictObject({ name, mediaType: z.string().min(1).max(200).optional(), text: z.string().min(1) }),
  z.strictObject({ name, mediaType: z.string().min(1).max(200).optional(), base64: z.base64().min(1) }),
]);

/**
 * What a submitter answers to the question of a reviewer, by signal `provideInformation` or update `submitInformation`:
 * text, documents, or both. `answerId` is the sender's own id for exact repeats.
 */
export const informationSchema = z
  .strictObject({
    answerId: z.string().min(1).max(200),
    requestId: z.string().min(1).max(200),
    by: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .refine((given) => given !== 'YOUR NAME', 'write your own name in place of YOUR NAME'),
    text: z.string().trim().min(1).max(20_000).optional(),
    documents: z.array(document).max(20).optional(),
  })
  .refine(
    ({ text, documents = [] }) => text !== undefined || documents.length > 0,
    'text: give a text, documents, or both',
  );
export type Information = z.infer<typeof informationSchema>;

/** Why an answer changes nothing. */
export interface InformationRefusal {
  code:
    | 'malformed'
    | 'no-such-request'
    | 'already-answered'
    | 'too-late'
    | 'answer-id-reused'
    | 'not-attested'
    | 'not-entitled';
  message: string;
}

/** What a reviewer asks the submitter. */
export interface InformationRequest {
  requestId: string;
  caseId: string;
  taskNo: number;
  question: string;
  askedBy: string;
  /** Who submitted the case; where that is not known, the owner of the process. */
  askedOf: string;
  /** The model is asked again with the answer. */
  proposeAgain: boolean;
  askedAt: Date;
  answerBy: Date;
  answeredAt: Date | null;
  /** When nobody had answered by `answerBy`. */
  givenUpAt: Date | null;
  /** False once the review task has ended, for whatever reason. */
  taskOpen: boolean;
}

/** What an answer is known by: its digest tells a repeat from another answer under the same id. */
export function contentOfAnswer(
  { answerId, requestId, by }: Pick<Information, 'answerId' | 'requestId' | 'by'>,
  documents: readonly Pick<DocumentRef, 'hash' | 'name'>[],
): unknown {
  return { answerId, requestId, by, documents: documents.map(({ hash, name }) => ({ hash, name })) };
}

/** Where a request stands. `overtaken`: the case went on without the answer. */
export function stateOfRequest(request: InformationRequest): 'open' | 'answered' | 'unanswered' | 'overtaken' {
  if (request.answeredAt) return 'answered';
  if (request.givenUpAt) return 'unanswered';
  return request.taskOpen ? 'open' : 'overtaken';
}

/** Judges whether a request can be answered now. Undefined: it can. */
export function answerRefusalOf(request: InformationRequest | undefined): InformationRefusal | undefined {
  if (!request) return { code: 'no-such-request', message: 'requestId: this case asks no such question.' };
  const { answeredAt, givenUpAt, answerBy, taskOpen } = request;
  if (answeredAt) return { code: 'already-answered', message: 'requestId: the question has been answered already.' };
  if (givenUpAt)
    return { code: 'too-late', message: `requestId: the question was to be answered by ${answerBy.toISOString()}.` };
  return taskOpen ? undefined : { code: 'too-late', message: 'requestId: the case went on without the answer.' };
}
