import { sql } from 'kysely';
import type { Stage } from '../../../domain/case.ts';
import type { UndoWindow } from '../../../domain/decision.ts';
import type { CaseRow } from '../reads.ts';
import type { Store } from '../record.ts';
import { inPacks } from './queue-filter.ts';

/** What cases are looked for by; all that is given must fit. */
export interface SearchFilter {
  /** A part of the case key, case ignored. */
  text?: string;
  stage?: Stage;
  /** Only these; absent: all. */
  packs?: readonly string[];
  /** Only what this person has answered by a verdict that was taken. */
  answeredBy?: string;
}

export interface FoundCase extends CaseRow {
  /** While an approval can still be taken back. */
  undo: (UndoWindow & { by: string }) | null;
}

export interface Search {
  /** Newest first; of what a person has answered, the latest answer first. */
  search(filter: SearchFilter, limit: number): Promise<FoundCase[]>;
}

export function searchOf({ db }: Store): Search {
  return {
    async search({ text = '', stage, packs, answeredBy }, limit) {
      const like = `%${text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`;
      const fits = [sql`q.case_key ilike ${like}`, inPacks(packs)];
      if (stage !== undefined) fits.push(sql`q.stage = ${stage}`);
      const mine =
        answeredBy === undefined
          ? sql`cross join (select null::timestamptz as at) mine`
          : sql`join (select case_id, max(at) as at from verdicts where accepted and by_name = ${answeredBy} group by 1) mine
              using (case_id)`;
      const { rows } = await sql<FoundCase>`
        select q.case_id as "caseId", q.pack_id as "packId", q.case_key as "caseKey", q.revision, q.owner, q.stage, q.outcome,
          q.reason, q.received_at as "receivedAt", q.touched_at as "touchedAt", q.closed_at as "closedAt",
          d.undo || jsonb_build_object('by', d.by_name) as undo
        from cases q ${mine} left join lateral (
          select undo, by_name from decisions where case_id = q.case_id and q.stage = 'undo-window'
          order by decision_no desc limit 1
        ) d on true
        where ${sql.join(fits, sql` and `)}
        order by mine.at desc nulls last, q.received_at desc, q.case_id desc limit ${limit}`.execute(db);
      return rows;
    },
  };
}
