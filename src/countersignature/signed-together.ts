import { createHash } from 'node:crypto';
import type { Way } from '../domain/passkey.ts';

/** What is signed once for several challenges, and for each the way that leads from it there. */
interface Together {
  challenge: string;
  ways: Way[];
}

/**
 * One challenge (base64url) for several: the root of a Merkle tree over them. A signature on it is a signature on each of
 * them and on nothing else, and each keeps only its own way, not the others. One alone is signed as it is.
 *
 * @param challenges at least one, each a SHA-256 of JSON text, which begins otherwise than what a node hashes
 */
export function signedTogether(challenges: readonly string[]): Together {
  const ways: Way[] = challenges.map(() => []);
  let level = challenges.map((hash, at) => ({ hash, leaves: [at] }));
  while (level.length > 1) {
    const above: typeof level = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (!left) break;
      for (const leaf of right ? left.leaves : []) ways[leaf]?.push({ right: right?.hash ?? '' });
      for (const leaf of right?.leaves ?? []) ways[leaf]?.push({ left: left.hash });
      above.push(right ? { hash: nodeOf(left.hash, right.hash), leaves: [...left.leaves, ...right.leaves] } : left);
    }
    level = above;
  }
  return { challenge: level[0]?.hash ?? '', ways };
}

/** Where the way from a challenge leads: what was signed. */
export function atEndOf(way: Way, challenge: string): string {
  return way.reduce((hash, step) => ('left' in step ? nodeOf(step.left, hash) : nodeOf(hash, step.right)), challenge);
}

function nodeOf(left: string, right: string): string {
  const content = Buffer.concat([Buffer.from([1]), Buffer.from(left, 'base64url'), Buffer.from(right, 'base64url')]);
  return createHash('sha256').update(content).digest('base64url');
}
