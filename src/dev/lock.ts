import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TETHER_MS = 10_000;

/**
 * Runs `work` while holding a lock file, so that of several processes one does it and the others wait. A lock whose
 * process is gone is taken over. `onWait` is called once, with the process id that holds it.
 *
 * @throws Error naming the lock file when it is still held after `timeoutMs` (10 minutes)
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  { onWait, timeoutMs = 600_000 }: { onWait?: (pid: number) => void; timeoutMs?: number } = {},
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  const until = Date.now() + timeoutMs;
  try {
    for (let told = false; !(await linked(own, file)); await sleep(100)) {
      const holder = await readPid(file);
      if (holder !== undefined && !isAlive(holder)) {
        await removeStale(file, holder, `${own}.stale`);
      } else if (holder !== undefined && !told) {
        onWait?.(holder);
        told = true;
      }
      if (Date.now() > until) throw new Error(`${file} is still held by process ${holder}; delete it if that is wrong`);
    }
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** Linking is atomic and the content is there from the first moment, so nobody ever reads an empty lock. */
async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of several waiters one gets the file by renaming it, and gives it back if it turns out to be a newer lock. */
async function removeStale(file: string, holder: number, aside: string): Promise<void> {
  try {
    await rename(file, aside);
    if ((await readPid(aside)) !== holder) await linked(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** The process id on the first line of a file, or undefined when there is no such file or number. */
export async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** True while the system knows a process of this id, be it a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Notes in a state folder which process uses it, and which process (this one) started that. */
export async function notePid(stateDir: string, name: string, pid: number): Promise<void> {
  await writeFile(pidFile(stateDir, name), `${pid}\n${process.pid}\n`);
}

/**
 * Waits until the server that last used a state folder is gone: two on one folder would destroy it. After a crash of
 * its starter the tether needs a moment to end it. A process id that meanwhile belongs to another program counts as gone.
 *
 * @param program what the system calls the process
 * @throws Error naming the process when its starter is alive too, or when it still runs after 10 s
 */
export async function waitUntilGone(stateDir: string, name: string, program: string): Promise<void> {
  const until = Date.now() + TETHER_MS;
  for (;;) {
    const [pid, starter] = (await readFile(pidFile(stateDir, name), 'utf8').catch(() => '')).split('\n').map(Number);
    if (!pid || !(await programOf(pid)).includes(program)) return;
    if ((starter && (await programOf(starter)) !== '') || Date.now() > until) {
      throw new Error(`${stateDir} is in use by ${program} (process ${pid}). Stop it first, or use another folder.`);
    }
    await sleep(100);
  }
}

const pidFile = (stateDir: string, name: string) => join(stateDir, `${name}.pid`);

/** The program's name alone (the arguments of an unrelated process may contain the word); '' for a zombie or none. */
export async function programOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const [, program = '', state = ''] = /\((.*)\) (\S)/s.exec(stat ?? (await psOf(pid))) ?? [];
  return state === 'Z' ? '' : program;
}

/** Where there is no /proc (macOS): the same two facts in the same form. */
async function psOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'stat=,comm=', '-p', String(pid)], (error, stdout) => {
      const [, state = '', program = ''] = /^(\S)\S*\s+(.*)/.exec(stdout) ?? [];
      resolve(error ? '' : `(${program}) ${state}`);
    });
  });
}
