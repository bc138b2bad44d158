import { sql } from 'kysely';
import type { Store } from './record.ts';

/** How a model fares: closed is well, open is away, half-open is being tried. */
export interface ModelGate {
  provider: string;
  model: string;
  state: 'closed' | 'open' | 'half-open';
  /** Of the last minute, about. */
  ok: number;
  failed: number;
  openedAt: Date | null;
  openUntil: Date | null;
  lastOkAt: Date | null;
  lastFailureAt: Date | null;
  lastFailure: string | null;
}

/** What a pack's model calls of a UTC day cost, in micro-units of the price list's currency. */
export interface BudgetDay {
  packId: string;
  /** YYYY-MM-DD. */
  day: string;
  spentMicros: number;
  /** For calls that have begun and not ended; a crash leaves its call here, because it may have been paid. */
  reservedMicros: number;
}

export interface ModelReads {
  /** How every model that was ever asked fares. */
  models(): Promise<ModelGate[]>;
  /** The last `days` days, newest first. */
  budgets(days: number): Promise<BudgetDay[]>;
}

export function modelReadsOf({ db, clock }: Store): ModelReads {
  return {
    async models() {
      const { rows } = await sql<ModelGate>`
        select provider, model, state,
          (case when age < interval '60 seconds' then ok else 0 end)
            + (case when age < interval '30 seconds' then former_ok else 0 end) as ok,
          (case when age < interval '60 seconds' then failed else 0 end)
            + (case when age < interval '30 seconds' then former_failed else 0 end) as failed,
          opened_at as "openedAt", open_until as "openUntil", last_ok_at as "lastOkAt",
          last_failure_at as "lastFailureAt", last_failure as "lastFailure"
        from model_gates, lateral (select ${clock()}::timestamptz - window_at as age) w order by provider, model`.execute(
        db,
      );
      return rows;
    },

    async budgets(days) {
      const { rows } = await sql<BudgetDay>`
        select pack_id as "packId", to_char(day, 'YYYY-MM-DD') as day, spent_micros as "spentMicros",
          reserved_micros as "reservedMicros"
        from budget_days where day > (${clock()}::timestamptz at time zone 'UTC')::date - ${days}::int
        order by day desc, pack_id`.execute(db);
      return rows;
    },
  };
}
