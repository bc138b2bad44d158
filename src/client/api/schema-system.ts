import { z } from 'zod';
import { OUTCOMES, STAGES } from './schema-case.ts';

export const packsSchema = z.object({
  packs: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      owner: z.string(),
      accepts: z.object({ mediaTypes: z.array(z.string()), maxBytes: z.int() }),
    }),
  ),
});
export type PacksBody = z.output<typeof packsSchema>;

export const countsSchema = z.object({
  counts: z.array(
    z.object({
      packId: z.string(),
      stage: z.enum(STAGES),
      outcome: z.enum(OUTCOMES).nullable(),
      cases: z.int(),
      costMicros: z.int().describe('Cost of the model calls, in millionths.'),
    }),
  ),
});
export type CountsBody = z.output<typeof countsSchema>;

export const reasonsQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).describe('Cases received in so many days up to now.'),
});

export const reasonsSchema = z.object({
  since: z.iso.datetime(),
  packs: z.array(
    z.object({
      packId: z.string(),
      cases: z.int().describe('Received in that time and read.'),
      asked: z.int().describe('Of them, those about which a person was asked before anything was decided.'),
      reasons: z
        .array(
          z.object({
            code: z.string(),
            what: z.string().nullable().describe('The rule that was broken, or the field that is not sure.'),
            cases: z.int(),
            alone: z.int().describe('With no other reason: these would have gone straight through without it.'),
          }),
        )
        .describe('Most cases first. A case counts for each of its reasons.'),
    }),
  ),
});
export type ReasonsBody = z.output<typeof reasonsSchema>;

export const indexSchema = z.object({
  links: z.object({
    cases: z.string(),
    packs: z.string(),
    counts: z.string(),
    reasons: z.string(),
    feeds: z.string(),
    models: z.string(),
    audit: z.string(),
    openapi: z.string(),
    temporalUi: z.string().optional().describe('The list of workflows in the Temporal UI.'),
  }),
});
export type IndexBody = z.output<typeof indexSchema>;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const auditLineSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('entry'),
      caseId: z.string(),
      seq: z.int(),
      at: z.iso.datetime(),
      kind: z.string(),
      data: z.record(z.string(), z.unknown()),
      prevHash: hash,
      hash,
    }),
    z.object({ type: z.literal('head'), caseId: z.string(), seq: z.int(), hash }),
  ])
  .describe('Entries in order, then the head of their case.');

export const readySchema = z.object({ ledger: z.boolean() });
export type AuditLineBody = z.output<typeof auditLineSchema>;
