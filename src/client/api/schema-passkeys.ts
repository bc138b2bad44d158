import { z } from 'zod';
import { assertionSchema } from '../../domain/passkey.ts';

const credentialId = z.string().min(1).max(1_400);
const at = z.iso.datetime();

export const passkeysSchema = z.object({
  passkeys: z.array(
    z.object({
      ...{ credentialId, label: z.string(), transports: z.array(z.string()) },
      ...{ createdAt: at, lastUsedAt: at.nullable() },
    }),
  ),
  problem: z.string().nullable().describe('Why passkeys cannot be used where this page was opened; null: they can.'),
});
export type PasskeysBody = z.output<typeof passkeysSchema>;

/** Options of the browser's `navigator.credentials`, as JSON (WebAuthn Level 3, section 5.1.8 and 5.1.9). */
const options = z.record(z.string(), z.unknown());

export const passkeyChallengeSchema = z
  .discriminatedUnion('for', [
    z.strictObject({ for: z.literal('add') }),
    z.strictObject({ for: z.literal('remove'), credentialId }),
  ])
  .describe('What the challenge is for. It works once, within five minutes, in this session.');

export const passkeyOptionsSchema = z.object({
  create: options.optional().describe('For `create`: the new passkey.'),
  sign: options.optional().describe('For `get`: a passkey that is there already agrees. Absent: there is none.'),
});

export type PasskeyOptions = z.output<typeof passkeyOptionsSchema>;

const proof = assertionSchema.optional().describe('What a passkey signed that is there already.');

export const newPasskeySchema = z.strictObject({
  label: z.string().trim().min(1).max(100),
  created: z
    .looseObject({
      ...{ id: credentialId, rawId: credentialId, type: z.literal('public-key') },
      response: z.looseObject({
        clientDataJSON: z.string().max(4_000),
        attestationObject: z.string().max(100_000),
        transports: z.array(z.string().max(40)).max(10).optional(),
      }),
    })
    .describe('What `navigator.credentials.create` gave, as JSON.'),
  proof,
});
export type NewPasskey = z.output<typeof newPasskeySchema>;

export const passkeyRemovalSchema = z.strictObject({ credentialId, proof: assertionSchema });

export const verdictChallengeSchema = z.object({
  signing: z
    .object({
      taskNo: z.int().describe('With `digest` and what is signed it goes into `passkey` of the verdict.'),
      digest: z.string(),
      options,
    })
    .nullable()
    .describe('Null: you have no passkey, or this verdict needs none.'),
});

export type VerdictChallenge = z.output<typeof verdictChallengeSchema>;

export const bulkChallengeSchema = z.object({
  options: options.nullable().describe('For `get`: one signature for all. Null: you have no passkey.'),
});
export type BulkChallenge = z.output<typeof bulkChallengeSchema>;

export const passkeysRemovedSchema = z.object({ removed: z.int() });
export type PasskeysRemoved = z.output<typeof passkeysRemovedSchema>;
