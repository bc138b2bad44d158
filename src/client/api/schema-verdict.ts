import { z } from 'zod';
import { verdictSchema, type Verdict } from '../../domain/verdict.ts';
import { invalid } from './problems.ts';

const caseId = z.string().min(1).describe('case/<packId>/<caseKey>');
const [approve, amend, reject, confirm, withdraw, reassign, escalate, requestInformation] = verdictSchema.options;

/** For the OpenAPI document: what a verdict is. The handler takes anything with a caseId, so that a malformed one is recorded. */
export const verdictBodySchema = z
  .discriminatedUnion('verdict', [
    approve.extend({ caseId }),
    amend.extend({ caseId }),
    reject.extend({ caseId }),
    confirm.extend({ caseId }),
    withdraw.extend({ caseId }),
    reassign.extend({ caseId }),
    escalate.extend({ caseId }),
    requestInformation.extend({ caseId }),
  ])
  .describe(
    'A verdict on the open review task. `seen` is the digest of what was shown, `verdictId` your own id for exact repeats.',
  );
/** `by` may be left out by whoever has a key or a session. */
export type VerdictBody = Verdict & { caseId: string };

export const acceptedSchema = z.object({
  accepted: z.literal(true),
  verdictId: z.string(),
  approvals: z
    .object({ given: z.int(), needed: z.int() })
    .optional()
    .describe('The approval counts, and more people must approve.'),
  heldUntil: z.iso
    .datetime()
    .optional()
    .describe('The approval is written only then; until then it can be taken back (verdict `withdraw`).'),
});
export type AcceptedBody = z.output<typeof acceptedSchema>;

/** For taking back an open case, and for undoing a written one. */
export const requestSchema = z.strictObject({
  caseId,
  by: z.string().trim().min(1).max(200).optional().describe('The named person who asks for it; left out: you.'),
  reason: z.string().trim().min(1).max(2000),
});
export type RequestBody = z.input<typeof requestSchema>;

export const withdrawnSchema = z.object({ caseId: z.string(), accepted: z.literal(true) });
export const reversalSchema = z.object({
  caseId: z.string(),
  workflowId: z.string().describe('The workflow that undoes it.'),
  links: z.object({ temporalUi: z.string().optional() }),
});
export type WithdrawnBody = z.output<typeof withdrawnSchema>;
export type ReversalBody = z.output<typeof reversalSchema>;

/** The body of a verdict with its case, whatever else it is. Throws a problem that names the field. */
export function caseIn(body: unknown): Record<string, unknown> & { caseId: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(422, [{ field: 'body', message: 'send one object { caseId, verdictId, verdict, by, seen, ... }' }]);
  }
  const { caseId, ...rest } = body as Record<string, unknown>;
  if (typeof caseId === 'string' && caseId !== '') return { ...rest, caseId };
  throw invalid(422, [{ field: 'caseId', message: 'name the case, e.g. case/invoice-intake/INV-1' }]);
}
