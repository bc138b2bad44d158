import { createPublicKey, type JsonWebKey } from 'node:crypto';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { sha256 } from '../../canonical.ts';
import type { Identity } from '../../domain/access.ts';
import type { NewPasskey } from './schema-passkeys.ts';

/** Signatures that the receipt's verifier knows: Ed25519, ES256, RS256. */
const ALGORITHMS = [cose.COSEALG.EdDSA, cose.COSEALG.ES256, cose.COSEALG.RS256];
const TIMEOUT_MS = 120_000;

interface Known {
  credentialId: string;
  transports: string[];
}

/** For the browser: make a passkey for this person. The person is verified by the authenticator (PIN, fingerprint, face). */
export async function creationOptions(
  rpId: string,
  { personId, name }: Identity,
  known: readonly Known[],
  challenge: string,
): Promise<Record<string, unknown>> {
  const options = await generateRegistrationOptions({
    rpName: 'Countersign',
    rpID: rpId,
    userName: personId,
    userDisplayName: name,
    // The same for all passkeys of a person, and nothing that can be read.
    userID: new Uint8Array(Buffer.from(sha256(`countersign/person/${personId}`), 'hex')),
    challenge: bytesOf(challenge),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return { ...options };
}

/** For the browser: sign with one of these passkeys. */
export async function signingOptions(
  rpId: string,
  known: readonly Known[],
  challenge: string,
): Promise<Record<string, unknown>> {
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    challenge: bytesOf(challenge),
    timeout: TIMEOUT_MS,
    allowCredentials: known.map(descriptorOf),
    userVerification: 'required',
  });
  return { ...options };
}

/** The passkey that a browser has made, once it holds. Throws an Error that says why it does not. */
export async function createdPasskey(
  created: NewPasskey['created'],
  expected: { rpId: string; origin: string; isChallenge: (challenge: string) => Promise<boolean> },
): Promise<{ credentialId: string; publicKey: string; signCount: number; transports: string[] }> {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: created as unknown as RegistrationResponseJSON,
    expectedChallenge: expected.isChallenge,
    expectedOrigin: expected.origin,
    expectedRPID: expected.rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  });
  if (!verified) throw new Error('what the authenticator states about itself does not hold');
  const { id, publicKey, counter } = registrationInfo.credential;
  const transports = created.response.transports ?? [];
  return { credentialId: id, publicKey: spkiOf(publicKey), signCount: counter, transports };
}

/** A public key (COSE) in the form that Node and OpenSSL read: SPKI DER, base64url. */
function spkiOf(publicKey: Parameters<typeof decodeCredentialPublicKey>[0]): string {
  const key = createPublicKey({ key: jwkOf(decodeCredentialPublicKey(publicKey)), format: 'jwk' });
  return key.export({ type: 'spki', format: 'der' }).toString('base64url');
}

function jwkOf(key: cose.COSEPublicKey): JsonWebKey {
  const { COSECRV, COSEKEYS } = cose;
  if (cose.isCOSEPublicKeyEC2(key) && key.get(COSEKEYS.crv) === COSECRV.P256)
    return { kty: 'EC', crv: 'P-256', x: textOf(key.get(COSEKEYS.x)), y: textOf(key.get(COSEKEYS.y)) };
  if (cose.isCOSEPublicKeyOKP(key) && key.get(COSEKEYS.crv) === COSECRV.ED25519)
    return { kty: 'OKP', crv: 'Ed25519', x: textOf(key.get(COSEKEYS.x)) };
  if (cose.isCOSEPublicKeyRSA(key))
    return { kty: 'RSA', n: textOf(key.get(COSEKEYS.n)), e: textOf(key.get(COSEKEYS.e)) };
  throw new Error('its kind of key is not known here; use one with ES256, Ed25519 or RS256');
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString('base64url');
}

function bytesOf(challenge: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(challenge, 'base64url'));
}

function descriptorOf({ credentialId: id, transports }: Known) {
  return { id, transports };
}
