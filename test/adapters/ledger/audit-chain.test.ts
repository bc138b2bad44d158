import { describe, expect, test } from 'vitest';
import {
  type AuditEntry,
  GENESIS,
  hashOfEntry,
  verifyChain,
  verifyLines,
} from '../../../src/adapters/ledger/audit-chain.ts';

function chain(length: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const prevHash = entries.at(-1)?.hash ?? GENESIS;
    const entry = { caseId: 'c', seq, at: '2026-01-01T00:00:00.000Z', kind: 'moved', data: { n: seq / 10 }, prevHash };
    entries.push({ ...entry, hash: hashOfEntry(entry) });
  }
  return entries;
}

const ENTRIES = chain(4);
const HEAD = { caseId: 'c', seq: 4, hash: ENTRIES[3]?.hash ?? '' };
const faultsOf = (entries: AuditEntry[], head = HEAD) =>
  verifyChain(entries, head).map(({ seq, fault }) => `${seq}: ${fault}`);

describe('verifyChain', () => {
  test('an untouched chain has no faults, in any order', () => {
    expect(faultsOf(ENTRIES)).toEqual([]);
    expect(faultsOf(ENTRIES.toReversed())).toEqual([]);
  });

  test('a changed entry no longer fits its hash', () => {
    const changed = ENTRIES.map((entry) => (entry.seq === 2 ? { ...entry, data: { n: 9 } } : entry));
    expect(faultsOf(changed)).toEqual(['2: its content was changed: the hash does not fit']);
  });

  test('a changed entry with a hash made to fit breaks the link after it', () => {
    const forged = { ...(ENTRIES[1] as AuditEntry), data: { n: 9 } };
    forged.hash = hashOfEntry(forged);
    const changed = ENTRIES.map((entry) => (entry.seq === 2 ? forged : entry));
    expect(faultsOf(changed)).toEqual(['3: it does not link to the entry before it']);
  });

  test('a removed entry leaves a gap', () => {
    expect(faultsOf(ENTRIES.filter(({ seq }) => seq !== 2))).toEqual(['3: missing before it: entry 2']);
    expect(faultsOf(ENTRIES.slice(2))).toEqual(['3: missing before it: entries 1 to 2']);
  });

  test('a cut-off end is found by the head', () => {
    expect(faultsOf(ENTRIES.slice(0, 2))).toEqual(['4: cut off: entries 3 to 4']);
    expect(verifyChain(ENTRIES.slice(0, 2))).toEqual([]);
    expect(verifyChain([], HEAD)).toHaveLength(1);
  });

  test('a rewritten or longer end is not the one the case knows', () => {
    expect(faultsOf(ENTRIES, { ...HEAD, hash: GENESIS })).toEqual(['4: the end is not the one that the case knows']);
    expect(faultsOf(chain(5))).toEqual(['5: the end is not the one that the case knows']);
  });

  test('an entry that is there twice is a fault', () => {
    expect(faultsOf([...ENTRIES, ENTRIES[1] as AuditEntry])).toContain('2: entry 2 is there twice');
  });
});

test('exported lines are checked case by case, mixed or not', () => {
  const lines = [{ type: 'head' as const, ...HEAD }, ...ENTRIES.map((entry) => ({ type: 'entry' as const, ...entry }))];
  const other = { type: 'head' as const, caseId: 'other', seq: 1, hash: 'x' };
  expect(verifyLines(lines)).toEqual([]);
  expect(verifyLines([other, ...lines])).toEqual([{ caseId: 'other', seq: 1, fault: 'cut off: entry 1' }]);
});
