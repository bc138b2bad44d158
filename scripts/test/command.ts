import { spawn, type ChildProcess } from 'node:child_process';

/** How a command ended. */
export interface Ended {
  /** Null when it was killed or did not start. */
  code: number | null;
  /** Both streams, as far as they were not passed on. */
  output: string;
  /** It was still running at the deadline. */
  late: boolean;
}

const GRACE_MS = 15_000;
const running = new Set<ChildProcess>();

/**
 * Runs a command in a process group of its own, so that what it started ends with it.
 *
 * @param options.deadline milliseconds since 1970 at which it gets SIGTERM, and SIGKILL 15 s later
 * @param options.show 'none' keeps both streams, 'errors' passes standard error on, 'all' passes both on
 */
export function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  options: { cwd: string; deadline: number; show: 'none' | 'errors' | 'all' },
): Promise<Ended> {
  const { cwd, deadline, show } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      // In a log that is read later, colours are noise.
      env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', show === 'all' ? 'inherit' : 'pipe', show === 'none' ? 'pipe' : 'inherit'],
    });
    running.add(child);
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString('utf8'));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    let late = false;
    let killer: NodeJS.Timeout | undefined;
    const timer = setTimeout(
      () => {
        late = true;
        signalGroup(child, 'SIGTERM');
        killer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
      },
      Math.max(0, deadline - Date.now()),
    );
    const end = (code: number | null) => {
      clearTimeout(timer);
      clearTimeout(killer);
      running.delete(child);
      resolve({ code, output, late });
    };
    child.once('error', (error) => {
      output += error.message;
      end(null);
    });
    child.once('close', end);
  });
}

/** Ctrl-C reaches only this process, for the commands have groups of their own: hands it on, and ends. */
export function endWithSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const child of running) signalGroup(child, 'SIGTERM');
      process.exitCode = signal === 'SIGINT' ? 130 : 143;
      setTimeout(() => {
        for (const child of running) signalGroup(child, 'SIGKILL');
        process.exit();
      }, GRACE_MS).unref();
    });
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
