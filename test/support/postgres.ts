import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Ledger, openLedger } from '../../src/adapters/ledger/ledger.ts';
import { migrate } from '../../src/adapters/ledger/migrate.ts';
import { startPostgres } from '../../src/dev/postgres.ts';

export interface TestLedger {
  /** As the application opens it. */
  ledger: Ledger;
  /** The user of this address owns the tables. */
  url: string;
  stop(): Promise<void>;
}

interface Options {
  clock?: () => Date;
  poolSize?: number;
}

/** A ledger for the tests of a file, handed over before the first of them and stopped after the last. */
export function useLedger(take: (server: TestLedger) => void, options: Options = {}): void {
  let server: TestLedger | undefined;
  beforeAll(async () => {
    server = await withLedger(options);
    take(server);
  }, 60_000);
  afterAll(() => server?.stop());
}

/** A real PostgreSQL of its own, with a migrated ledger: one per test file, in `beforeAll`, stopped in `afterAll`. */
export async function withLedger(options: Options = {}): Promise<TestLedger> {
  const stateDir = await mkdtemp(join(tmpdir(), 'countersign-ledger-'));
  const postgres = await startPostgres({ stateDir, log: () => undefined });
  const { url } = postgres;
  await migrate(url);
  const ledger = openLedger({ url, ...options });
  return {
    ledger,
    url,
    async stop() {
      await ledger.close();
      await postgres.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
