import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { judgeVerdict } from '../../src/activities/judge-verdict.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import type { CaseClient } from '../../src/client/case-client.ts';
import { relyingPartyOf } from '../../src/domain/passkey.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { useLedger } from '../support/postgres.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import { bearer, requiredAccess } from '../access/people.ts';
import { askedOn, onLedger, type OnLedger } from '../adapters/ledger/reviewed.ts';
import { apiOf } from './fakes.ts';

const ORIGIN = 'http://localhost:7300';
const HOST = 'localhost:7300';
const pack = testPack({ review: { ...definition().review, fourEyes: false } });

let ledger: Ledger;
let on: OnLedger;
let api: Api;
/** What the API has sent on to the case. */
const toCase: unknown[] = [];
/** Present: a case waits for its turn before it judges. */
let turns: Map<string, Promise<void>> | undefined;
useLedger((made) => {
  ledger = made.ledger;
});
beforeAll(() => {
  on = onLedger(ledger, pack);
  const access = { mode: 'required', person: (id: string) => ledger.people.person(id) } as const;
  const ports = { ...on.ports, access, passkeys: { ...ledger.passkeys, party: relyingPartyOf() } };
  const decide: CaseClient['decide'] = async (caseId, message) => {
    toCase.push(message);
    await turns?.get(caseId);
    return (await judgeVerdict(ports)({ caseId, channel: 'update', message })).answer;
  };
  api = apiOf({ access: requiredAccess(ledger), client: { decide }, reviews: ledger.reviews });
});
afterAll(async () => await api.close());

let count = 0;
let personId: string;
let headers: Record<string, string>;
beforeEach(async () => {
  personId = `rita-${(count += 1)}`;
  const { groups } = pack.plan({ primary: { provider: 'p', model: 'm' }, fallback: undefined }).review;
  await ledger.people.putPerson({ personId, name: 'Rita', roles: ['reviewer'], groups }, 'test');
  headers = await session();
});

async function session(of = personId): Promise<Record<string, string>> {
  const { token, csrf } = await ledger.credentials.openSession(of, 'test');
  return { cookie: `countersign=${token}`, 'x-csrf-token': csrf, origin: ORIGIN, host: HOST };
}

async function post(url: string, payload: object, more: Record<string, string> = {}) {
  const answer = await api.inject({ method: 'POST', url, headers: { ...headers, ...more }, payload });
  const text = answer.body === '' ? '{}' : answer.body;
  return {
    status: answer.statusCode,
    body: JSON.parse(text) as Record<string, never> & { code?: string; detail?: string },
  };
}

type Options = { challenge: string; allowCredentials?: { id: string }[] } & Record<string, unknown>;
async function begin(what: object = { for: 'add' }): Promise<{ create: Options; sign?: Options }> {
  const { status, body } = await post('/v1/passkeys/challenges', what);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as { create: Options; sign?: Options };
}

/** Registers a passkey; another one that is there already agrees. */
async function add(key = new SoftPasskey(personId), agrees?: SoftPasskey, change: Partial<Stated> = {}) {
  const { create } = await begin();
  const proof = agrees ? { proof: agrees.assert(create.challenge) } : {};
  const answer = await post('/v1/passkeys', {
    label: 'laptop',
    created: key.create(create.challenge, change),
    ...proof,
  });
  return { ...answer, key, challenge: create.challenge };
}

async function lastRefusal(): Promise<string> {
  const [entry] = await ledger.people.accessEntries(1);
  expect(entry).toMatchObject({ kind: 'refused', personId });
  return entry?.detail ?? '';
}

