import { createHash } from 'node:crypto';
import { parse } from 'node:path';

const STEM_CHARS = 180;

/**
 * The key of a document that has none of its own: `<stem>-<8 hex of its SHA-256>`. The same file is the same case
 * however often it is submitted; another file of the same name is another case.
 */
export function derivedKey(name: string, bytes: Uint8Array): string {
  // Some systems store accents apart (NFD), so that a copied folder would give other keys.
  const stem = parse(name)
    .name.normalize('NFC')
    .replaceAll(/\p{Cc}/gu, '');
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return `${[...stem].slice(0, STEM_CHARS).join('')}-${hash}`;
}
