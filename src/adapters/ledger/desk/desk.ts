import { sql } from 'kysely';
import type { CaseRow } from '../reads.ts';
import type { Store } from '../record.ts';
import { type Bulks, bulksOf } from './bulk.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Marks, marksOf } from './marks.ts';
import { type Queue, queueOf } from './queue.ts';
import { type Views, viewsOf } from './views.ts';

/** What the review desk reads and keeps beside the decisions themselves. */
export interface Desk extends Queue, Marks, Changes, Views, Bulks {
  /** Cases whose key holds a text, case ignored; newest first. */
  search(text: string, limit: number): Promise<CaseRow[]>;
}

export function deskOf(store: Store): Desk {
  return {
    ...queueOf(store),
    ...marksOf(store),
    ...changesOf(store),
    ...viewsOf(store),
    ...bulksOf(store),

    async search(text, limit) {
      const like = `%${text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`;
      const { rows } = await sql<CaseRow>`
        select case_id as "caseId", pack_id as "packId", case_key as "caseKey", revision, owner, stage, outcome, reason,
          received_at as "receivedAt", touched_at as "touchedAt", closed_at as "closedAt"
        from cases where case_key ilike ${like} order by received_at desc, case_id desc limit ${limit}`.execute(
        store.db,
      );
      return rows;
    },
  };
}