describe('registering a passkey', () => {
  it('works in a browser session, and is told by /v1/me', async () => {
    const me = async () => (await api.inject({ url: '/v1/me', headers })).json<{ passkey: boolean }>().passkey;
    expect(await me()).toBe(false);
    const { create } = await begin();
    expect(create).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: personId, displayName: 'Rita' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
    });
    const { status, key } = await add();
    expect(status).toBe(204);
    expect(await me()).toBe(true);
    const { passkeys, problem } = (await api.inject({ url: '/v1/passkeys', headers })).json<{
      passkeys: { credentialId: string; label: string }[];
      problem: string | null;
    }>();
    expect([problem, passkeys]).toMatchObject([null, [{ credentialId: key.credentialId, label: 'laptop' }]]);
    expect(await ledger.passkeys.find(key.credentialId)).toEqual(key.passkey);
  });

  it('does not work with an API key', async () => {
    const { secret } = await ledger.credentials.makeKey(personId, { label: 'x', expiresAt: null }, 'test');
    for (const [url, payload] of [
      ['/v1/passkeys/challenges', { for: 'add' }],
      ['/v1/passkeys', { label: 'x', created: new SoftPasskey(personId).create('AAAA') }],
      ['/v1/passkeys/removals', { credentialId: 'AAAA', proof: new SoftPasskey(personId).assert('AAAA') }],
    ] as const) {
      const answer = await api.inject({
        method: 'POST',
        url,
        headers: { ...bearer(secret), origin: ORIGIN, host: HOST },
        payload,
      });
      expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'browser-only' }]);
      expect(await lastRefusal()).toMatch(/browser-only/);
    }
  });

  it('does not work without the token against cross-site requests', async () => {
    const answer = await post('/v1/passkeys/challenges', { for: 'add' }, { 'x-csrf-token': 'none' });
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'no-csrf-token' }]);
  });

  it('on a page at an IP address is refused, saying where to open the desk', async () => {
    const at = { origin: 'http://127.0.0.1:7300', host: '127.0.0.1:7300' };
    const { status, body } = await post('/v1/passkeys/challenges', { for: 'add' }, at);
    expect([status, body]).toMatchObject([409, { code: 'no-passkeys-here' }]);
    expect(body.detail).toBe('Passkeys work at http://localhost:7300 only: open the desk there.');
    const listed = await api.inject({
      url: '/v1/passkeys',
      headers: { cookie: headers['cookie'] ?? '', host: at.host },
    });
    expect(listed.json()).toMatchObject({ problem: body.detail });
  });

  test.each<[string, Partial<Stated>]>([
    ['for another challenge', { challenge: 'AAAA' }],
    ['at another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['with nobody present', { flags: 0x44 }],
    ['without verifying the person', { flags: 0x41 }],
    ['as a signature', { type: 'webauthn.get' }],
  ])('%s is refused, and recorded', async (_, change) => {
    const { status, body } = await add(undefined, undefined, change);
    expect([status, body]).toMatchObject([422, { code: 'passkey-invalid' }]);
    expect(await lastRefusal()).toMatch(/passkey-invalid/);
    expect(await ledger.passkeys.hasAny(personId)).toBe(false);
  });

  it('works once per challenge, in the session that asked', async () => {
    const { create } = await begin();
    const other = await session();
    const made = () => ({ label: 'x', created: new SoftPasskey(personId).create(create.challenge) });
    expect((await post('/v1/passkeys', made(), other)).status).toBe(422);
    expect((await post('/v1/passkeys', made())).status).toBe(422);
    const { challenge } = await add();
    const again = { label: 'x', created: new SoftPasskey(personId).create(challenge) };
    expect((await post('/v1/passkeys', again)).body.detail).toMatch(/challenge/i);
  });

  it('takes no passkey that is registered, whoever shows it', async () => {
    const { key } = await add();
    personId = 'paul';
    await ledger.people.putPerson({ personId, name: 'Paul', roles: ['reviewer'], groups: [] }, 'test');
    headers = await session();
    expect((await add(key)).body.detail).toMatch(/registered before/);
  });
});

