import { createHash } from 'node:crypto';

/** A whole number from 0 to 2^32 - 1 that depends on the text alone: the first four bytes of its SHA-256. */
export function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

/** One of the items, always the same one for the same text. */
export function pick<T>(text: string, items: readonly T[]): T {
  const item = items[hash(text) % items.length];
  if (item === undefined) throw new Error(`nothing to pick from for ${text}`);
  return item;
}

/** `length` decimal digits, always the same for the same text; the first is never 0. At most 9. */
export function digits(text: string, length: number): string {
  const least = 10 ** (length - 1);
  return String(least + (hash(text) % (9 * least)));
}
