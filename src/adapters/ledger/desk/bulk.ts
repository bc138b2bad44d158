import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { failure } from '../../../failures.ts';
import type { Store } from '../record.ts';
import { inPacks } from './queue-filter.ts';

/** Questions that look the same: same pack, same reasons, same supplier or label, all ready to be approved. */
export interface AlikeGroup {
  packId: string;
  codes: string[];
  alike: string | null;
  group: string;
  count: number;
  /** Minor units, together. */
  stake: number;
}

export interface BulkMember {
  caseId: string;
  caseKey: string;
  taskNo: number;
  seen: string;
  confidence: number;
  stake: number;
  effects: string[];
  mustOpen: boolean;
  /** When the person who decides has looked at it since the selection was made; null: not yet. */
  openedAt: Date | null;
  /** The question is still the one that was selected. */
  open: boolean;
}

/** A selection of questions that one person wants to decide together. Outliers stand first. */
export interface Bulk {
  bulkId: string;
  by: string;
  at: Date;
  verdict: string | null;
  decidedAt: Date | null;
  members: BulkMember[];
}

export interface Bulks {
  /** Groups of at least two, largest first; of these packs, or of all. */
  alikeGroups(packs?: readonly string[]): Promise<AlikeGroup[]>;
  /** Of a group: the members by how far they are from the middle of it, the least sure among them first. At most 200. */
  membersOf(
    group: Pick<AlikeGroup, 'packId' | 'codes' | 'alike' | 'group'>,
  ): Promise<{ caseId: string; taskNo: number; seen: string }[]>;
  /**
   * Fixes a selection and draws, at random, which members must be opened: a tenth, at least two, at most ten. Throws
   * `InvalidInput` when a question is not open, cannot be approved, or is alike to none of the others.
   */
  startBulk(by: string, tasks: readonly { caseId: string; taskNo: number; seen: string }[]): Promise<Bulk>;
  bulk(bulkId: string): Promise<Bulk | undefined>;
  /** Notes the verdict, once; false when another one was noted before. */
  decideBulk(bulkId: string, verdict: string): Promise<boolean>;
}

/** So many of `size` members must be opened. */
export function mustOpenOf(size: number): number {
  return Math.min(size, 10, Math.max(2, Math.ceil(size / 10)));
}

/** How far a member is from the middle of its group: doubt, and how unusual its amount is. */
const OUTLYING = sql`(1 - q.confidence) + abs(ln(q.stake + 1) - avg(ln(q.stake + 1)) over ())`;

export function bulksOf({ db, clock }: Store): Bulks {
  async function bulk(bulkId: string): Promise<Bulk | undefined> {
    const heads = await sql<Omit<Bulk, 'members'>>`
      select bulk_id as "bulkId", by_name as by, at, verdict, decided_at as "decidedAt" from desk_bulks
      where bulk_id = ${bulkId}::uuid`.execute(db);
    const [head] = heads.rows;
    if (!head) return undefined;
    const { rows } = await sql<BulkMember>`
      select m.case_id as "caseId", c.case_key as "caseKey", m.task_no as "taskNo", m.seen, m.must_open as "mustOpen",
        coalesce(q.confidence, 0) as confidence, coalesce(q.stake, 0) as stake, coalesce(q.effects, '{}') as effects,
        q.case_id is not null as open, l.at as "openedAt"
      from desk_bulk_members m join cases c on c.case_id = m.case_id
      left join desk_queue q on q.case_id = m.case_id and q.task_no = m.task_no and q.seen = m.seen
      left join desk_looks l on l.case_id = m.case_id and l.task_no = m.task_no and l.by_name = ${head.by}
        and l.at >= ${head.at}::timestamptz
      where m.bulk_id = ${bulkId}::uuid order by m.position`.execute(db);
    return { ...head, members: rows };
  }

  return {
    bulk,

    async alikeGroups(packs) {
      const { rows } = await sql<AlikeGroup>`
        select pack_id as "packId", codes, alike, group_name as "group", count(*)::int as count, sum(stake) as stake
        from desk_queue q where approvable and needed = 1 and ${inPacks(packs)}
          and not exists (select from desk_snoozes s where s.case_id = q.case_id and s.task_no = q.task_no
            and s.until > ${clock()}::timestamptz)
        group by 1, 2, 3, 4 having count(*) > 1 order by 5 desc, 1, 3 limit 100`.execute(db);
      return rows;
    },

    async membersOf({ packId, codes, alike, group }) {
      const { rows } = await sql<{ caseId: string; taskNo: number; seen: string }>`
        select case_id as "caseId", task_no as "taskNo", seen from desk_queue q
        where approvable and needed = 1 and pack_id = ${packId} and codes = ${codes}::text[] and group_name = ${group}
          and alike is not distinct from ${alike} order by ${OUTLYING} desc, case_id limit 200`.execute(db);
      return rows;
    },

    async startBulk(by, tasks) {
      if (tasks.length < 2) throw failure('InvalidInput', 'tasks: select at least two questions');
      const ids = tasks.map(({ caseId }) => caseId);
      const { rows } = await sql<{ caseId: string; taskNo: number; seen: string; alike: string }>`
        select case_id as "caseId", task_no as "taskNo", seen,
          json_build_array(pack_id, codes, alike, group_name)::text as alike
        from desk_queue q where case_id = any (${ids}::text[]) and approvable and needed = 1
        order by ${OUTLYING} desc, case_id`.execute(db);
      for (const { caseId, taskNo, seen } of tasks) {
        if (!rows.some((row) => row.caseId === caseId && row.taskNo === taskNo && row.seen === seen))
          throw failure(
            'InvalidInput',
            `tasks: '${caseId}' is not asked so any more, or cannot be approved with others`,
          );
      }
      const odd = rows.find((row) => row.alike !== rows[0]?.alike);
      if (odd)
        throw failure(
          'InvalidInput',
          `tasks: '${odd.caseId}' is not like the others (pack, reasons, group, supplier or label)`,
        );
      const bulkId = randomUUID();
      const at = clock();
      await sql`
        with head as (
          insert into desk_bulks (bulk_id, by_name, at) values (${bulkId}::uuid, ${by}, ${at}::timestamptz) returning bulk_id
        )
        insert into desk_bulk_members (bulk_id, position, case_id, task_no, seen, must_open)
        select head.bulk_id, n, m.case_id, m.task_no, m.seen,
          row_number() over (order by random()) <= ${mustOpenOf(rows.length)}::int
        from head cross join unnest(${rows.map(({ caseId }) => caseId)}::text[], ${rows.map(({ taskNo }) => taskNo)}::int[],
          ${rows.map(({ seen }) => seen)}::text[]) with ordinality as m (case_id, task_no, seen, n)`.execute(db);
      const made = await bulk(bulkId);
      if (!made) throw new TypeError(`bulk ${bulkId} is not there right after it was made`);
      return made;
    },

    async decideBulk(bulkId, verdict) {
      const { rows } = await sql`
        update desk_bulks set verdict = ${verdict}, decided_at = coalesce(decided_at, ${clock()}::timestamptz)
        where bulk_id = ${bulkId}::uuid and (verdict is null or verdict = ${verdict}) returning 1`.execute(db);
      return rows.length > 0;
    },
  };
}
