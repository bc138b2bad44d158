import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalText, storedDigestOf } from '../canonical.ts';
import type { Statement } from '../domain/countersignature.ts';
import type { Verdict } from '../domain/verdict.ts';
import {
  decides,
  isOwnOrigin,
  type Assertion,
  type Passkey,
  type PasskeyPolicy,
  type PasskeyProof,
  type PasskeySignature,
  type RelyingParty,
} from '../domain/passkey.ts';
import { atEndOf } from './signed-together.ts';

/** What a passkey signs about a verdict. */
type Said = Pick<Statement, 'caseId' | 'taskNo' | 'verdictId' | 'verdict' | 'by' | 'digest'> &
  Pick<PasskeySignature, 'said'>;

/**
 * The WebAuthn challenge for a verdict, base64url: SHA-256 over the canonical JSON of what is said, by whom, on what.
 * Nothing else can be made of an assertion over it, and the case takes a verdict of one id once; so it needs no memory.
 */
function challengeOf({ caseId, taskNo, verdictId, verdict, by, digest, said }: Said): string {
  const statement = { format: 'countersign/passkey/1', caseId, taskNo, verdictId, verdict, by, digest, said };
  return sha256(canonicalText(statement)).toString('base64url');
}

/** The challenge for a verdict on a question. */
export function challengeFor(caseId: string, verdict: Verdict, on: Pick<PasskeyProof, 'taskNo' | 'digest'>): string {
  return challengeOf(saidOf(caseId, verdict, on));
}

type Judged = { fault: string; signCount?: undefined } | { fault?: undefined; signCount: number };
const fault = (text: string) => ({ fault: text });

/** Judges what a passkey signed for a verdict. `known`: the passkey of that id that is in force. */
export function judgeProof(
  caseId: string,
  verdict: Verdict,
  { taskNo, digest, way, ...assertion }: PasskeyProof,
  known: Passkey | undefined,
  party: RelyingParty,
): { fault: string } | { fault?: undefined; signature: PasskeySignature; challenge: string; signCount: number } {
  if (party.problem !== undefined) return fault(party.problem);
  if (!known) return fault('there is no such passkey, or not any more');
  if (known.personId !== verdict.by) return fault(`it is no passkey of ${verdict.by}`);
  const said = saidOf(caseId, verdict, { taskNo, digest });
  const challenge = atEndOf(way ?? [], challengeOf(said));
  const { publicKey } = known;
  const isOrigin = (origin: string) => isOwnOrigin(party, origin);
  const judged = judgeAssertion(assertion, { challenge, publicKey, rpId: party.rpId, isOrigin });
  if (judged.fault !== undefined) return judged;
  const { signCount } = judged;
  const signature = { ...assertion, publicKey, rpId: party.rpId, said: said.said, ...(way?.length ? { way } : {}) };
  return { signature, challenge, signCount };
}

/**
 * What speaks against the passkey of a statement, from the statement alone; none: it holds, or none was asked for. That the
 * key is of who is named, the service says with its own signature on the statement.
 */
export function faultsOfPasskey(statement: Statement, policy: PasskeyPolicy | undefined): string[] {
  const { passkey, verdict, by } = statement;
  if (!passkey) {
    const lacks = policy === 'required' && decides(verdict);
    return lacks ? [`${by} signed without a passkey, which the policy asks for`] : [];
  }
  const { publicKey, rpId, said, way = [], ...assertion } = passkey;
  const isOrigin = (origin: string) => URL.canParse(origin) && new URL(origin).hostname === rpId;
  const challenge = atEndOf(way, challengeOf({ ...statement, said }));
  const judged = judgeAssertion(assertion, { challenge, publicKey, rpId, isOrigin });
  return judged.fault === undefined ? [] : [`what the passkey of ${by} signed does not hold: ${judged.fault}`];
}

/** SHA-256 (hex) of a verdict as it was sent, also as the ledger gives it back. */
export function digestOfVerdict(verdict: unknown): string {
  return storedDigestOf(verdict);
}

function saidOf(caseId: string, verdict: Verdict, on: Pick<PasskeyProof, 'taskNo' | 'digest'>): Said {
  const { verdictId, verdict: kind, by } = verdict;
  return { caseId, ...on, verdictId, verdict: kind, by, said: digestOfVerdict(verdict) };
}

const clientData = z.looseObject({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});
/** Hash of the host, flags, counter: what authenticator data begin with. */
const LEAST_BYTES = 37;
const PRESENT = 0x01;
const VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;

/**
 * Verifies an assertion by the steps of WebAuthn Level 3, section 7.2, that need no memory: client data, host, presence
 * and verification of the person, signature. Whether the counter has moved is for who remembers it.
 */
export function judgeAssertion(
  { clientDataJSON, authenticatorData, signature }: Assertion,
  expected: { challenge: string; publicKey: string; rpId: string; isOrigin: (origin: string) => boolean },
): Judged {
  const json = Buffer.from(clientDataJSON, 'base64url');
  const client = clientDataIn(json);
  if (!client) return fault('its client data cannot be read');
  if (client.type !== 'webauthn.get') return fault(`it was made for '${client.type}', not to sign`);
  if (client.challenge !== expected.challenge) return fault('it was signed for something else');
  if (!expected.isOrigin(client.origin)) return fault(`it was signed at '${client.origin}'`);
  if (client.crossOrigin === true || client.topOrigin !== undefined)
    return fault('it was signed inside a page of another site');
  const data = Buffer.from(authenticatorData, 'base64url');
  if (data.length < LEAST_BYTES) return fault('its authenticator data are cut off');
  if (!data.subarray(0, 32).equals(sha256(expected.rpId))) return fault('it is of a passkey for another host');
  const flags = data.readUInt8(32);
  if ((flags & PRESENT) === 0) return fault('nobody was present');
  if ((flags & VERIFIED) === 0) return fault('the person was not verified (PIN, fingerprint or face)');
  if ((flags & BACKED_UP) !== 0 && (flags & BACKUP_ELIGIBLE) === 0) return fault('its flags contradict each other');
  if (!isSigned(Buffer.concat([data, sha256(json)]), signature, expected.publicKey))
    return fault('its signature does not verify');
  return { signCount: data.readUInt32BE(33) };
}

function clientDataIn(json: Buffer): z.output<typeof clientData> | undefined {
  try {
    return clientData.safeParse(JSON.parse(json.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function isSigned(signed: Buffer, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), type: 'spki', format: 'der' });
    return verify(hashFor(key), signed, key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** Ed25519 hashes by itself; ES256 and RS256 sign a SHA-256. */
function hashFor(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
