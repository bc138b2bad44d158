import { type RawBuilder, sql } from 'kysely';
import type { Due } from '../../../domain/queue-value.ts';
import type { TaskKind } from '../../../domain/verdict.ts';
import { isThere } from '../assignments.ts';
import type { Store } from '../record.ts';
import { fits, inPacks, type QueueFilter } from './queue-filter.ts';
import { afterSql, cursorOf, othersSql, placeIn, type QueueOrder, sortSql, SPEED, valueSql } from './queue-order.ts';

/** A question that waits, as the queue shows it. */
export interface QueueItem {
  caseId: string;
  taskNo: number;
  packId: string;
  caseKey: string;
  revision: number;
  kind: TaskKind;
  seen: string;
  group: string;
  /** Who of the group has it; null: nobody who is there. */
  assignee: string | null;
  codes: string[];
  /** 0..1 */
  confidence: number;
  /** Minor units. */
  stake: number;
  alike: string | null;
  /** There is a proposal, and no hard rule speaks against it. */
  approvable: boolean;
  /** 1: something may be half written; 2: went on to another group; 3: the rest. */
  priority: number;
  /** Titles of what approving writes. */
  effects: string[];
  needed: number;
  approvedBy: string[];
  openedAt: Date;
  dueAt: Date;
  /** Minor units of expected cost per second of review, as of `asOf`. */
  value: number;
  claim: Lease | null;
  snooze: Lease | null;
}

export interface Lease {
  by: string;
  until: Date;
}

export interface QueuePage {
  items: QueueItem[];
  /** The moment that values are worked out for: the same on all pages that follow by `cursor`. */
  asOf: Date;
  /** Absent on the last page. */
  cursor?: string;
}

/** How many questions wait, by one thing each. */
export interface QueueCounts {
  total: number;
  overdue: number;
  snoozed: number;
  packs: Record<string, number>;
  groups: Record<string, number>;
  reasons: Record<string, number>;
}

/** Median seconds of review per pack, and how fast all reviewers together were in the last hour. */
export interface Speeds {
  seconds: Record<string, number>;
  /** Answers of the last hour. */
  lastHour: number;
  /** Different people who gave them. */
  people: number;
}

export interface Queue {
  /** Throws `InvalidInput` on a cursor that is none. `limit`: 1 to 200. */
  queue(filter: QueueFilter, order: QueueOrder, limit: number, cursor?: string): Promise<QueuePage>;
  /** Of all that waits in these packs (absent: in all), whatever is filtered. */
  queueCounts(packs?: readonly string[]): Promise<QueueCounts>;
  /** How many fit a filter, and the clocks that run: the next deadline and the longest wait. */
  countOf(filter: QueueFilter): Promise<{ count: number; nextDueAt: Date | null; oldestAt: Date | null }>;
  dues(packs?: readonly string[]): Promise<Due[]>;
  speeds(packs?: readonly string[]): Promise<Speeds>;
}

