import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditLine } from '../../../src/adapters/ledger/audit-chain.ts';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import { recordInCase } from '../../../src/adapters/ledger/record.ts';
import { type TestLedger, withLedger } from '../../support/postgres.ts';
import { decided, ingested, straightThrough, trail } from './fixtures.ts';

let server: TestLedger;
let ledger: Ledger;
let owner: Ledger;
beforeAll(async () => {
  server = await withLedger();
  ({ ledger } = server);
  owner = openLedger({ url: server.url, asOwner: true });
}, 60_000);
afterAll(async () => {
  await owner.close();
  await server.stop();
});

/** As someone would who owns the database and means harm. */
async function tamper(statement: string): Promise<void> {
  await sql.raw('alter table audit_entries disable trigger all').execute(owner.db);
  await sql.raw(statement).execute(owner.db);
  await sql.raw('alter table audit_entries enable trigger all').execute(owner.db);
}

async function lines(caseId?: string): Promise<AuditLine[]> {
  const found: AuditLine[] = [];
  for await (const line of ledger.audit.exportEntries(caseId)) found.push(line);
  return found;
}

describe('the audit trail is append-only', () => {
  test.each(['update audit_entries set kind = kind', 'delete from audit_entries', 'truncate audit_entries'])(
    '%s is refused to the application and to the owner',
    async (statement) => {
      await ingested(ledger);
      await expect(sql.raw(statement).execute(ledger.db)).rejects.toThrow('permission denied');
      await expect(sql.raw(statement).execute(owner.db)).rejects.toThrow('append-only');
    },
  );

  test.each(['documents', 'decisions', 'verdicts', 'pack_versions'])(
    '%s cannot be deleted by the application',
    async (table) => {
      await expect(sql.raw(`delete from ${table}`).execute(ledger.db)).rejects.toThrow('permission denied');
    },
  );
});

describe('a chain in the database', () => {
  test('is whole after any sequence of steps, and so is its export without the database', async () => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId);
    expect(await ledger.audit.verifyChains({ caseId })).toEqual([]);
    const exported = JSON.parse(JSON.stringify(await lines(caseId))) as AuditLine[];
    expect(exported.map((line) => (line.type === 'entry' ? line.kind : line.type))).toEqual([
      'received',
      'ingested',
      'decision',
      'head',
    ]);
    expect(await ledger.audit.verifyChains({ entries: exported })).toEqual([]);
  });

  test.each([
    ['changed', (id: string) => `update audit_entries set data = '{}' where case_id = '${id}' and seq = 2`, 2],
    ['removed', (id: string) => `delete from audit_entries where case_id = '${id}' and seq = 2`, 3],
    ['cut off', (id: string) => `delete from audit_entries where case_id = '${id}' and seq > 1`, 3],
    [
      'dated back',
      (id: string) => `update audit_entries set at = at - interval '1 day' where case_id = '${id}' and seq = 1`,
      1,
    ],
  ])('%s by the owner is found', async (_, statement, seq) => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId);
    await tamper(statement(caseId));
    const faults = await ledger.audit.verifyChains({ caseId });
    expect(faults.map((fault) => fault.seq)).toContain(seq);
    expect((await ledger.audit.verifyChains()).map((fault) => fault.caseId)).toContain(caseId);
  });

  test('survives any value that JSON has, through jsonb and back', async () => {
    const caseId = await ingested(ledger);
    const value = fc.jsonValue({ stringUnit: 'binary' });
    await fc.assert(
      fc.asyncProperty(value, fc.string({ unit: 'binary' }), async (data, text) => {
        const entry = {
          data,
          text,
          small: 5e-324,
          large: 1.7976931348623157e308,
          negativeZero: -0,
          nul: '\0',
          half: '\ud800',
        };
        await sql`select ${recordInCase(caseId, new Date(), [['moved', entry]])}`.execute(ledger.db);
      }),
      { numRuns: 150 },
    );
    expect(await ledger.audit.verifyChains({ caseId })).toEqual([]);
  });

  test('stays whole when 20 writers append at once', async () => {
    const caseId = await ingested(ledger);
    const append = (n: number) =>
      sql`select ${recordInCase(caseId, new Date(), [['moved', { n }]])}`.execute(ledger.db);
    await Promise.all(Array.from({ length: 20 }, (_, n) => append(n)));
    expect(await trail(ledger, caseId)).toHaveLength(22);
    expect(await ledger.audit.verifyChains({ caseId })).toEqual([]);
  });

  test('takes no entry that is made out to another case', async () => {
    const [one, other] = [await ingested(ledger), await ingested(ledger)];
    const swapped = recordInCase(other, new Date(), [['moved', {}]]).compile(ledger.db);
    const parameters = swapped.parameters.map((value) => (value === other ? one : value));
    await expect(ledger.db.executeQuery({ ...swapped, sql: `select ${swapped.sql}`, parameters })).rejects.toThrow(
      'another case',
    );
  });
});

test('a record and its audit entry are there together or not at all', async () => {
  const caseId = await ingested(ledger);
  await sql
    .raw(`alter table audit_entries add constraint no_decision check (kind <> 'decision') not valid`)
    .execute(owner.db);
  await expect(decided(ledger, caseId)).rejects.toThrow('no_decision');
  expect(await ledger.reviews.latestDecision(caseId)).toBeUndefined();
  expect(await trail(ledger, caseId)).toEqual(['received', 'ingested']);
  await sql.raw('alter table audit_entries drop constraint no_decision').execute(owner.db);
  await ledger.reviews.decideByPolicy(straightThrough(caseId));
  expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'decision']);
});
