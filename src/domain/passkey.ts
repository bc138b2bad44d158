import { z } from 'zod';
import type { Verdict } from './verdict.ts';

const base64url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'is no base64url text');

/** What an authenticator signed (WebAuthn assertion), each part base64url. */
export const assertionSchema = z.strictObject({
  credentialId: base64url(1_400),
  clientDataJSON: base64url(4_000),
  authenticatorData: base64url(4_000),
  signature: base64url(2_000),
});
export type Assertion = z.infer<typeof assertionSchema>;

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is no SHA-256 in base64url');
/** Where several verdicts were signed at once: the way from one of them to what was signed, through a tree of hashes. */
const waySchema = z.array(z.union([z.strictObject({ left: hash }), z.strictObject({ right: hash })])).max(16);
export type Way = z.infer<typeof waySchema>;

/**
 * What a passkey signed about a verdict, and about which question. It travels in the message beside the verdict, like the
 * attestation of the API, and is no part of it.
 */
export const passkeyProofSchema = assertionSchema.extend({
  taskNo: z.int().min(1),
  /** The whole digest of what was shown. */
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'give the whole digest: 64 hex digits'),
  /** Absent: it was signed alone. */
  way: waySchema.optional(),
});
export type PasskeyProof = z.infer<typeof passkeyProofSchema>;

/** A passkey that somebody has registered. */
export interface Passkey {
  credentialId: string;
  personId: string;
  /** SPKI DER, base64url. */
  publicKey: string;
}

/** A passkey's signature as it stands in the statement that the service signs: with it the service says whose key it is. */
export const passkeySignatureSchema = assertionSchema.extend({
  /** SPKI DER, base64url. */
  publicKey: base64url(4_000),
  /** The host that the passkey belongs to. */
  rpId: z.string().min(1),
  /** SHA-256 (hex) of the whole verdict as it was sent, in canonical JSON: the values of an amendment and the reason too. */
  said: z.string().length(64),
  way: waySchema.optional(),
});
export type PasskeySignature = z.infer<typeof passkeySignatureSchema>;

/**
 * Which verdicts need a passkey. `when-registered`: of those who have one, when they answer in a browser. `required`: every
 * decision of a person, however it comes; an approval may still be taken back without one, as that only asks again.
 */
export type PasskeyPolicy = 'when-registered' | 'required';

const DECIDING: ReadonlySet<string> = new Set<Verdict['verdict']>(['approve', 'amend', 'reject', 'confirm']);

/** Whether a verdict decides something. Asking somebody else, or again, does not. */
export function decides(verdict: string): boolean {
  return DECIDING.has(verdict);
}

/** Whether who has a passkey signs this verdict with it. */
export function isSignedByPasskey(verdict: Verdict['verdict']): boolean {
  return decides(verdict) || verdict === 'withdraw';
}

/** The host that passkeys belong to, and whose pages may use them; or why there is none. */
export type RelyingParty =
  | { rpId: string; /** Absent: localhost, at any port. */ origin?: string; problem?: undefined }
  | { rpId?: undefined; problem: string };

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;

/**
 * Whose passkeys are. An authenticator binds them to a host name, and browsers offer them only over HTTPS or on localhost.
 *
 * @param publicUrl where people reach the desk; absent: on this machine
 */
export function relyingPartyOf(publicUrl?: string): RelyingParty {
  if (publicUrl === undefined) return { rpId: 'localhost' };
  const { hostname, origin, protocol } = new URL(publicUrl);
  const name = 'COUNTERSIGN_PUBLIC_URL';
  if (ADDRESS.test(hostname))
    return { problem: `${name} is an IP address: passkeys need a host name, on one machine http://localhost.` };
  if (protocol !== 'https:' && hostname !== 'localhost')
    return { problem: `${name} is no https address: browsers offer passkeys only there and on localhost.` };
  return { rpId: hostname, origin };
}

/** Whether a page of this origin may use passkeys of the party. */
export function isOwnOrigin(party: RelyingParty, origin: string): boolean {
  if (party.problem !== undefined) return false;
  return party.origin === undefined ? /^http:\/\/localhost(?::\d+)?$/.test(origin) : origin === party.origin;
}

/** Why a page cannot use passkeys, with what to do; undefined: it can. `port`: of the API, where it is known. */
export function passkeyProblem(party: RelyingParty, origin: string | undefined): string | undefined {
  if (party.problem !== undefined) return party.problem;
  if (origin !== undefined && isOwnOrigin(party, origin)) return undefined;
  const port = /:\d+$/.exec(origin ?? '')?.[0] ?? '';
  return `Passkeys work at ${party.origin ?? `http://localhost${port}`} only: open the desk there.`;
}
