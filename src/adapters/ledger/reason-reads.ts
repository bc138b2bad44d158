import { sql } from 'kysely';
import type { ReasonCode } from '../../domain/route.ts';
import type { Store } from './record.ts';

/** How often the cases of a pack went to a person, and for which reasons. */
export interface ReasonsOfPack {
  packId: string;
  /** Received in that time and read. */
  cases: number;
  /** Of them, those about which a person was asked before anything was decided. */
  asked: number;
  /** Most cases first. A case counts for each of its reasons. */
  reasons: ReasonShare[];
}

export interface ReasonShare {
  code: ReasonCode;
  /** The rule that was broken, or the field that is not sure; null for other reasons. */
  what: string | null;
  cases: number;
  /** With no other reason: these would have gone straight through without it. */
  alone: number;
}

export interface ReasonReads {
  /** `packIds`: of these alone. Packs without a case in that time are left out. */
  reasons(since: Date, packIds?: readonly string[]): Promise<ReasonsOfPack[]>;
}

export function reasonReadsOf({ db }: Store): ReasonReads {
  return {
    async reasons(since, packIds) {
      const { rows } = await sql<{ packId: string; cases: number; asked: number; reasons: ReasonShare[] }>`
        with recent as (
          select case_id, pack_id from cases where received_at >= ${since} and plan is not null
            and (${packIds ?? null}::text[] is null or pack_id = any(${packIds ?? null}))
        ), first as (
          select distinct on (t.case_id) t.case_id, c.pack_id, t.reasons
          from recent c join review_tasks t using (case_id)
          where t.kind = 'proposal'
            and not exists (select from decisions d where d.case_id = t.case_id and d.at < t.opened_at)
          order by t.case_id, t.task_no
        ), each as (
          select pack_id, case_id, code, what, count(*) over (partition by case_id) as of_case
          from first cross join lateral (
            select distinct r ->> 'code' as code,
              case r ->> 'code' when 'rule-broken' then split_part(r ->> 'message', ':', 1)
                when 'low-confidence' then r ->> 'field' end as what
            from jsonb_array_elements(reasons) r) one
        ), shares as (
          select pack_id, code, what, count(*)::int as cases, count(*) filter (where of_case = 1)::int as alone
          from each group by pack_id, code, what
        )
        select c.pack_id as "packId", count(*)::int as cases, count(f.case_id)::int as asked,
          (select coalesce(jsonb_agg(jsonb_build_object('code', code, 'what', what, 'cases', s.cases, 'alone', s.alone)
            order by s.cases desc, s.alone desc, code, what), '[]') from shares s where s.pack_id = c.pack_id) as reasons
        from recent c left join first f using (case_id)
        group by c.pack_id order by c.pack_id`.execute(db);
      return rows;
    },
  };
}
