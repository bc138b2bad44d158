import { z } from 'zod';

const at = z.iso.datetime().nullable();

export const modelsSchema = z.object({
  models: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      state: z
        .enum(['closed', 'open', 'half-open'])
        .describe('Of its breaker. closed: it is asked; open: it is away and not asked; half-open: one call tries it.'),
      ok: z.int().describe('Answers of about the last minute.'),
      failed: z.int().describe('Failures of about the last minute.'),
      openedAt: at,
      openUntil: at,
      lastOkAt: at,
      lastFailureAt: at,
      lastFailure: z.string().nullable().describe('Its type.'),
    }),
  ),
  budgets: z
    .array(
      z.object({
        packId: z.string(),
        day: z.iso.date().describe('UTC.'),
        spentMicros: z.int(),
        reservedMicros: z.int().describe('For calls without an outcome: under way, or possibly paid before a crash.'),
      }),
    )
    .describe('What model calls cost, the last seven days, in micro-units of the currency of the price list.'),
});
export type ModelsBody = z.output<typeof modelsSchema>;