export function queueOf({ db, clock }: Store): Queue {
  return {
    async queue(filter, order, limit, cursor) {
      const from = cursor === undefined ? undefined : placeIn(cursor, order);
      const asOf = from?.asOf ?? clock();
      const size = Math.min(Math.max(Math.trunc(limit), 1), 200);
      const { rows } = await sql<QueueItem & { sortBy: number | string; others: 0 | 1 } & LeaseColumns>`
        with recursive ${SPEED}, page as (
          select * from (
            select q.case_id, q.task_no, ${valueSql(asOf)} as value, ${sortSql(order, asOf)} as sort_by,
              ${othersSql(filter.viewer, asOf)} as others
            from desk_queue q left join speed on speed.pack_id = q.pack_id where ${fits(filter, asOf)}
          ) one
          ${from ? afterSql(from) : sql``}
          order by others, sort_by, case_id, task_no limit ${size + 1}
        )
        select q.case_id as "caseId", q.task_no as "taskNo", q.pack_id as "packId", q.case_key as "caseKey", q.revision, q.kind,
          q.seen, q.group_name as "group", q.codes, q.confidence, q.stake, q.alike, q.approvable, q.priority,
          case when ${isThere(sql`q.assignee`, asOf)} then q.assignee end as assignee,
          q.effects, q.needed, q.approved_by as "approvedBy", q.opened_at as "openedAt", q.due_at as "dueAt",
          page.value, page.sort_by as "sortBy", page.others,
          l.by_name as "claimBy", l.until as "claimUntil", s.by_name as "snoozeBy", s.until as "snoozeUntil"
        from page join desk_queue q using (case_id, task_no) ${leases(asOf)}
        order by page.others, page.sort_by, page.case_id, page.task_no`.execute(db);
      const kept = rows.slice(0, size);
      const last = rows.length > size ? kept.at(-1) : undefined;
      const items = kept.map(itemOf);
      if (!last) return { items, asOf };
      const { others, sortBy, caseId, taskNo } = last;
      return { items, asOf, cursor: cursorOf(order, { asOf, others, sortBy, caseId, taskNo }) };
    },

    async queueCounts(packs) {
      const { rows } = await sql<{ packId: string; group: string; codes: string[]; snoozed: boolean } & Counted>`
        select q.pack_id as "packId", q.group_name as "group", q.codes, s.until is not null as snoozed,
          count(*)::int as count, (count(*) filter (where q.due_at < ${clock()}))::int as overdue
        from desk_queue q ${leases(clock())} where ${inPacks(packs)} group by 1, 2, 3, 4`.execute(db);
      const counts: QueueCounts = {
        total: 0,
        overdue: 0,
        snoozed: 0,
        packs: named(),
        groups: named(),
        reasons: named(),
      };
      for (const { packId, group, codes, snoozed, count, overdue } of rows) {
        if (snoozed) {
          counts.snoozed += count;
          continue;
        }
        counts.total += count;
        counts.overdue += overdue;
        for (const [by, name] of [
          [counts.packs, packId],
          [counts.groups, group],
          ...codes.map((code) => [counts.reasons, code] as const),
        ] as const)
          by[name] = (by[name] ?? 0) + count;
      }
      return counts;
    },

    async countOf(filter) {
      const { rows } = await sql<{ count: number; nextDueAt: Date | null; oldestAt: Date | null }>`
        select count(*)::int as count, min(q.due_at) as "nextDueAt", min(q.opened_at) as "oldestAt"
        from desk_queue q where ${fits(filter, clock())}`.execute(db);
      return rows[0] ?? { count: 0, nextDueAt: null, oldestAt: null };
    },

    async dues(packs) {
      // Two lists in one row: read row by row, thousands of them take the API longer than PostgreSQL.
      const { rows } = await sql<{ dues: number[] | null; stakes: number[] | null }>`
        select json_agg(date_part('epoch', q.due_at)) as dues, json_agg(q.stake) as stakes
        from desk_queue q where ${inPacks(packs)}`.execute(db);
      const { dues, stakes } = rows[0] ?? {};
      return (dues ?? []).map((seconds, at) => ({ dueAt: new Date(seconds * 1_000), stake: stakes?.[at] ?? 0 }));
    },

    async speeds(packs) {
      const since = new Date(clock().getTime() - 3_600_000);
      const medians = await sql<{ packId: string; seconds: number }>`
        with recursive ${SPEED} select pack_id as "packId", seconds from speed`.execute(db);
      const { rows } = await sql<{ lastHour: number; people: number }>`
        select count(*)::int as "lastHour", count(distinct by_name)::int as people from desk_speeds q
        where at > ${since} and ${inPacks(packs)}`.execute(db);
      const seconds = Object.fromEntries(medians.rows.map(({ packId, seconds: median }) => [packId, median]));
      return { seconds, lastHour: rows[0]?.lastHour ?? 0, people: rows[0]?.people ?? 0 };
    },
  };
}

interface Counted {
  count: number;
  overdue: number;
}

interface LeaseColumns {
  claimBy: string | null;
  claimUntil: Date | null;
  snoozeBy: string | null;
  snoozeUntil: Date | null;
}

function leases(now: Date): RawBuilder<unknown> {
  return sql`
    left join desk_claims l on l.case_id = q.case_id and l.task_no = q.task_no and l.until > ${now}::timestamptz
    left join desk_snoozes s on s.case_id = q.case_id and s.task_no = q.task_no and s.until > ${now}::timestamptz`;
}

function itemOf(row: QueueItem & LeaseColumns & { sortBy: unknown }): QueueItem {
  const { claimBy, claimUntil, snoozeBy, snoozeUntil, sortBy: _, ...item } = row;
  const leaseOf = (by: string | null, until: Date | null) => (by !== null && until !== null ? { by, until } : null);
  return { ...item, claim: leaseOf(claimBy, claimUntil), snooze: leaseOf(snoozeBy, snoozeUntil) };
}

/** Counts by name. People choose whom a question is given to: `constructor` is a name as any other. */
function named(): Record<string, number> {
  return Object.create(null) as Record<string, number>;
}
