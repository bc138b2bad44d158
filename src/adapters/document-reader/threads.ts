import { Piscina } from 'piscina';
import { Unreadable } from './plain-text.ts';
import type { ReadResult, ReadTask } from './worker.ts';

export interface ThreadOptions {
  /** How many documents are parsed at once; more wait, in the order in which they came. */
  threads: number;
  /** For one document, counted from when a thread is free for it. */
  timeoutMs: number;
  /** For one thread: its JavaScript heap, and as much again outside of it, where unpacked streams live. */
  memoryMb: number;
}

const WATCH_MS = 100;

/** Worker threads that parse documents. A thread that exceeds its bounds is ended, its document is `Unreadable`. */
export function createThreads({ threads, timeoutMs, memoryMb }: ThreadOptions) {
  // A pool per thread, so that it is known which thread has which document.
  const pools = Array.from({ length: threads }, () => poolOf(memoryMb));
  const idle = [...pools];
  const waiting: ((pool: Pool) => void)[] = [];

  return {
    async run(task: ReadTask): Promise<ReadResult> {
      const pool = idle.pop() ?? (await new Promise<Pool>((resolve) => waiting.push(resolve)));
      try {
        return await bounded(pool, task, timeoutMs, memoryMb);
      } finally {
        const next = waiting.shift();
        if (next) next(pool);
        else idle.push(pool);
      }
    },
    async close(): Promise<void> {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

type Pool = Piscina<ReadTask, ReadResult>;

function poolOf(memoryMb: number): Pool {
  return new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
}

async function bounded(pool: Pool, task: ReadTask, timeoutMs: number, memoryMb: number): Promise<ReadResult> {
  const tooLong = `not read within ${timeoutMs} ms; send a simpler document`;
  const tooLarge = `needs more than ${memoryMb} MB of memory to read; send a simpler document`;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(tooLong), timeoutMs);
  // The limits of a thread do not count buffers, and a small PDF can unpack to gigabytes of them.
  const look = async () => {
    const heap = await pool.threads[0]?.getHeapStatistics().catch(() => undefined);
    if (heap && heap.external_memory > memoryMb * 1024 * 1024) stop.abort(tooLarge);
  };
  const watch = setInterval(() => void look(), WATCH_MS);
  try {
    return await pool.run(task, { signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) throw new Unreadable(String(stop.signal.reason));
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      throw new Unreadable(tooLarge);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}
