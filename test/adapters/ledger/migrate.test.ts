import { readdirSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import { migrate } from '../../../src/adapters/ledger/migrate.ts';
import { freePort } from '../../../src/dev/ports.ts';
import { failureTypeOf } from '../../../src/failures.ts';
import { type TestLedger, withLedger } from '../../support/postgres.ts';
import { caseOf, ingested, termsOf } from './fixtures.ts';

let server: TestLedger;
let owner: Ledger;
beforeAll(async () => {
  server = await withLedger();
  owner = openLedger({ url: server.url, asOwner: true });
}, 60_000);
afterAll(async () => {
  await owner.close();
  await server.stop();
});

function addressOf(database: string, user?: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  if (user !== undefined) [url.username, url.password] = [user, 'password'];
  return url.href;
}

describe('migrate', () => {
  test('from several processes at once brings a new database up once', async () => {
    await sql`create database fresh`.execute(owner.db);
    const lines: string[] = [];
    await Promise.all(Array.from({ length: 4 }, () => migrate(addressOf('fresh'), (line) => lines.push(line))));
    // Every file there is: one that is not registered would never run.
    const files = readdirSync('src/adapters/ledger/migrations').toSorted();
    const expected = files.map((file) => `Ledger migration ${file.replace('.ts', '')}: Success`);
    expect(lines).toEqual(expected);
    await migrate(addressOf('fresh'), (line) => lines.push(line));
    expect(lines).toEqual(expected);
  });

  test('tells an administrator what to run when its user may not manage roles', async () => {
    await sql.raw(`create role modest login password 'password'`).execute(owner.db);
    await sql.raw('create database modest owner modest').execute(owner.db);
    await expect(migrate(addressOf('modest', 'modest'))).rejects.toThrow('GRANT countersign_app TO "modest";');
    await sql.raw('grant countersign_app to modest').execute(owner.db);
    await migrate(addressOf('modest', 'modest'));
    const ledger = openLedger({ url: addressOf('modest', 'modest') });
    expect((await caseOf(ledger, await ingested(ledger))).stage).toBe('proposing');
    await ledger.close();
  });
});

describe('faults', () => {
  test('a server that is not there is LedgerUnavailable, for every part', async () => {
    const ledger = openLedger({ url: `postgres://u:secret@127.0.0.1:${await freePort()}/d` });
    const calls = [
      ledger.cases.get('c'),
      ledger.reviews.deadline('c', 1, 'reject'),
      ledger.feedLoader.load('f', [], new Date()),
      ledger.audit.verifyChains(),
      migrate(`postgres://u:secret@127.0.0.1:${await freePort()}/d`),
    ];
    for (const settled of await Promise.allSettled(calls)) {
      expect(settled.status === 'rejected' && failureTypeOf(settled.reason)).toBe('LedgerUnavailable');
      expect(settled.status === 'rejected' && String(settled.reason)).not.toContain('secret');
    }
    await ledger.close();
  });

  test('connections that the server ends are replaced', async () => {
    const caseId = await ingested(server.ledger);
    const end = sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
      and datname = current_database() and application_name = 'countersign'`;
    const running = sql`select pg_sleep(5)`.execute(server.ledger.db).catch((error: unknown) => error);
    await expect
      .poll(() =>
        sql`select from pg_stat_activity where query like '%pg_sleep(5)%' and pid <> pg_backend_pid()`
          .execute(owner.db)
          .then(({ rows }) => rows.length),
      )
      .toBe(1);
    await end.execute(owner.db);
    expect(await running).toBeInstanceOf(Error);
    await expect
      .poll(() =>
        caseOf(server.ledger, caseId).then(
          ({ stage }) => stage,
          () => 'not yet',
        ),
      )
      .toBe('proposing');
  });

  test('a table that changes under prepared statements is a passing fault', async () => {
    const ledger = openLedger({ url: server.url, poolSize: 1 });
    const { effects } = ledger;
    const caseId = await ingested(ledger);
    expect(await effects.ofCase(caseId)).toEqual([]);
    await sql`alter table effects add column later text`.execute(owner.db);
    const error: unknown = await effects.ofCase(caseId).catch((caught: unknown) => caught);
    expect(failureTypeOf(error)).toBe('LedgerUnavailable');
    expect(await effects.ofCase(caseId)).toEqual([]);
    await ledger.close();
  });

  test('what PostgreSQL refuses is told without the values in it', async () => {
    const caseId = await ingested(server.ledger);
    const { ledger } = server;
    await expect(ledger.modelCalls.begin(termsOf('case/p/secret-key'))).rejects.toThrow(
      /^The ledger refused the statement \(SQLSTATE 23503: model_calls, model_calls_case_id_fkey\)$/,
    );
    const error: unknown = await ledger.modelCalls.get('secret-call').catch((caught: unknown) => caught);
    expect(String(error)).toBe('Error: The ledger refused the statement (SQLSTATE 22P02)');
    const end = { outcome: 'cancelled', by: 'b' } as const;
    const unknown: unknown = await ledger.cases.close(`${caseId}-secret`, end).catch((caught: unknown) => caught);
    expect(failureTypeOf(unknown)).toBe('InvalidInput');
  });
});
