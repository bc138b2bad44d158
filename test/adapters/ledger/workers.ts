import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import type { AskingLimits } from '../../../src/adapters/ledger/model-calls.ts';
import { type TestLedger, withLedger } from '../../support/postgres.ts';

/** Workers that share a database, and the time, which passes only when it is told to. */
export interface Workers {
  /** Who owns the tables. */
  owner: Ledger;
  now: Date;
  later: (ms: number) => void;
  /** Another worker, whose clock is `aheadMs` ahead. */
  worker: (limits?: Partial<AskingLimits>, aheadMs?: number) => Ledger;
}

/** For the tests of a file; breakers, rates and budgets are as new for each, an hour after the one before. */
export function useWorkers(): Workers {
  let server: TestLedger;
  const opened: Ledger[] = [];
  const open = (options: Partial<Parameters<typeof openLedger>[0]>) => {
    const one = openLedger({ url: server.url, ...options });
    opened.push(one);
    return one;
  };
  const workers: Omit<Workers, 'owner'> & { owner?: Ledger } = {
    now: new Date('2026-03-02T09:00:00Z'),
    later: (ms) => void (workers.now = new Date(workers.now.getTime() + ms)),
    worker: (limits = {}, aheadMs = 0) => open({ clock: () => new Date(workers.now.getTime() + aheadMs), limits }),
  };
  beforeAll(async () => {
    server = await withLedger();
    workers.owner = open({ asOwner: true });
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    await server.stop();
  });
  beforeEach(async () => {
    workers.later(3_600_000);
    const { owner } = workers as Workers;
    for (const table of ['model_gates', 'provider_rates', 'provider_queue', 'budget_days'])
      await sql`delete from ${sql.table(table)}`.execute(owner.db);
  });
  return workers as Workers;
}
