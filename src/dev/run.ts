import { spawn } from 'node:child_process';
import type { Log } from './children.ts';

/** What a finished command left: its exit code (null when it was killed or never started) and its output. */
export interface Finished {
  code: number | null;
  output: string;
}

const OUTPUT_CHARS = 8_000;

/**
 * Runs a command to its end. Never rejects: a command that does not exist ends with code null and says so in `output`
 * (the last 8,000 characters of both streams).
 *
 * @param progress.say called every few seconds with a line that names the work and the seconds it has taken so far
 */
export async function run(
  command: string,
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    timeoutMs?: number;
    /** User and group to run as; only root may set them. */
    identity?: { uid: number; gid: number } | undefined;
    progress?: { doing: string; say: Log; everyMs?: number };
  } = {},
): Promise<Finished> {
  const { env, cwd, timeoutMs, identity, progress } = options;
  const startedAt = Date.now();
  const ticker =
    progress &&
    setInterval(() => {
      progress.say(`${progress.doing}: ${Math.round((Date.now() - startedAt) / 1000)} s so far ...`);
    }, progress.everyMs ?? 5_000);
  try {
    return await new Promise<Finished>((resolve) => {
      const child = spawn(command, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(env && { env }),
        ...(cwd && { cwd }),
        ...(timeoutMs && { timeout: timeoutMs }),
        ...(identity && { uid: identity.uid, gid: identity.gid }),
      });
      let output = '';
      const collect = (chunk: Buffer) => {
        output = (output + chunk.toString('utf8')).slice(-OUTPUT_CHARS);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('error', (error) => resolve({ code: null, output: error.message }));
      child.once('close', (code) => resolve({ code, output }));
    });
  } finally {
    clearInterval(ticker);
  }
}
