import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** A real PostgreSQL of its own, with a migrated ledger: one per test file, in `beforeAll`, stopped in `afterAll`. */
export async function withLedger(options: { clock?: () => Date; poolSize?: number } = {}): Promise<TestLedger> {
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
