import { z } from 'zod';

const at = z.iso.datetime();

export const undeliveredSchema = z.object({
  notices: z
    .array(
      z.object({
        messageId: z.string().nullable().describe('null: nobody is routed, so there is no message.'),
        channel: z.string().nullable(),
        address: z.string().nullable(),
        state: z.enum(['retrying', 'failed']).describe('retrying: tried again at nextAt; failed: given up.'),
        attempts: z.int(),
        error: z.string(),
        since: at,
        nextAt: at.nullable(),
        kinds: z.array(z.string()),
        cases: z.array(z.string()).describe('Those whose question is still open.'),
      }),
    )
    .describe('Newest first, at most 200.'),
});
export type UndeliveredBody = z.output<typeof undeliveredSchema>;

export const retryBodySchema = z.strictObject({ messageId: z.uuid() });
export const retriedSchema = z.object({ messageId: z.string() });

export const linksSchema = z.object({
  links: z.array(
    z.object({
      linkId: z.string().describe('Not the address: that is known only to who got it.'),
      purpose: z.enum(['decide', 'inform']).describe('inform: to answer what a reviewer asks the submitter.'),
      taskNo: z.int(),
      person: z.string(),
      state: z.enum(['open', 'used', 'expired', 'revoked']),
      expiresAt: at,
    }),
  ),
});
export type LinksBody = z.output<typeof linksSchema>;

export const revocationSchema = z.strictObject({
  linkId: z.string().min(1).max(64),
  by: z.string().trim().min(1).max(200).optional().describe('Who takes it back. Left out: you.'),
  reason: z.string().trim().min(1).max(2000),
});
export type RevocationBody = z.input<typeof revocationSchema>;
export const revokedSchema = z.object({ linkId: z.string(), revoked: z.literal(true) });
