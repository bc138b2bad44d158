import { startChild, type Exit, type Log } from './children.ts';

/** A program of ours that runs as a process of its own and said that it is ready. */
export interface NodeProcess<T> {
  pid: number;
  /** What `ready` made of the line by which the program said so. */
  ready: T;
  /** SIGTERM, and after `graceMs` (10 s) SIGKILL; resolves when it is gone. */
  stop: (graceMs?: number) => Promise<Exit>;
  /** SIGKILL: the crash that tests ask for. Resolves when it is gone. */
  kill: () => Promise<Exit>;
  /** Resolves when it ends, whoever ended it. */
  exited: Promise<Exit>;
  /** The last lines it wrote since this start, for a message about its failure. */
  tail: (lines?: number) => Promise<string>;
}

/** What to run and how to tell that it is ready. */
export interface NodeProcessOptions<T> {
  /** Names the log file `<stateDir>/logs/<name>.log` and the process in messages. */
  name: string;
  /** The program, a .ts or .mjs file. */
  file: string;
  args?: readonly string[];
  /** Added to this process's own environment. */
  env?: Readonly<Record<string, string>>;
  stateDir: string;
  log: Log;
  /** Looks at each line of standard output; the first value other than undefined means ready. */
  ready: (line: string) => T | undefined;
  /** How long to wait for it; 30 s by default. */
  readyTimeoutMs?: number;
}

/**
 * Runs one of our own programs under this process's Node. It ends with this process, however that ends.
 *
 * @throws Error with the last lines of its output when it ends, or stays silent, before it is ready
 */
export async function startNodeProcess<T>(options: NodeProcessOptions<T>): Promise<NodeProcess<T>> {
  const { name, readyTimeoutMs = 30_000 } = options;
  const ready = Promise.withResolvers<T>();
  // A rejection may come before anyone awaits it.
  ready.promise.catch(() => undefined);
  const child = await startChild({
    name,
    command: process.execPath,
    args: [options.file, ...(options.args ?? [])],
    env: { ...process.env, ...options.env },
    stateDir: options.stateDir,
    onLine: (line) => {
      try {
        const value = options.ready(line);
        if (value !== undefined) ready.resolve(value);
      } catch (error) {
        ready.reject(error);
      }
    },
  });
  const timer = setTimeout(
    () => ready.reject(new Error(`${name} was not ready after ${readyTimeoutMs} ms`)),
    readyTimeoutMs,
  );
  void child.exited.then(({ code, signal }) =>
    ready.reject(new Error(`${name} ended (${signal ?? code}) before it was ready`)),
  );
  try {
    const value = await ready.promise;
    options.log(`${name} runs (pid ${child.pid})`);
    return { ...child, ready: value, stop: (graceMs) => child.stop(graceMs === undefined ? {} : { graceMs }) };
  } catch (error) {
    await child.kill();
    throw new Error(`${(error as Error).message}. Its last words:\n${await child.tail()}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** For `ready`: a line that is a JSON object, as our programs print it once they listen; anything else is undefined. */
export function jsonLine<T extends object>(line: string): T | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
