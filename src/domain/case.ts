/** A document by its content: the bytes live in the ledger under `hash` (SHA-256, hex). `size` is in bytes. */
export interface DocumentRef {
  hash: string;
  name: string;
  mediaType: string;
  size: number;
}

/** A document carried inside a start message (Temporal UI or CLI), at most 64 KB together. One of `text`, `base64`. */
export interface InlineDocument {
  name: string;
  mediaType?: string;
  text?: string;
  base64?: string;
}

/** Where an open case stands; `closed` cases have an outcome. Written to `CsStage` and to the ledger. */
export type Stage =
  | 'received'
  | 'proposing'
  | 'waiting-for-model'
  | 'review'
  | 'information-asked'
  | 'deciding'
  | 'undo-window'
  | 'writing'
  | 'compensating'
  | 'closed';

/**
 * How a case ended. `duplicate`: the key was decided before, nothing was done again. `split`: one mail became several
 * cases. `orphaned`: the workflow ended without a decision (terminated), found by the sweep.
 */
export type CaseOutcome = 'written' | 'rejected' | 'cancelled' | 'reversed' | 'duplicate' | 'split' | 'orphaned';

/** What names a case: the pack, the business system's own key, and the revision (1 unless a former one ended unwritten). */
export interface CaseName {
  packId: string;
  caseKey: string;
  revision: number;
}

/** Temporal takes ids of 1,000 bytes; the rest is for the pack's name and `/r<N>`. */
const MAX_ID_BYTES = 900;
const RESERVED = /[%/\s]/g;

/** The case id, which is the workflow id too: `case/<packId>/<caseKey>`, later revisions `.../r2`. */
export function caseIdOf({ packId, caseKey, revision }: CaseName): string {
  const key = caseKey.replace(RESERVED, (c) => encodeURIComponent(c));
  return `case/${packId}/${key}${revision > 1 ? `/r${revision}` : ''}`;
}

/** The inverse of `caseIdOf`; undefined when the text is no case id. */
export function parseCaseId(caseId: string): CaseName | undefined {
  const match = /^case\/([^/]+)\/([^/]+)(?:\/r([1-9]\d*))?$/.exec(caseId);
  if (!match?.[1] || !match[2]) return undefined;
  try {
    const name = { packId: match[1], caseKey: decodeURIComponent(match[2]), revision: Number(match[3] ?? 1) };
    return caseIdOf(name) === caseId ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The pack that a case id names, whether there is such a case or not; undefined when the text names none. */
export function packNamedIn(caseId: string): string | undefined {
  return /^case\/([^/]+)\//.exec(caseId)?.[1];
}

/** The packs of all cases that a text names, as an id or as the address of a request. */
export function packsNamedIn(text: string): string[] {
  const plain = text.replaceAll(/%2f/gi, '/');
  const named = [...plain.matchAll(/\bcase\/([^/\s]+)\//g), ...plain.matchAll(/\/v1\/cases\/(?!case\/)([^/\s]+)\//g)];
  return named.flatMap(([, packId]) => packId ?? []);
}

/**
 * Says what is wrong with a case key, or undefined. 1 to 200 characters of valid Unicode, not only blanks, none of them a
 * control character; not `.` or `..`, which every HTTP client takes out of an address.
 */
export function faultOfCaseKey(caseKey: unknown): string | undefined {
  if (typeof caseKey !== 'string' || caseKey.trim() === '')
    return 'caseKey: give the business system\'s own key, e.g. "INV-2041"';
  if (caseKey.length > 200) return `caseKey: ${caseKey.length} characters, at most 200 are allowed`;
  if (/\p{Cc}/u.test(caseKey)) return 'caseKey: control characters are not allowed';
  if (!caseKey.isWellFormed()) return 'caseKey: half of a surrogate pair is no character; send valid Unicode';
  if (caseKey === '.' || caseKey === '..') return `caseKey: "${caseKey}" cannot stand in an address`;
  if (new TextEncoder().encode(caseIdOf({ packId: '', caseKey, revision: 1 })).length > MAX_ID_BYTES)
    return 'caseKey: too long once written as an id; send fewer unusual characters';
  return undefined;
}

/** Outcomes after which the same key may be submitted again as the next revision. */
export const REVISABLE: readonly CaseOutcome[] = ['rejected', 'cancelled', 'reversed', 'orphaned'];
