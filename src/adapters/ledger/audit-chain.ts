import canonicalize from 'canonicalize';
import { plain, sha256 } from '../../canonical.ts';

/** One entry of a case's audit chain, as exported: times are ISO 8601 with milliseconds. */
export interface AuditEntry {
  caseId: string;
  /** From 1, without gaps. */
  seq: number;
  at: string;
  kind: string;
  data: Record<string, unknown>;
  prevHash: string;
  /** SHA-256 (hex) of the canonical JSON (RFC 8785) of the other six. */
  hash: string;
}

/** The end of a chain as the case row knows it, so that a cut-off tail is found. */
export interface AuditHead {
  caseId: string;
  seq: number;
  hash: string;
}

/** What stands in an export, one per line: entries in order, then the head of their case. */
export type AuditLine = ({ type: 'entry' } & AuditEntry) | ({ type: 'head' } & AuditHead);

export interface ChainFault {
  caseId: string;
  seq: number;
  fault: string;
}

/** What the first entry of a case links to. */
export const GENESIS = '0'.repeat(64);

/** What happened; the vocabulary of the audit trail. */
export type AuditKind =
  | 'received'
  | 'ingested'
  | 'moved'
  | 'model-answered'
  | 'model-failed'
  | 'waiting-for-model'
  | 'task-opened'
  | 'task-recalled'
  | 'verdict-accepted'
  | 'verdict-refused'
  | 'decision'
  | 'decision-withdrawn'
  | 'undo-window-over'
  | 'escalated'
  | 'reassigned'
  | 'replanned'
  | `information-${'asked' | 'given' | 'refused' | 'missing'}`
  | 'deadline'
  | `effect-${'pending' | 'applied' | 'refused' | 'unknown' | 'abandoned' | 'retry'}`
  | 'compensated'
  | `link-${'sent' | 'opened' | 'used' | 'refused' | 'revoked'}`
  | 'commented'
  | 'claim-taken-over'
  | 'tampering'
  | 'facts-changed'
  | 'closed';

const OPEN_END = '","seq":0}';

/**
 * An entry's canonical JSON up to the opening quote of `prevHash`. `record_in_case` in the database adds the rest, which
 * only it knows under the lock of the case: `<prevHash>","seq":<n>}`.
 */
export function entryStart(caseId: string, at: Date, kind: AuditKind, data: Record<string, unknown>): string {
  const whole = canonicalize(plain({ at: at.toISOString(), caseId, data, kind, prevHash: '', seq: 0 })) ?? '';
  return whole.slice(0, -OPEN_END.length);
}

/** The hash an entry must have. */
export function hashOfEntry({ caseId, seq, at, kind, data, prevHash }: Omit<AuditEntry, 'hash'>): string {
  return sha256(canonicalize({ caseId, seq, at, kind, data, prevHash }) ?? '');
}

/**
 * Checks one case's chain, which is sorted first: content against hash, gaps in the numbers, links, and with `head` the
 * end. Needs no database. An empty list means that nothing was changed, removed or added.
 */
export function verifyChain(entries: readonly AuditEntry[], head?: AuditHead): ChainFault[] {
  const faults: ChainFault[] = [];
  let seq = 0;
  let hash = GENESIS;
  for (const entry of entries.toSorted((a, b) => a.seq - b.seq)) {
    const found = (fault: string) => faults.push({ caseId: entry.caseId, seq: entry.seq, fault });
    if (entry.seq === seq) found(`entry ${seq} is there twice`);
    else if (entry.seq > seq + 1) found(`missing before it: ${range(seq + 1, entry.seq - 1)}`);
    if (hashOfEntry(entry) !== entry.hash) found('its content was changed: the hash does not fit');
    if (entry.seq === seq + 1 && entry.prevHash !== hash) found('it does not link to the entry before it');
    ({ seq, hash } = entry);
  }
  const caseId = head?.caseId ?? '';
  if (head && head.seq > seq) faults.push({ caseId, seq: head.seq, fault: `cut off: ${range(seq + 1, head.seq)}` });
  else if (head && (head.seq < seq || head.hash !== hash))
    faults.push({ caseId, seq, fault: 'the end is not the one that the case knows' });
  return faults;
}

/** Checks exported lines of any number of cases, in any order. */
export function verifyLines(lines: Iterable<AuditLine>): ChainFault[] {
  const chains = new Map<string, { entries: AuditEntry[]; head?: AuditHead }>();
  for (const line of lines) {
    const chain = chains.get(line.caseId) ?? { entries: [] };
    chains.set(line.caseId, chain);
    if (line.type === 'head') chain.head = line;
    else chain.entries.push(line);
  }
  return [...chains.values()].flatMap(({ entries, head }) => verifyChain(entries, head));
}

function range(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}
