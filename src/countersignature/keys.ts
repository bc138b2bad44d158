import { createHash, createPublicKey, verify as verifySignature, type KeyObject } from 'node:crypto';
import type { Verify } from './statement.ts';

const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[\s\S]+?-----END [A-Z0-9 ]+-----/g;

/** A public key by its short name. */
export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of its SPKI form. */
  keyId: string;
  /** SPKI PEM. */
  pem: string;
}

/** The PEM blocks of a text, in order. */
export function pemBlocksOf(text: string): string[] {
  return text.match(PEM_BLOCK) ?? [];
}

/** Public keys, the first one first. Throws an Error that names the block that is no Ed25519 public key. */
export function publicKeysOf(pems: readonly string[]): { keys: PublicKey[]; verify: Verify } {
  const known = new Map<string, KeyObject>();
  const keys = pems.map((block, at): PublicKey => {
    const key = keyIn(block);
    if (!key) throw new Error(`key ${at + 1} is no Ed25519 public key (PEM)`);
    const keyId = idOf(key);
    known.set(keyId, key);
    return { keyId, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
  });
  return {
    keys,
    verify(text, signature, by) {
      const key = known.get(by);
      return key !== undefined && verifySignature(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
    },
  };
}

/** Of a private key in a file for auditors, only the public half would be used; it is refused, as it should not be there. */
function keyIn(block: string): KeyObject | undefined {
  if (block.includes('PRIVATE')) return undefined;
  try {
    const key = createPublicKey(block);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

function idOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}
