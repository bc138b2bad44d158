import { describe, expect, it, test } from 'vitest';
import { bearer } from '../access/people.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import { AT_ADDRESS, usePasskeyRig } from './passkey-rig.ts';

const ORIGIN = 'http://localhost:7300';
const HOST = 'localhost:7300';
const rig = usePasskeyRig();

describe('registering a passkey', () => {
  it('works in a browser session, and is told by /v1/me', async () => {
    const me = async () =>
      (await rig.api.inject({ url: '/v1/me', headers: rig.headers })).json<{ passkey: boolean }>().passkey;
    expect(await me()).toBe(false);
    const { create } = await rig.begin();
    expect(create).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: rig.personId, displayName: 'Rita' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
    });
    const { status, key } = await rig.add();
    expect(status).toBe(204);
    expect(await me()).toBe(true);
    const { passkeys, problem } = (await rig.api.inject({ url: '/v1/passkeys', headers: rig.headers })).json<{
      passkeys: { credentialId: string; label: string }[];
      problem: string | null;
    }>();
    expect([problem, passkeys]).toMatchObject([null, [{ credentialId: key.credentialId, label: 'laptop' }]]);
    expect(await rig.ledger.passkeys.find(key.credentialId)).toEqual(key.passkey);
  });

  it('does not work with an API key', async () => {
    const { secret } = await rig.ledger.credentials.makeKey(rig.personId, { label: 'x', expiresAt: null }, 'test');
    for (const [url, payload] of [
      ['/v1/passkeys/challenges', { for: 'add' }],
      ['/v1/passkeys', { label: 'x', created: new SoftPasskey(rig.personId).create('AAAA') }],
      ['/v1/passkeys/removals', { credentialId: 'AAAA', proof: new SoftPasskey(rig.personId).assert('AAAA') }],
    ] as const) {
      const answer = await rig.api.inject({
        method: 'POST',
        url,
        headers: { ...bearer(secret), origin: ORIGIN, host: HOST },
        payload,
      });
      expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'browser-only' }]);
      expect(await rig.lastRefusal()).toMatch(/browser-only/);
    }
  });

  it('does not work without the token against cross-site requests', async () => {
    const answer = await rig.post('/v1/passkeys/challenges', { for: 'add' }, { 'x-csrf-token': 'none' });
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'no-csrf-token' }]);
  });

  it('on a page at an IP address is refused, saying where to open the desk', async () => {
    const { status, body } = await rig.post('/v1/passkeys/challenges', { for: 'add' }, AT_ADDRESS);
    expect([status, body]).toMatchObject([409, { code: 'no-passkeys-here' }]);
    expect(body.detail).toBe('Passkeys work at http://localhost:7300 only: open the desk there.');
    const listed = await rig.api.inject({
      url: '/v1/passkeys',
      headers: { cookie: rig.headers['cookie'] ?? '', host: AT_ADDRESS.host },
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
    const { status, body } = await rig.add(undefined, undefined, change);
    expect([status, body]).toMatchObject([422, { code: 'passkey-invalid' }]);
    expect(await rig.lastRefusal()).toMatch(/passkey-invalid/);
    expect(await rig.ledger.passkeys.hasAny(rig.personId)).toBe(false);
  });

  it('works once per challenge, in the session that asked', async () => {
    const { create } = await rig.begin();
    const other = await rig.session();
    const made = () => ({ label: 'x', created: new SoftPasskey(rig.personId).create(create.challenge) });
    expect((await rig.post('/v1/passkeys', made(), other)).status).toBe(422);
    expect((await rig.post('/v1/passkeys', made())).status).toBe(422);
    const { challenge } = await rig.add();
    const again = { label: 'x', created: new SoftPasskey(rig.personId).create(challenge) };
    expect((await rig.post('/v1/passkeys', again)).body.detail).toMatch(/challenge/i);
  });

  it('takes no passkey that is registered, whoever shows it', async () => {
    const { key } = await rig.add();
    await rig.be('paul');
    expect((await rig.add(key)).body.detail).toMatch(/registered before/);
  });
});

describe('who has a passkey already', () => {
  it('adds another with its consent only', async () => {
    const { key } = await rig.add();
    const alone = await rig.add();
    expect([alone.status, alone.body.detail]).toEqual([422, expect.stringMatching(/has to agree/)]);
    const foreign = await rig.add(undefined, new SoftPasskey(rig.personId));
    expect([foreign.status, foreign.body.detail]).toEqual([422, expect.stringMatching(/no passkey of yours/)]);
    expect((await rig.add(undefined, key)).status).toBe(204);
    expect(await rig.ledger.passkeys.ofPerson(rig.personId)).toHaveLength(2);
  });

  it('removes one with the consent of one only: a stolen session cannot take the passkeys away', async () => {
    const { key } = await rig.add();
    const { credentialId } = key;
    const removal = async () => (await rig.begin({ for: 'remove', credentialId })).sign?.challenge ?? '';
    const thief = new SoftPasskey(rig.personId);
    for (const proof of [
      thief.assert(await removal()),
      { ...thief.assert(await removal()), credentialId },
      key.assert('AAAA'),
      key.assert((await rig.begin({ for: 'add' })).create.challenge),
      key.assert((await rig.begin({ for: 'remove', credentialId: 'another' })).sign?.challenge ?? ''),
    ]) {
      expect((await rig.post('/v1/passkeys/removals', { credentialId, proof })).status).toBe(422);
      expect(await rig.lastRefusal()).toMatch(/passkey-invalid/);
    }
    const without = await rig.post('/v1/passkeys/removals', { credentialId });
    expect([without.status, without.body.detail]).toEqual([422, expect.stringMatching(/^proof/)]);
    const proof = key.assert(await removal());
    expect((await rig.post('/v1/passkeys/removals', { credentialId, proof })).status).toBe(204);
    expect(await rig.ledger.passkeys.hasAny(rig.personId)).toBe(false);
  });

  it('and has lost it: an operator removes it, but none removes the own ones so', async () => {
    await rig.add();
    const operator = { personId: 'olga', name: 'Olga', roles: ['operator', 'reviewer'], groups: [] } as const;
    await rig.ledger.people.putPerson(operator, 'test');
    const { secret } = await rig.ledger.credentials.makeKey('olga', { label: 'x', expiresAt: null }, 'test');
    const remove = (of: string) =>
      rig.api.inject({ method: 'DELETE', url: `/v1/people/${of}/passkeys`, headers: bearer(secret) });
    expect((await remove('olga')).statusCode).toBe(403);
    expect((await remove(rig.personId)).json()).toEqual({ removed: 1 });
    const [entry] = await rig.ledger.people.accessEntries(1);
    expect(entry).toMatchObject({ kind: 'passkey-removed', personId: 'olga', subject: rig.personId });
  });
});
