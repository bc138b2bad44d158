import { type RawBuilder, sql } from 'kysely';
import { DEFAULT_SECONDS, LATE_SHARE } from '../../../domain/queue-value.ts';
import { failure } from '../../../failures.ts';
import { isThere } from '../assignments.ts';

export type QueueOrder = 'value' | 'priority' | 'due';

/** Reviews that the median is taken over, per pack: the latest. */
const SPEED_SAMPLE = 200;

/**
 * The median per pack, of the latest reviews; one step per pack, since neither the reviews nor the queue are few. Not below
 * a second: nobody reads faster, and a zero would put its pack above everything. Belongs after `with recursive`.
 */
export const SPEED = sql`
  packs (pack_id) as (
    (select pack_id from desk_speeds order by pack_id limit 1)
    union all
    select (select pack_id from desk_speeds where pack_id > packs.pack_id order by pack_id limit 1)
    from packs where packs.pack_id is not null
  ), speed as materialized (
    select packs.pack_id, greatest(1, percentile_cont(0.5) within group (order by t.seconds)) as seconds
    from packs cross join lateral (select seconds from desk_speeds where pack_id = packs.pack_id
      order by id desc limit ${sql.lit(SPEED_SAMPLE)}) t
    group by 1
  )`;

/** The formula of `valuePerSecond`. */
export function valueSql(now: Date): RawBuilder<number> {
  const urgency = sql`case when q.due_at <= q.opened_at then 1 else least(1, greatest(0,
    date_part('epoch', ${now}::timestamptz - q.opened_at) / date_part('epoch', q.due_at - q.opened_at))) end`;
  return sql`(q.stake * (1 - q.confidence) + q.stake * ${sql.lit(LATE_SHARE)} * ${urgency})
    / coalesce(speed.seconds, ${sql.lit(DEFAULT_SECONDS)})`;
}

/** What stands first has the smallest. Priority and due date are one number, so that one cursor serves all orders. */
export function sortSql(order: QueueOrder, now: Date): RawBuilder<number> {
  const due = sql<number>`date_part('epoch', q.due_at)`;
  if (order === 'due') return due;
  if (order === 'priority') return sql`q.priority * 1e11 + ${due}`;
  return sql`-(${valueSql(now)})`;
}

/** 1: a row `q` is assigned to somebody other than who looks, who is there. Comes before what it is sorted by. */
export function othersSql(viewer: string | undefined, now: Date): RawBuilder<0 | 1> {
  if (viewer === undefined) return sql`0`;
  return sql`case when q.assignee <> ${viewer} and ${isThere(sql`q.assignee`, now)} then 1 else 0 end`;
}

/** Where a page ends in its order, and the moment that its values are worked out for. */
interface Place {
  asOf: Date;
  others: 0 | 1;
  sortBy: number | string;
  caseId: string;
  taskNo: number;
}

/** What comes after a place. */
export function afterSql({ others, sortBy, caseId, taskNo }: Place): RawBuilder<unknown> {
  return sql`where (others, sort_by, case_id, task_no)
    > (${others}::int, ${sortBy}::double precision, ${caseId}, ${taskNo}::int)`;
}

/** The place as text that a caller sends back. */
export function cursorOf(order: QueueOrder, { asOf, others, sortBy, caseId, taskNo }: Place): string {
  return Buffer.from(JSON.stringify([order, asOf.toISOString(), sortBy, caseId, taskNo, others])).toString('base64url');
}

/** The place that a cursor of `cursorOf` names. Throws `InvalidInput` for any other text, or that of another order. */
export function placeIn(cursor: string, order: QueueOrder): Place {
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    // One from before there were assignees has five parts.
    const [kept, at, sortBy, caseId, taskNo, others = 0] = place;
    const asOf = new Date(String(at));
    const isOrder = kept === order && (others === 0 || others === 1) && typeof sortBy === 'number';
    const isTask = typeof caseId === 'string' && taskNo === Math.trunc(Number(taskNo)) && Math.abs(taskNo) < 2 ** 31;
    if (isOrder && isTask && !Number.isNaN(asOf.getTime())) return { asOf, others, sortBy, caseId, taskNo };
  } catch {
    // Falls through to the one message for whatever is wrong with it.
  }
  throw failure('InvalidInput', 'cursor: send back the one from the page before, unchanged, with the same order');
}
