import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from '../../src/adapters/signing.ts';

/** A new key pair as PEM. */
export function keyPair(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Signs in tests that do not care about the key. */
export const testSigner = createSigner(keyPair().privatePem);
