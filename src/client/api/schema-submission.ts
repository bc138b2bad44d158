import { z } from 'zod';
import { caseFileSchema, OUTCOMES } from './schema-case.ts';
import { problemSchema } from './schema-problem.ts';

/** Bodies and documents of at most 16 MB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** A line of a streamed submission: a document of 16 MB in base64, and the rest around it. */
export const MAX_LINE_BYTES = 24 * 1024 * 1024;

const documentSchema = z
  .strictObject({
    name: z.string().min(1).max(255).describe('File name, for people.'),
    mediaType: z.string().min(1).max(200).optional().describe('A hint; the content decides.'),
    text: z.string().optional().describe('The content as text. Give this or base64.'),
    base64: z.base64().optional().describe('The content in base64. Give this or text.'),
  })
  .refine(({ text, base64 }) => (text === undefined) !== (base64 === undefined), 'give one of text and base64');

const caseKey = z
  .string()
  .describe("The business system's own key, 1 to 200 characters. The same key is the same case.");

export const submissionSchema = z
  .strictObject({
    packId: z.string().min(1).describe('The process pack that decides it; GET /v1/packs lists them.'),
    caseKey: caseKey.optional().describe(`${caseKey.description ?? ''} Default: the header Idempotency-Key.`),
    revision: z
      .int()
      .min(1)
      .optional()
      .describe('Default 1. The next one is allowed once the former is rejected, cancelled or reversed.'),
    submittedBy: z.string().min(1).max(200).optional().describe('Who submits it; four eyes look at this.'),
    interactive: z
      .boolean()
      .optional()
      .describe('Somebody waits for the answer now: its model calls go first, and no outage is waited out.'),
    documents: z.array(documentSchema).min(1).max(100),
  })
  .describe('One case to submit.');
export type SubmissionBody = z.input<typeof submissionSchema>;

const outcomeSchema = z.enum(OUTCOMES);

const receiptFields = {
  caseId: z.string(),
  created: z.boolean().describe('False for a repeat.'),
  started: z.boolean().describe('False when Temporal did not answer: the accepted case is started by the sweep.'),
  outcome: outcomeSchema.nullable().describe('How the case ended, if it has.'),
};

export const receiptSchema = z
  .object({
    ...receiptFields,
    links: z.object({ case: z.string(), temporalUi: z.string().optional() }),
    case: caseFileSchema.optional().describe('The case, when Prefer: wait was sent.'),
  })
  .describe('From here on the case is not lost.');
export type ReceiptBody = z.output<typeof receiptSchema>;

export const lineReceiptSchema = z
  .union([
    z.object({ line: z.int().describe('From 1.'), ...receiptFields }),
    z.object({ line: z.int(), error: problemSchema }),
  ])
  .describe('What became of one line.');
export type LineReceipt = z.output<typeof lineReceiptSchema>;
