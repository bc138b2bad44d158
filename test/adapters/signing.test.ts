import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSigner } from '../../src/adapters/signing.ts';
import { keyPair } from '../support/signing-key.ts';

describe('createSigner', () => {
  const { privatePem } = keyPair();
  const signer = createSigner(privatePem);

  it('verifies what it signed, and nothing else', () => {
    const signature = signer.sign('approve');
    expect(signer.verify('approve', signature, signer.keyId)).toBe(true);
    expect(signer.verify('Approve', signature, signer.keyId)).toBe(false);
    const altered = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(signer.verify('approve', altered, signer.keyId)).toBe(false);
    expect(signer.verify('approve', '', signer.keyId)).toBe(false);
  });

  it('does not take what another key signed, under either name', () => {
    const other = createSigner(keyPair().privatePem);
    const signature = other.sign('approve');
    expect(signer.verify('approve', signature, other.keyId)).toBe(false);
    expect(signer.verify('approve', signature, signer.keyId)).toBe(false);
  });

  it('still verifies what a former key signed when the file holds its public half', () => {
    const former = keyPair();
    const old = createSigner(former.privatePem);
    const rotated = createSigner(`${privatePem}\n${former.publicPem}`);
    expect(rotated.keyId).toBe(signer.keyId);
    expect(rotated.verify('approve', old.sign('approve'), old.keyId)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a public key alone', keyPair().publicPem],
    [
      'another kind of key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('says how to make a key when it gets %s', (_, pem) => {
    expect(() => createSigner(pem)).toThrow(/signing key: .*openssl genpkey -algorithm ed25519/);
  });
});
