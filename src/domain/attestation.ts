import { z } from 'zod';

/**
 * What the API signs to say who sent a verdict. It travels in the message beside the verdict, and is no part of it: the
 * same verdict sent again, attested later, is the same verdict.
 */
export const attestationSchema = z.strictObject({
  personId: z.string().min(1).max(200),
  via: z.enum(['session', 'api-key', 'link']),
  at: z.iso.datetime(),
  keyId: z.string().length(16),
  /** Ed25519, base64url, over the canonical JSON of `{ caseId, verdict (digest), personId, via, at }`. */
  signature: z.string().min(1).max(200),
});
export type Attestation = z.infer<typeof attestationSchema>;

/** Takes out of a message what proves who sent it: the attestation, and what a passkey signed. */
export function withoutProofs(message: unknown): { verdict: unknown; attestation?: unknown; passkey?: unknown } {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return { verdict: message };
  const { attestation, passkey, ...verdict } = message as Record<string, unknown>;
  return { verdict, attestation, passkey };
}

/** What is attested of a withdrawal or a reversal, in the place of a verdict. */
export const withdrawalOf = (by: string, reason: string) => ({ withdraw: { by, reason } });
export const reversalOf = (by: string, reason: string) => ({ reverse: { by, reason } });

/** How it is known who gave a verdict: kept with it, and in its audit entry. */
export type Authentication =
  { via: Attestation['via']; personId: string; keyId: string; at: string } | { via: 'unauthenticated' };