describe('who has a passkey already', () => {
  it('adds another with its consent only', async () => {
    const { key } = await add();
    const alone = await add();
    expect([alone.status, alone.body.detail]).toEqual([422, expect.stringMatching(/has to agree/)]);
    const foreign = await add(undefined, new SoftPasskey(personId));
    expect([foreign.status, foreign.body.detail]).toEqual([422, expect.stringMatching(/no passkey of yours/)]);
    expect((await add(undefined, key)).status).toBe(204);
    expect(await ledger.passkeys.ofPerson(personId)).toHaveLength(2);
  });

  it('removes one with the consent of one only: a stolen session cannot take the passkeys away', async () => {
    const { key } = await add();
    const { credentialId } = key;
    const removal = async () => (await begin({ for: 'remove', credentialId })).sign?.challenge ?? '';
    const thief = new SoftPasskey(personId);
    for (const proof of [
      thief.assert(await removal()),
      { ...thief.assert(await removal()), credentialId },
      key.assert('AAAA'),
      key.assert((await begin({ for: 'add' })).create.challenge),
      key.assert((await begin({ for: 'remove', credentialId: 'another' })).sign?.challenge ?? ''),
    ]) {
      expect((await post('/v1/passkeys/removals', { credentialId, proof })).status).toBe(422);
      expect(await lastRefusal()).toMatch(/passkey-invalid/);
    }
    const without = await post('/v1/passkeys/removals', { credentialId });
    expect([without.status, without.body.detail]).toEqual([422, expect.stringMatching(/^proof/)]);
    const proof = key.assert(await removal());
    expect((await post('/v1/passkeys/removals', { credentialId, proof })).status).toBe(204);
    expect(await ledger.passkeys.hasAny(personId)).toBe(false);
  });

  it('and has lost it: an operator removes it, but none removes the own ones so', async () => {
    await add();
    const operator = { personId: 'olga', name: 'Olga', roles: ['operator', 'reviewer'], groups: [] } as const;
    await ledger.people.putPerson(operator, 'test');
    const { secret } = await ledger.credentials.makeKey('olga', { label: 'x', expiresAt: null }, 'test');
    const remove = (of: string) =>
      api.inject({ method: 'DELETE', url: `/v1/people/${of}/passkeys`, headers: bearer(secret) });
    expect((await remove('olga')).statusCode).toBe(403);
    expect((await remove(personId)).json()).toEqual({ removed: 1 });
    const [entry] = await ledger.people.accessEntries(1);
    expect(entry).toMatchObject({ kind: 'passkey-removed', personId: 'olga', subject: personId });
  });
});

