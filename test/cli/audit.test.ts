import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GENESIS, hashOfEntry, type AuditEntry, type AuditLine } from '../../src/adapters/ledger/audit-chain.ts';
import { apiWith, run } from './fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function chain(caseId: string, length: number): AuditLine[] {
  const lines: AuditLine[] = [];
  let prevHash = GENESIS;
  for (let seq = 1; seq <= length; seq++) {
    const at = '2026-03-01T10:00:00.000Z';
    const entry: Omit<AuditEntry, 'hash'> = { caseId, seq, at, kind: 'received', data: { seq }, prevHash };
    const hash = hashOfEntry(entry);
    lines.push({ type: 'entry', ...entry, hash });
    prevHash = hash;
  }
  return [...lines, { type: 'head', caseId, seq: length, hash: prevHash }];
}

const TRAIL = [...chain('case/p/a', 3), ...chain('case/p/b', 2)];

function serving(lines: readonly AuditLine[]) {
  return apiWith({
    async *auditEntries() {
      yield* lines;
    },
  });
}

describe('countersign verify', () => {
  test('says that the chains are intact', async () => {
    const { out, failed } = await run(serving(TRAIL), ['verify']);
    expect([out, failed]).toEqual(['5 entries of 2 cases: chains intact', false]);
  });

  const changed = (at: number, change: object) => TRAIL.map((line, i) => (i === at ? { ...line, ...change } : line));
  test.each([
    ['content', changed(1, { data: { seq: 99 } }), 'case/p/a, entry 2: its content was changed'],
    ['an entry taken out', TRAIL.toSpliced(1, 1), 'case/p/a, entry 3: missing before it: entry 2'],
    ['the end cut off', TRAIL.toSpliced(2, 1), 'case/p/a, entry 3: cut off: entry 3'],
    ['end and head cut off', TRAIL.toSpliced(2, 2), 'case/p/a, entry 2: the head of the case does not follow'],
    ['the last head cut off', TRAIL.toSpliced(6, 1), 'case/p/b, entry 2: the head of the case does not follow'],
    ['a case given twice', [...TRAIL, ...chain('case/p/a', 3)], 'case/p/a, entry 3: the case is there twice'],
  ] as const)('finds %s', async (_, lines, fault) => {
    const { out, failed } = await run(serving(lines as AuditLine[]), ['verify']);
    expect(out).toContain(fault);
    expect([failed, /\d faults?$/.test(out)]).toEqual([true, true]);
  });

  test('nothing to check is no success', async () => {
    await expect(run(serving([]), ['verify'])).rejects.toThrow('no audit entries');
  });
});

describe('countersign audit export', () => {
  test('writes a file that verify --file reads without an API', async () => {
    const file = join(folder, 'trail.ndjson');
    await run(serving(TRAIL), ['audit', 'export', file]);
    const { out } = await run(apiWith({}), ['verify', '--file', file]);
    expect(out).toBe('5 entries of 2 cases: chains intact');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"seq":2}', '"seq":3}'));
    expect((await run(apiWith({}), ['verify', '--file', file])).failed).toBe(true);
  });

  test('overwrites nothing', async () => {
    const file = join(folder, 'there.txt');
    await writeFile(file, 'mine');
    await expect(run(serving(TRAIL), ['audit', 'export', file])).rejects.toThrow('exists; give another name');
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  test('a file that is no export is named with its line', async () => {
    const file = join(folder, 'other.txt');
    await writeFile(file, `${JSON.stringify(TRAIL[0])}\nhello\n`);
    await expect(run(apiWith({}), ['verify', '--file', file])).rejects.toThrow('line 2: this is no line of an audit');
    await expect(run(apiWith({}), ['verify', '--file', `${file}.none`])).rejects.toThrow('cannot be read (ENOENT)');
  });
});
