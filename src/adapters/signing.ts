import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Signer } from '../activities/ports.ts';

const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[\s\S]+?-----END [A-Z0-9 ]+-----/g;

/**
 * Signs with Ed25519 (RFC 8032) by the deployment's key.
 *
 * @param pem the private key, PKCS #8 PEM; public keys (SPKI PEM) after it are former ones, with which what they signed
 * is still verified
 * @throws Error that says how to make a key when the text holds no Ed25519 private key
 */
export function createSigner(pem: string): Signer {
  const [first = '', ...former] = pem.match(PEM_BLOCK) ?? [];
  const key = privateKeyOf(first);
  const publicKey = createPublicKey(key);
  const keyId = keyIdOf(publicKey);
  const known = new Map([[keyId, publicKey]]);
  for (const block of former) {
    const one = ed25519(() => createPublicKey(block), 'after the private key it may hold public Ed25519 keys only');
    known.set(keyIdOf(one), one);
  }
  return {
    keyId,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
    verify(text, signature, by) {
      const verifier = known.get(by);
      return verifier !== undefined && verify(null, Buffer.from(text), verifier, Buffer.from(signature, 'base64url'));
    },
  };
}

/** The short name of a public key: the first 16 hex digits of the SHA-256 of its SPKI form. */
function keyIdOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

function privateKeyOf(block: string): KeyObject {
  return ed25519(
    () => createPrivateKey(block),
    'it must begin with an Ed25519 private key; make one: openssl genpkey -algorithm ed25519 -out signing-key.pem',
  );
}

function ed25519(read: () => KeyObject, what: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // Said below, with what to do; the error of the library names no file.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`signing key: ${what}`);
  return key;
}
