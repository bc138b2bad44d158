import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** PostgreSQL stores neither NUL nor lone surrogates; each becomes U+FFFD, so spans into the text stay right. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Whether all text in a value can be stored as it is, and has a canonical form: neither NUL nor lone surrogates. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** What is said of a value that is not. */
export const NOT_STORABLE = 'a NUL, or half of a surrogate pair, is no text; send valid Unicode';

const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

/** A value as it can be stored in jsonb and come back the same: as JSON knows it, its strings storable. */
export function plain<T>(value: T): T {
  return JSON.parse(json(value)) as T;
}

/** The text to store `value` as jsonb; `undefined` is stored as null. */
export function json(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return UNSTORABLE.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), cleaned(inner)]));
}

/** SHA-256 in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The one text of a value: canonical JSON (RFC 8785). */
export function canonical(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** SHA-256 (hex) of a value's canonical JSON. */
export function digestOf(value: unknown): string {
  return sha256(canonical(value));
}

/** A value's canonical JSON (RFC 8785), in the form in which the ledger would give it back. */
export function canonicalText(value: unknown): string {
  return canonical(plain(value));
}

/** The digest of a value as the ledger gives it back: the same before it is stored and after. */
export function storedDigestOf(value: unknown): string {
  return sha256(canonicalText(value));
}

/** The id that a message gives itself in `field`, or one made from its content where it gives none that can be kept. */
export function messageIdOf(message: unknown, field: 'verdictId' | 'answerId'): string {
  const given: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, field) : undefined;
  return typeof given === 'string' && given !== '' && given.length <= 200 && isStorable(given)
    ? given
    : `malformed-${storedDigestOf(message ?? null).slice(0, 12)}`;
}
