import { z } from 'zod';

export const feedsSchema = z.object({
  feeds: z.array(
    z.object({
      name: z.string(),
      asOf: z.iso.datetime().nullable().describe('The moment its data stands for; null: never loaded.'),
      loadedAt: z.iso.datetime().nullable(),
      ageMs: z.int().nullable().describe('From asOf to now.'),
      items: z.int(),
      packs: z
        .array(z.object({ id: z.string(), owner: z.string(), maxAgeMs: z.int(), stale: z.boolean() }))
        .describe('The process packs that read it, and how old each lets it be.'),
      stale: z.boolean().describe('Too old for at least one pack: its cases go to review.'),
    }),
  ),
});
export type FeedsBody = z.output<typeof feedsSchema>;

export const feedBodySchema = z
  .strictObject({
    asOf: z.iso
      .datetime({ offset: true })
      .describe('The moment the data stands for, for example when it was exported; its age is counted from it.'),
    items: z
      .array(
        z.strictObject({
          key: z.string().min(1).max(500).describe('What it is looked up by; of a feed only once.'),
          text: z.string().default('').describe('What it is found by when texts are compared.'),
          data: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .min(1),
  })
  .describe('A whole feed: what is there is replaced.');
export type FeedBody = z.input<typeof feedBodySchema>;

export const loadedSchema = z.object({ name: z.string(), items: z.int(), asOf: z.iso.datetime() });
export type LoadedBody = z.output<typeof loadedSchema>;
