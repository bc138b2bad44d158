import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { describe, expect, test } from 'vitest';
import { challengeFor, faultsOfPasskey, judgeAssertion, judgeProof } from '../../src/countersignature/passkey.ts';
import type { Statement } from '../../src/domain/countersignature.ts';
import type { Passkey, PasskeyProof, RelyingParty } from '../../src/domain/passkey.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';

const CASE = 'case/test-pack/K-1';
const ON = { taskNo: 1, digest: 'd'.repeat(64) };
const APPROVE: Verdict = { verdictId: 'v-1', verdict: 'approve', by: 'rita', seen: ON.digest.slice(0, 12) };
const AMEND: Verdict = { ...APPROVE, verdict: 'amend', output: { amount: 13 } };
const HERE: RelyingParty = { rpId: 'localhost' };

describe('the challenge', () => {
  const of = (caseId: string, change: object, on = ON, said: Verdict = APPROVE) =>
    challengeFor(caseId, { ...said, ...change }, on);
  const own = of(CASE, {});

  test('is the same for the same, in whatever order it is written', () => {
    const { verdictId, verdict, by, seen } = APPROVE;
    expect(challengeFor(CASE, { seen, by, verdict, verdictId }, ON)).toBe(own);
    expect(own).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test.each<[string, string]>([
    ['another case', of('case/test-pack/K-2', {})],
    ['another question', of(CASE, {}, { ...ON, taskNo: 2 })],
    ['another digest', of(CASE, {}, { ...ON, digest: 'e'.repeat(64) })],
    ['another verdict', of(CASE, { verdict: 'reject', reason: 'no' })],
    ['another id', of(CASE, { verdictId: 'v-2' })],
    ['another person', of(CASE, { by: 'paul' })],
    ['another reason', of(CASE, { reason: 'because' })],
  ])('is another one for %s', (_, challenge) => {
    expect(challenge).not.toBe(own);
  });

  test('of an amendment covers its values', () => {
    const amended = of(CASE, {}, ON, AMEND);
    expect(of(CASE, { output: { amount: 14 } }, ON, AMEND)).not.toBe(amended);
    expect(amended).not.toBe(own);
  });
});

/** What an authenticator, or who stands between, may state wrongly. Each is refused, by us and by the library alike. */
const FORGED: [what: string, change: Partial<Stated>, fault: RegExp][] = [
  ['made to register', { type: 'webauthn.create' }, /made for 'webauthn.create'/],
  ['for another challenge', { challenge: 'AAAA' }, /signed for something else/],
  ['at another site', { origin: 'https://evil.example' }, /signed at 'https:\/\/evil.example'/],
  ['at a name that only begins alike', { origin: 'http://localhost.evil.example' }, /signed at/],
  ['for another host', { rpId: 'evil.example' }, /another host/],
  ['with nobody present', { flags: 0x04 }, /nobody was present/],
  ['without verifying the person', { flags: 0x01 }, /not verified/],
  ['backed up, but not to be', { flags: 0x15 }, /contradict/],
];

async function judged(key: SoftPasskey, change: Partial<Stated>) {
  const challenge = challengeFor(CASE, APPROVE, ON);
  const assertion = key.assert(challenge, change);
  const isOrigin = (origin: string) => origin === 'http://localhost:7300';
  const ours = judgeAssertion(assertion, { challenge, publicKey: key.publicKey, rpId: 'localhost', isOrigin });
  const { credentialId: id, ...response } = assertion;
  const theirs = await verifyAuthenticationResponse({
    response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
    expectedChallenge: challenge,
    expectedOrigin: 'http://localhost:7300',
    expectedRPID: 'localhost',
    credential: { id, publicKey: key.cose, counter: 0 },
  }).then(
    ({ verified }) => verified,
    () => false,
  );
  return { ours, theirs };
}

describe('an assertion', () => {
  test('that is honest holds, as the library says too', async () => {
    const { ours, theirs } = await judged(new SoftPasskey('rita'), {});
    expect([ours, theirs]).toEqual([{ signCount: 1 }, true]);
  });

  test.each(FORGED)('%s does not hold, as the library says too', async (_, change, fault) => {
    const { ours, theirs } = await judged(new SoftPasskey('rita'), change);
    expect(ours.fault).toMatch(fault);
    expect(theirs).toBe(false);
  });

  test.each<[string, Record<string, unknown>]>([
    ['says so', { crossOrigin: true }],
    ['names the page around it', { topOrigin: 'https://evil.example' }],
  ])('inside a page of another site does not hold when it %s', async (_, client) => {
    const { ours } = await judged(new SoftPasskey('rita'), { client });
    expect(ours.fault).toMatch(/inside a page of another site/);
  });
});

function proofOf(key: SoftPasskey, verdict: Verdict = APPROVE, change: Partial<Stated> = {}): PasskeyProof {
  return key.prove(CASE, { ...verdict }, ON, change);
}

const HONEST = { caseId: CASE, verdict: APPROVE, party: HERE };

describe('the proof of a verdict', () => {
  const key = new SoftPasskey('rita');
  const other = new SoftPasskey('paul');
  const faultOf = (
    proof: PasskeyProof,
    change: { caseId?: string; verdict?: Verdict; known?: Passkey | undefined; party?: RelyingParty } = {},
  ) => {
    const { caseId, verdict, known, party } = { ...HONEST, known: key.passkey, ...change };
    return judgeProof(caseId, verdict, proof, known, party).fault;
  };

  test('holds for exactly this verdict', () => {
    expect(faultOf(proofOf(key))).toBeUndefined();
    expect(faultOf(proofOf(key, AMEND), { verdict: AMEND })).toBeUndefined();
  });

  test.each<[string, () => string | undefined]>([
    ['on another case', () => faultOf(proofOf(key), { caseId: 'case/test-pack/K-2' })],
    ['for another verdict', () => faultOf(proofOf(key), { verdict: { ...APPROVE, verdict: 'reject', reason: 'no' } })],
    ['for another id', () => faultOf(proofOf(key), { verdict: { ...APPROVE, verdictId: 'v-2' } })],
    ['for other amended values', () => faultOf(proofOf(key, AMEND), { verdict: { ...AMEND, output: { amount: 9 } } })],
    ['with the question put in', () => faultOf({ ...proofOf(key), taskNo: 2 })],
    ['with the digest put in', () => faultOf({ ...proofOf(key), digest: 'e'.repeat(64) })],
  ])('does not hold %s', (_, fault) => {
    expect(fault()).toBe('it was signed for something else');
  });

  test.each<[string, () => string | undefined, RegExp]>([
    ["of somebody else's passkey", () => faultOf(proofOf(other), { known: other.passkey }), /no passkey of rita/],
    ['of a passkey that is none, or was removed', () => faultOf(proofOf(key), { known: undefined }), /no such passkey/],
    [
      'of another key under the name of this one',
      () => faultOf({ ...proofOf(other), credentialId: key.credentialId }),
      /signature does not verify/,
    ],
    ['whose signature is none', () => faultOf({ ...proofOf(key), signature: 'AAAA' }), /signature does not verify/],
    ['whose client data are none', () => faultOf({ ...proofOf(key), clientDataJSON: 'AAAA' }), /cannot be read/],
    ['that is cut off', () => faultOf({ ...proofOf(key), authenticatorData: 'AAAA' }), /cut off/],
    [
      'whose counter was altered',
      () => {
        const proof = proofOf(key);
        const data = Buffer.from(proof.authenticatorData, 'base64url');
        data.writeUInt32BE(99, 33);
        return faultOf({ ...proof, authenticatorData: data.toString('base64url') });
      },
      /signature does not verify/,
    ],
    ['where passkeys cannot be used', () => faultOf(proofOf(key), { party: { problem: 'no host' } }), /no host/],
    [
      'for another deployment',
      () => faultOf(proofOf(key), { party: { rpId: 'desk.example', origin: 'https://desk.example' } }),
      /signed at/,
    ],
  ])('does not hold %s', (_, fault, message) => {
    expect(fault()).toMatch(message);
  });
});

describe('in a signed statement', () => {
  const key = new SoftPasskey('rita');
  const proof = proofOf(key);
  const judgedProof = judgeProof(CASE, APPROVE, proof, key.passkey, HERE);
  if (judgedProof.fault !== undefined) throw new Error(judgedProof.fault);
  const statement: Statement = {
    ...{ format: 'countersign/statement/1', caseId: CASE, ...ON, verdictId: 'v-1', verdict: 'approve', by: 'rita' },
    ...{ identity: 'session', at: '2026-12-01T00:00:00.000Z', keyId: 'k', passkey: judgedProof.signature },
  };
  const { passkey: _, ...without } = statement;

  test('it is verified from the statement alone', () => {
    expect(faultsOfPasskey(statement, 'required')).toEqual([]);
  });

  test.each<[string, Statement]>([
    ['the case', { ...statement, caseId: 'case/test-pack/K-2' }],
    ['the question', { ...statement, taskNo: 2 }],
    ['the verdict', { ...statement, verdict: 'reject' }],
    ['the verdict id', { ...statement, verdictId: 'v-2' }],
    ['the person', { ...statement, by: 'paul' }],
    ['the digest', { ...statement, digest: 'e'.repeat(64) }],
    ['what was said', { ...statement, passkey: { ...judgedProof.signature, said: 'e'.repeat(64) } }],
    ['the key', { ...statement, passkey: { ...judgedProof.signature, publicKey: new SoftPasskey('rita').publicKey } }],
    ['the host', { ...statement, passkey: { ...judgedProof.signature, rpId: 'desk.example' } }],
  ])('it does not hold when %s is another', (_what, altered) => {
    expect(faultsOfPasskey(altered, undefined)).toHaveLength(1);
  });

  test('it may be missing only where the policy does not ask for it', () => {
    expect(faultsOfPasskey(without, undefined)).toEqual([]);
    expect(faultsOfPasskey(without, 'required')).toEqual(['rita signed without a passkey, which the policy asks for']);
    expect(faultsOfPasskey({ ...without, verdict: 'withdraw' }, 'required')).toEqual([]);
  });
});
