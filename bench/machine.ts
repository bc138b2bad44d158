import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIB = 1024 * 1024;

/** Resident memory of a process in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return (Number(stdout.trim()) * 1024) / MIB;
}

/** Size in MiB of a SQLite database with its write-ahead log. */
export async function sqliteMiB(file: string): Promise<number> {
  const sizes = await Promise.all(
    [file, `${file}-wal`].map((name) =>
      stat(name).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / MIB;
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/**
 * Processor time in ms that each named process and its children have used (of this process: without them, because it
 * started all the others); undefined where there is no /proc.
 */
export async function cpuMs(pids: Readonly<Record<string, number>>): Promise<Record<string, number> | undefined> {
  if (process.platform !== 'linux') return undefined;
  const used = new Map<number, { parent: number; ms: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // After the name: state, parent, ..., utime (11), stime (12), and those of children that have ended (13, 14).
    const counted = Number(name) === process.pid ? [11, 12] : [11, 12, 13, 14];
    const ticks = counted.reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
    used.set(Number(name), { parent: Number(fields[1]), ms: ticks * TICK_MS });
  }
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const own = [...used].filter(([each, { parent }]) => each === pid || (parent === pid && pid !== process.pid));
      return [name, own.reduce((sum, [, { ms }]) => sum + ms, 0)];
    }),
  );
}

/** What the figures were measured on. */
export function machineLine(serverVersion: string): string {
  const processors = cpus();
  return `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, Temporal server ${serverVersion}`;
}
