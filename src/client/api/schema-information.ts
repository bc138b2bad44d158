import { z } from 'zod';

const at = z.iso.datetime();
const requestId = z.string().min(1).max(200);

const documentSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(255).describe('File name, for people.'),
    mediaType: z.string().min(1).max(200).optional().describe('A hint; the content decides.'),
    text: z.string().min(1).optional().describe('The content as text. Give this or base64.'),
    base64: z.base64().optional().describe('The content in base64. Give this or text.'),
  })
  .refine(({ text, base64 }) => (text === undefined) !== (base64 === undefined), 'give one of text and base64');

export const informationBodySchema = z
  .strictObject({
    requestId: requestId.describe('What is answered; GET /v1/information-requests lists what is asked.'),
    answerId: z.string().min(1).max(200).describe('Your own id for exact repeats.'),
    by: z.string().trim().min(1).max(200).optional().describe('Who answers. Left out: you.'),
    text: z.string().trim().min(1).max(20_000).optional(),
    documents: z.array(documentSchema).max(20).optional(),
  })
  .describe("The answer to a reviewer's question: a text, documents, or both.");
export type InformationBody = z.input<typeof informationBodySchema>;

export const informationTakenSchema = z.object({
  accepted: z.literal(true),
  answerId: z.string(),
  requestId: z.string(),
});
export type InformationTaken = z.output<typeof informationTakenSchema>;

export const informationRequestSchema = z.object({
  requestId: z.string(),
  caseId: z.string(),
  taskNo: z.int(),
  question: z.string(),
  askedBy: z.string(),
  askedOf: z.string().describe('Who submitted the case; where nobody is known to have, the owner of the process.'),
  proposeAgain: z.boolean().describe('The model is asked again with the answer.'),
  state: z
    .enum(['open', 'answered', 'unanswered', 'overtaken'])
    .describe('unanswered: its time ended; overtaken: the case went on without the answer.'),
  askedAt: at,
  answerBy: at,
  answer: z
    .object({
      by: z.string(),
      at,
      identity: z
        .enum(['session', 'api-key', 'link', 'unauthenticated'])
        .describe('How it is known who answered; unauthenticated: the name was only given.'),
      documents: z.array(
        z.object({
          hash: z.string(),
          name: z.string(),
          mediaType: z.string(),
          size: z.int(),
          href: z.string(),
          text: z.string().optional().describe('Of a short plain text.'),
        }),
      ),
    })
    .nullable(),
});
export type InformationRequestBody = z.output<typeof informationRequestSchema>;

export const informationPageSchema = z.object({
  requests: z.array(informationRequestSchema).describe('Oldest first.'),
});
export type InformationPage = z.output<typeof informationPageSchema>;

export const informationQuerySchema = z.object({
  caseId: z.string().optional(),
  open: z.enum(['true', 'false']).optional().describe('true: only those that wait for an answer.'),
});
