import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { notePid } from './lock.ts';

/** Takes a line for the person at the terminal. */
export type Log = (line: string) => void;

/** How a process ended: one of the two is set. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running child process. */
export interface Child {
  pid: number;
  /** Resolves when the process is gone; never rejects. */
  exited: Promise<Exit>;
  /** What it wrote since this start, at most the last `lines` (20). */
  tail: (lines?: number) => Promise<string>;
  /** Asks it to end (SIGTERM unless another signal is given) and waits; after `graceMs` (10 s) it is killed. */
  stop: (options?: { signal?: NodeJS.Signals; graceMs?: number }) => Promise<Exit>;
  /** SIGKILL, and waits until it is gone. */
  kill: () => Promise<Exit>;
}

/** Which program to run, as whom; its output goes to `<stateDir>/logs/<name>.log`, its id to `<stateDir>/<name>.pid`. */
export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  stateDir: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** User and group to run as; only root may set them. */
  identity?: { uid: number; gid: number } | undefined;
  /** Called for each line of standard output. */
  onLine?: (line: string) => void;
}

/** `{ '--port': 1 }` as the arguments `--port 1`. */
export function flags(named: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(named).flatMap(([name, value]) => [name, String(value)]);
}

const ROTATE_AT_BYTES = 10_000_000;
const TAIL_BYTES = 16_384;

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches only this process, which then stops its
 * children in the right order. Should this process die without doing so, the tether ends the child.
 *
 * @throws Error when the program cannot be started at all
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const file = await logFile(options.stateDir, options.name);
  const { size: from } = await stat(file);
  const output = await open(file, 'a');
  const { identity } = options;
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', options.onLine ? 'pipe' : output.fd, output.fd],
    detached: true,
    ...(options.env && { env: options.env }),
    ...(options.cwd && { cwd: options.cwd }),
    ...(identity && { uid: identity.uid, gid: identity.gid }),
  });
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`cannot start ${options.name}: ${error.message}`)));
    });
  } finally {
    await output.close();
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${options.name}: it has no process id`);
  if (child.stdout && options.onLine) {
    child.stdout.pipe(createWriteStream(file, { flags: 'a' }));
    createInterface({ input: child.stdout }).on('line', options.onLine);
  }
  tether(pid, exited);
  await notePid(options.stateDir, options.name, pid);

  const signalled = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    pid,
    exited,
    tail: (lines = 20) => tailOf(file, from, lines),
    kill: () => signalled('SIGKILL'),
    stop: async ({ signal = 'SIGTERM', graceMs = 10_000 } = {}) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await signalled(signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * A two-line shell that outlives this process by a moment. Its standard input is a pipe that only this process holds
 * open; the kernel closes it however this process ends (SIGKILL included), and the shell then ends the child. No
 * cooperation of the child is needed, so it serves PostgreSQL and the Temporal server as well as our own programs.
 */
function tether(pid: number, exited: Promise<Exit>): void {
  // INT is a fast shutdown for PostgreSQL (TERM would wait for its clients); for all others the two mean the same.
  const script =
    'read -r _; kill -INT "$1" 2>/dev/null; i=0; ' +
    'while [ $i -lt 50 ] && kill -0 "$1" 2>/dev/null; do sleep 0.1; i=$((i+1)); done; kill -KILL "$1" 2>/dev/null';
  const shell = spawn('/bin/sh', ['-c', script, 'tether', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  // An open pipe handle would keep this process from ending by itself; its type hides that it is a socket.
  (shell.stdin as unknown as { unref(): void }).unref();
  shell.stdin.on('error', () => undefined);
  void exited.then(() => shell.kill('SIGKILL'));
}

async function logFile(stateDir: string, name: string): Promise<string> {
  const folder = join(stateDir, 'logs');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  const handle = await open(file, 'a');
  const { size } = await handle.stat();
  await handle.close();
  if (size < ROTATE_AT_BYTES) return file;
  await rename(file, `${file}.1`);
  await (await open(file, 'a')).close();
  return file;
}

async function tailOf(file: string, from: number, lines: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await handle.close();
  }
}
