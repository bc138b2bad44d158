import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Log } from '../src/dev/children.ts';
import { startStack, type Stack } from '../src/dev/stack.ts';
import type { TemporalServer } from '../src/dev/temporal-server.ts';
import type { Arm } from './arm.ts';
import { countersignArm } from './countersign-arm.ts';
import { cpuMs, sqliteMiB } from './machine.ts';
import { textbookArm } from './textbook-arm.ts';

/** Everything that both arms share: one Temporal server, one PostgreSQL, one stand-in model, one stand-in business system. */
export interface World {
  arms: [countersign: Arm, textbook: Arm];
  temporal: Client;
  stack: Stack;
  server: TemporalServer;
  businessUrl: string;
  /** MiB on disk: PostgreSQL's database, and the Temporal server's. */
  sizes(): Promise<{ postgres: number; temporal: number }>;
  /** The Temporal server's own metrics as Prometheus text. */
  metrics(): Promise<string>;
  /** Processor time in ms used so far by each process. */
  cpu(arm: Arm): Promise<Record<string, number> | undefined>;
  stop(): Promise<void>;
}

const FOREIGN = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
  'DATABASE_URL',
  'OPENAI_API_KEY',
  'COUNTERSIGN_SINKS',
];

/** Starts it all in a folder of its own; `env`: more for worker and API. Refuses to run against systems that the environment names. */
export async function startWorld(log: Log, env: Record<string, string> = {}): Promise<World> {
  const named = FOREIGN.filter((name) => process.env[name] !== undefined);
  if (named.length > 0) throw new Error(`The bench only runs against servers of its own: unset ${named.join(', ')}`);
  const stateDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  // PostgreSQL may run as another user, who must be able to enter.
  await chmod(stateDir, 0o755);
  const ends: (() => Promise<unknown>)[] = [() => rm(stateDir, { recursive: true, force: true, maxRetries: 5 })];
  const endAll = async () => {
    for (const end of ends.splice(0).toReversed()) {
      await end().catch((error: unknown) => log(`while stopping: ${String(error)}`));
    }
  };
  let stopped: Promise<void> | undefined;
  // Whoever asks second, a signal or the end of the run, waits for the same end.
  const stop = () => (stopped ??= endAll());
  try {
    const packs = fileURLToPath(new URL('./bench-pack.ts', import.meta.url));
    const stack = await startStack({ stateDir, log, worker: false, env: { ...env, COUNTERSIGN_PACKS: packs } });
    ends.push(() => stack.stop());
    const { temporal: server, postgres, businessUrl } = stack;
    if (!server || !postgres || businessUrl === undefined) throw new Error('the stack did not start all of its parts');
    const connection = await Connection.connect({ address: server.address });
    ends.push(() => connection.close());
    const temporal = new Client({ connection, namespace: stack.namespace });
    const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 });
    ends.push(() => pool.end());
    const countersign = await countersignArm(stack, temporal);
    ends.push(() => countersign.close());
    const textbook = await textbookArm(stack, temporal, log);
    ends.push(
      () => textbook.worker.stop(),
      () => textbook.close(),
    );
    const pidOf = async (name: string) => Number.parseInt(await readFile(join(stateDir, `${name}.pid`), 'utf8'), 10);
    const shared = {
      'temporal server': server.pid,
      postgres: postgres.pid,
      model: await pidOf('stand-in-model'),
      business: await pidOf('stand-in-business'),
      'bench client': process.pid,
    };
    return {
      arms: [countersign, textbook],
      temporal,
      stack,
      server,
      businessUrl,
      async sizes() {
        const { rows } = await pool.query<{ mib: number }>(
          'select pg_database_size(current_database())::float8 / 1048576 as mib',
        );
        return { postgres: rows[0]?.mib ?? 0, temporal: await sqliteMiB(join(stateDir, 'temporal.db')) };
      },
      metrics: async () => await (await fetch(server.metricsUrl)).text(),
      cpu: (arm) => cpuMs({ worker: arm.worker.pid, ...shared }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
