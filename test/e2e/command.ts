import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What a command left: its exit code, standard output and standard error. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command line as a person would, as a process of its own, with `stdin` as its standard input. */
export async function countersign(url: string, args: readonly string[], stdin = ''): Promise<Ran> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, '--url', url, ...args], {
    env: { ...env, NO_COLOR: '1', COUNTERSIGN_USER: 'ann' },
  });
  // Of a command that reads none of it, the pipe is closed early.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