describe('a verdict', () => {
  /** A question that waits, and a verdict of Rita's on it. */
  async function asked(said: Record<string, unknown> = {}) {
    const { caseId, question } = await askedOn(on);
    const verdict = { caseId, verdictId: `v-${(count += 1)}`, verdict: 'approve', seen: question.seen, ...said };
    const signing = async () => {
      const { status, body } = await post('/v1/verdicts/challenges', verdict);
      expect(status, JSON.stringify(body)).toBe(200);
      return (body as unknown as { signing: { taskNo: number; digest: string; options: Options } | null }).signing;
    };
    /** Signed as the browser does it. */
    const signed = async (key: SoftPasskey, change: Partial<Stated> = {}) => {
      const found = await signing();
      if (!found) throw new Error('nothing to sign');
      const { taskNo, digest, options } = found;
      return { ...verdict, passkey: { taskNo, digest, ...key.assert(options.challenge, change) } };
    };
    const decision = async () => (await ledger.reads.caseFile(caseId))?.decisions[0];
    return { caseId, verdict, signing, signed, decision };
  }

  it('of who has no passkey needs none', async () => {
    const { verdict, signing, decision } = await asked();
    expect(await signing()).toBeNull();
    expect((await post('/v1/verdicts', verdict)).status).toBe(200);
    expect(await decision()).toBeDefined();
  });

  it('of who has one is taken with its signature, which the ledger keeps', async () => {
    const { key } = await add();
    const { caseId, verdict, signing, signed, decision } = await asked();
    expect((await signing())?.options).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [{ id: key.credentialId }],
    });
    const without = await post('/v1/verdicts', { ...verdict, verdictId: 'v-without' });
    expect([without.status, without.body]).toMatchObject([403, { code: 'passkey-required' }]);
    expect(await decision()).toBeUndefined();
    expect((await post('/v1/verdicts', await signed(key))).status).toBe(200);
    const file = await ledger.reads.caseFile(caseId);
    expect(file?.countersignatures).toMatchObject([
      { statement: { by: personId, passkey: { credentialId: key.credentialId, publicKey: key.publicKey } } },
    ]);
    expect(file?.verdicts.map(({ accepted, refusal }) => [accepted, refusal?.code])).toEqual([
      [false, 'passkey-required'],
      [true, undefined],
    ]);
  });

  it('amended or rejected is signed over what is amended, and why', async () => {
    const { key } = await add();
    for (const said of [
      { verdict: 'amend', output: { amount: 13, supplier: 'B' } },
      { verdict: 'reject', reason: 'sent by mistake' },
    ]) {
      const { signed, decision } = await asked(said);
      const sent = await signed(key);
      const changed = 'output' in said ? { output: { amount: 14, supplier: 'B' } } : { reason: 'another' };
      expect((await post('/v1/verdicts', { ...sent, ...changed })).body.code).toBe('passkey-invalid');
      expect(await decision()).toBeUndefined();
      expect((await post('/v1/verdicts', sent)).status).toBe(200);
      expect(await decision()).toBeDefined();
    }
  });

  test.each<[string, Partial<Stated>]>([
    ['at another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['with nobody present', { flags: 0x04 }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['with a counter that went back', { signCount: 0 }],
  ])('signed %s does not reach the case, and stands in the access log', async (_, change) => {
    const { key } = await add();
    const first = await asked();
    expect((await post('/v1/verdicts', await first.signed(key))).status).toBe(200);
    const { signed, caseId } = await asked();
    toCase.length = 0;
    const { status, body } = await post('/v1/verdicts', await signed(key, change));
    expect([status, body]).toMatchObject([403, { code: 'passkey-invalid' }]);
    expect(toCase).toEqual([]);
    expect(await lastRefusal()).toContain(caseId);
  });

  it('is not signed by what was signed for another case, and the same sent again is taken once', async () => {
    const { key } = await add();
    const [one, other] = [await asked(), await asked()];
    const sent = await one.signed(key);
    const swapped = await post('/v1/verdicts', { ...other.verdict, passkey: sent.passkey });
    expect([swapped.status, swapped.body]).toMatchObject([403, { code: 'passkey-invalid' }]);
    for (const _ of [1, 2]) expect((await post('/v1/verdicts', sent)).status).toBe(200);
    expect((await ledger.reads.caseFile(one.caseId))?.verdicts).toHaveLength(1);
  });

  it('whose signatures come to the cases in another order than to the API are all taken', async () => {
    const { key } = await add();
    const [one, other] = [await asked(), await asked()];
    const [first, second] = [await one.signed(key), await other.signed(key)];
    const turn = Promise.withResolvers<void>();
    turns = new Map([[one.caseId, turn.promise]]);
    toCase.length = 0;
    const slow = post('/v1/verdicts', first);
    await vi.waitUntil(() => toCase.length === 1);
    expect((await post('/v1/verdicts', second)).status).toBe(200);
    turn.resolve();
    turns = undefined;
    expect((await slow).status).toBe(200);
  });

  it('is not signed on a question that has changed', async () => {
    await add();
    const { verdict } = await asked();
    const answer = await post('/v1/verdicts/challenges', { ...verdict, seen: '000000000000' });
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'stale' }]);
    const malformed = await post('/v1/verdicts/challenges', { ...verdict, verdict: 'perhaps' });
    expect(malformed.status).toBe(422);
  });

  it('in a browser at an IP address is refused, not let through', async () => {
    await add();
    const { verdict } = await asked();
    const at = { origin: 'http://127.0.0.1:7300', host: '127.0.0.1:7300' };
    expect((await post('/v1/verdicts/challenges', verdict, at)).body.code).toBe('no-passkeys-here');
    expect((await post('/v1/verdicts', verdict, at)).body.code).toBe('passkey-required');
  });
});
