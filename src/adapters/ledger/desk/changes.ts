import { sql } from 'kysely';
import type { Store } from '../record.ts';

/** What changed at the desk, for browsers that show it. */
export interface Changes {
  /**
   * Cases whose place at the desk has changed since a position; without one, only the position of now. A transaction that is
   * still open holds back what came after it, so nothing is passed over.
   */
  changes(since?: string): Promise<{ position: string; caseIds: string[] }>;
  /** Forgets changes that every reader has seen by now. */
  forgetChanges(olderThanMs: number): Promise<void>;
}

export function changesOf({ db }: Store): Changes {
  return {
    async changes(since) {
      const { rows } = await sql<{ position: string; caseIds: string[] | null }>`
        with upTo as (select pg_snapshot_xmin(pg_current_snapshot()) as position)
        select position::text, (
          select array_agg(distinct case_id) from desk_changes
          where xact >= ${since ?? null}::text::xid8 and xact < position
        ) as "caseIds" from upTo`.execute(db);
      return { position: rows[0]?.position ?? '0', caseIds: rows[0]?.caseIds ?? [] };
    },

    async forgetChanges(olderThanMs) {
      await sql`delete from desk_changes where at < now() - ${`${olderThanMs} milliseconds`}::interval`.execute(db);
    },
  };
}
