import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { SoftPasskey } from '../../support/soft-passkey.ts';

let ledger: Ledger;
let now = new Date('2026-12-01T10:00:00Z');
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => now },
);

let count = 0;
let personId: string;
beforeEach(async () => {
  personId = `person-${(count += 1)}`;
  const { people } = ledger;
  await people.putPerson({ personId, name: personId, roles: ['reviewer'], groups: [] }, 'test');
});

/** A passkey of the person, registered. */
async function registered(signCount = 0, label = 'my key'): Promise<SoftPasskey> {
  const key = new SoftPasskey(personId);
  expect(await ledger.passkeys.add({ ...key.passkey, signCount, transports: ['usb'], label })).toBe(true);
  return key;
}

describe('a passkey', () => {
  it('is listed, found, and removed, each of which stands in the access log', async () => {
    const { passkeys, people } = ledger;
    expect(await passkeys.hasAny(personId)).toBe(false);
    const key = await registered();
    const second = await registered(0, 'my other key');
    expect(await passkeys.ofPerson(personId)).toMatchObject([
      { credentialId: key.credentialId, label: 'my key', transports: ['usb'], lastUsedAt: null },
      { credentialId: second.credentialId, label: 'my other key' },
    ]);
    expect(await passkeys.find(key.credentialId)).toEqual(key.passkey);
    expect(await passkeys.remove(personId, key.credentialId, 'olga')).toBe(true);
    expect(await passkeys.remove(personId, key.credentialId, 'olga')).toBe(false);
    expect(await passkeys.find(key.credentialId)).toBeUndefined();
    expect(await passkeys.hasAny(personId)).toBe(true);
    expect(await people.accessEntries(3)).toMatchObject([
      { kind: 'passkey-removed', personId: 'olga', subject: personId },
      { kind: 'passkey-added', personId, detail: expect.stringContaining('my other key') },
      { kind: 'passkey-added', personId, detail: expect.stringContaining('my key') },
    ]);
  });

  it('is removed by its owner only, and its id is never used again', async () => {
    const { passkeys } = ledger;
    const key = await registered();
    expect(await passkeys.remove('somebody-else', key.credentialId, 'x')).toBe(false);
    await passkeys.remove(personId, key.credentialId, personId);
    expect(await passkeys.add({ ...key.passkey, signCount: 0, transports: [], label: 'again' })).toBe(false);
    expect(await passkeys.find(key.credentialId)).toBeUndefined();
  });

  it('has a row that nobody can delete', async () => {
    await registered();
    await expect(ledger.db.deleteFrom('passkeys').execute()).rejects.toThrow(/permission denied/);
    await expect(ledger.db.deleteFrom('passkey_uses').execute()).rejects.toThrow(/permission denied/);
  });
});

describe('a counter', () => {
  const use = (key: SoftPasskey, signCount: number, challenge: string) =>
    ledger.passkeys.use({ credentialId: key.credentialId, challenge, signCount });

  it('only goes up', async () => {
    const key = await registered(5);
    expect([await use(key, 5, 'a'), await use(key, 4, 'b'), await use(key, 0, 'c')]).toEqual([false, false, false]);
    expect([await use(key, 6, 'd'), await use(key, 6, 'e'), await use(key, 9, 'f')]).toEqual([true, false, true]);
    const [listed] = await ledger.passkeys.ofPerson(personId);
    expect(listed?.lastUsedAt).toEqual(now);
  });

  it('may be none at all', async () => {
    const key = await registered();
    expect([await use(key, 0, 'a'), await use(key, 0, 'a'), await use(key, 0, 'b')]).toEqual([true, true, true]);
  });

  it('does not take the same signature, sent again or judged later, for a copy', async () => {
    const key = await registered();
    expect(await use(key, 1, 'a')).toBe(true);
    expect(await use(key, 2, 'b')).toBe(true);
    expect([await use(key, 1, 'a'), await use(key, 2, 'b')]).toEqual([true, true]);
    expect(await use(key, 1, 'c')).toBe(false);
  });

  it('takes one of two that come at once with the same count for different things', async () => {
    const key = await registered();
    const taken = await Promise.all(['a', 'b', 'c', 'd'].map((challenge) => use(key, 1, challenge)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const again = await Promise.all(Array.from({ length: 4 }, () => use(key, 2, 'z')));
    expect(again).toEqual([true, true, true, true]);
  });

  it('of a removed passkey counts nothing', async () => {
    const key = await registered();
    await ledger.passkeys.remove(personId, key.credentialId, personId);
    expect(await use(key, 1, 'a')).toBe(false);
  });
});

describe('a challenge', () => {
  const asking = () => ({ personId, session: 'session-1' });

  it('works once', async () => {
    const { passkeys } = ledger;
    const challenge = await passkeys.challenge(asking(), 'add');
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(await passkeys.useChallenge(asking(), 'add', challenge)).toBe(true);
    expect(await passkeys.useChallenge(asking(), 'add', challenge)).toBe(false);
  });

  test.each<[string, () => Promise<boolean>]>([
    ['in another session', async () => await tried({ session: 'session-2' })],
    ['for another person', async () => await tried({ personId: 'person-1' })],
    ['for another purpose', async () => await tried({}, 'remove x')],
    ['that was never given', async () => await ledger.passkeys.useChallenge(asking(), 'add', 'AAAA')],
    [
      'after five minutes',
      async () => {
        const challenge = await ledger.passkeys.challenge(asking(), 'add');
        now = new Date(now.getTime() + 5 * 60_000);
        return await ledger.passkeys.useChallenge(asking(), 'add', challenge);
      },
    ],
  ])('does not work %s', async (_, attempt) => {
    expect(await attempt()).toBe(false);
  });

  async function tried(change: object, purpose = 'add'): Promise<boolean> {
    const challenge = await ledger.passkeys.challenge(asking(), 'add');
    const wrong = await ledger.passkeys.useChallenge({ ...asking(), ...change }, purpose, challenge);
    // Whoever tried has used it up.
    expect(await ledger.passkeys.useChallenge(asking(), 'add', challenge)).toBe(false);
    return wrong;
  }
});
