import { createHash } from 'node:crypto';

/** Short stable digest of a text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** A number in [0, 1) that depends on the parts only, so that the same request is treated the same again. */
export function chance(...parts: (string | number)[]): number {
  return createHash('sha256').update(parts.join('\u0000')).digest().readUInt32BE(0) / 2 ** 32;
}
