import { stat, readFile, mkdir, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { canEnter } from '../../src/dev/postgres-home.ts';
import { startPostgres, type Postgres } from '../../src/dev/postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function started(stateDir: string): Promise<Postgres> {
  const postgres = await startPostgres({ stateDir, log: () => undefined });
  onTestFinished(() => postgres.kill());
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

test('what was committed survives a kill and a stop, and nothing else does', async () => {
  const stateDir = await temporaryFolder();
  const first = await started(stateDir);
  await query(first.url, 'create table t (x text)');
  await query(first.url, `insert into t values ('committed')`);
  const open = new Client({ connectionString: first.url });
  open.on('error', () => undefined);
  await open.connect();
  await open.query('begin');
  await open.query(`insert into t values ('not committed')`);
  await first.kill();
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

  const second = await started(stateDir);
  expect(await query(second.url, 'select x from t')).toEqual([{ x: 'committed' }]);
  await second.stop();
  expect(await second.exited).toEqual({ code: 0, signal: null });

  const third = await started(stateDir);
  expect(await query(third.url, 'select x from t')).toEqual([{ x: 'committed' }]);
}, 60_000);

test('it is durable, UTF-8, on the loopback address only, and knows trigrams', async () => {
  const { url } = await started(await temporaryFolder());
  const setting = (name: string) => `current_setting('${name}') as ${name}`;
  const names = ['fsync', 'synchronous_commit', 'listen_addresses', 'server_encoding', 'max_connections'];
  expect(await query(url, `select ${names.map(setting).join(', ')}`)).toEqual([
    {
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      server_encoding: 'UTF8',
      max_connections: '200',
    },
  ]);
  await query(url, 'create extension pg_trgm');
  expect(await query(url, `select similarity('word', 'two words') > 0.3 as alike, lower('ÄÖ') as low`)).toEqual([
    { alike: true, low: 'äö' },
  ]);
}, 30_000);

test('the password is random, demanded, and readable by its owner alone', async () => {
  const stateDir = await temporaryFolder();
  const { url } = await started(stateDir);
  const file = join(stateDir, 'postgres-password');
  const password = await readFile(file, 'utf8');
  expect(password).toMatch(/^[0-9a-f]{48}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(query(url.replace(password, 'wrong'), 'select 1')).rejects.toThrow('password authentication failed');
}, 30_000);

test('data in use are not started twice', async () => {
  const stateDir = await temporaryFolder();
  const first = await started(stateDir);
  await expect(started(stateDir)).rejects.toThrow(`in use by postgres (process ${first.pid})`);
}, 30_000);

test('a folder below one that others may not enter is out of reach for them', async () => {
  const folder = await temporaryFolder();
  const inner = join(folder, 'inner');
  await mkdir(inner, { mode: 0o755 });
  const stranger = { uid: 65_534, gid: 65_534 };
  await chmod(folder, 0o755);
  expect(await canEnter(join(inner, 'not-there-yet'), stranger)).toBe(true);
  await chmod(folder, 0o700);
  expect(await canEnter(inner, stranger)).toBe(false);
  const { uid, gid } = await stat(folder);
  expect(await canEnter(inner, { uid, gid })).toBe(true);
});
