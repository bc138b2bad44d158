import { z } from 'zod';

/** An error answer, RFC 9457. `code` is stable and for programs; `detail` is for people and says what to do. */
export const problemSchema = z
  .object({
    type: z.string().describe('urn:countersign:problem:<code>'),
    title: z.string().describe('The kind of problem, the same for every occurrence.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What happened here, and what to do.'),
    instance: z.string().describe('The path that was asked for.'),
    code: z.string().describe("Stable code of the problem; for refused verdicts the refusal's own code."),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('Which fields are wrong, where they are known.'),
  })
  .describe('Problem details, RFC 9457.');
export type ProblemBody = z.output<typeof problemSchema>;
