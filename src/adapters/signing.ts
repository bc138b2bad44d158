import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { Signer } from '../activities/ports.ts';
import { pemBlocksOf, publicKeysOf } from '../countersignature/keys.ts';

/**
 * Signs with Ed25519 (RFC 8032) by the deployment's key.
 *
 * @param pem the private key, PKCS #8 PEM; public keys (SPKI PEM) after it are former ones, with which what they signed
 * is still verified
 * @throws Error that says how to make a key when the text holds no Ed25519 private key
 */
export function createSigner(pem: string): Signer {
  const [first = '', ...former] = pemBlocksOf(pem);
  const key = privateKeyOf(first);
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  const { keys, verify } = knownKeys([publicKeyPem, ...former]);
  return {
    keyId: keys[0]?.keyId ?? '',
    publicKeyPem,
    publicKeys: keys,
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
    verify,
  };
}

function knownKeys(pems: readonly string[]): ReturnType<typeof publicKeysOf> {
  try {
    return publicKeysOf(pems);
  } catch (error) {
    throw new Error('signing key: after the private key it may hold public Ed25519 keys only', { cause: error });
  }
}

function privateKeyOf(block: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(block);
  } catch {
    // Said below, with what to do; the error of the library names no file.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new Error(
    'signing key: it must begin with an Ed25519 private key; make one: openssl genpkey -algorithm ed25519 -out signing-key.pem',
  );
}
