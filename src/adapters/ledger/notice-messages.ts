import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { storable } from '../../canonical.ts';
import { type Outbox, outboxOf, settled, type Target } from './outbox.ts';
import type { Store } from './record.ts';
import type { NoticeKind, NoticePayload } from './notice.ts';
import type { Tables } from './tables.ts';

/** How the notices to one recipient are put together. */
export interface Gathering {
  /** How long a notice waits for others to the same recipient, in ms; 0: each is a message of its own, at once. */
  collectForMs: number;
  /** Messages to one recipient in any hour, at most; what is more waits and is sent together. Null: no limit. */
  perHour: number | null;
}

/** A notice in a message. */
export interface NoticeItem {
  kind: NoticeKind;
  payload: NoticePayload;
  /** When the question it is about is due; null: it is about none. */
  dueAt: Date | null;
}

/** A message to be sent now. */
export interface NoticeMessage extends Target {
  /** The same when it is sent again. */
  id: string;
  /** How often it was taken to be sent, this time included. */
  attempts: number;
  /** Oldest first. Of several about one question only the latest. */
  items: NoticeItem[];
}

/** A notice that has not reached somebody, for operators. */
export interface Undelivered {
  /** Null: no message, because nobody is routed. */
  messageId: string | null;
  channel: string | null;
  address: string | null;
  /** `retrying`: tried again at `nextAt`; `failed`: given up. */
  state: 'retrying' | 'failed';
  attempts: number;
  error: string;
  since: Date;
  nextAt: Date | null;
  kinds: NoticeKind[];
  /** The cases whose question is still open. */
  cases: string[];
}

export interface NoticeCount {
  channel: string;
  state: 'waiting' | 'retrying' | 'failed' | 'sent-last-hour';
  count: number;
}

export interface NoticeMessages {
  /** Makes messages of what has waited long enough; a channel that is not named is gathered as `{ 0, null }`. Returns how many. */
  gather(now: Date, byChannel: Readonly<Record<string, Gathering>>): Promise<number>;
  /** Takes messages that are due, for one minute. What was answered meanwhile is taken out of them. */
  take(now: Date, limit: number): Promise<NoticeMessage[]>;
  delivered(id: string): Promise<void>;
  /**
   * Due again after 10 s, 20 s, 40 s ... at most an hour, not before `retryAfterMs`; given up when it is `final` or was
   * tried `MOST_ATTEMPTS` times.
   */
  undelivered(id: string, error: string, how?: { final?: boolean; retryAfterMs?: number | undefined }): Promise<void>;
  /** Tries a message again that was given up. False: there is none of that id. */
  retry(id: string): Promise<boolean>;
}

/** About four hours. */
export const MOST_ATTEMPTS = 12;
const LEASE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MOST_IN_ONE = 50;

/** True of a delivery whose notice means nothing any more: taken back, answered, or somebody else is asked now. */
const STALE = sql`(o.cancelled_at is not null or (o.case_id is not null and not exists (
  select from review_tasks t where t.case_id = o.case_id and t.task_no = o.task_no and t.closed_at is null
    and (o.payload ->> 'group' is null or t.group_name = o.payload ->> 'group'))))`;

/** The whole of the outbox: notices, and the messages they become. */
export function noticesOf(store: Store): Outbox & NoticeMessages {
  return { ...outboxOf(store), ...messagesOf(store) };
}

function messagesOf({ db, clock }: Store): NoticeMessages {
  return {
    async gather(now, byChannel) {
      return await db.transaction().execute(async (trx) => {
        // One worker at a time: two could each send the last message that the hour allows.
        const { rows } = await sql<{ mine: boolean }>`
          select pg_try_advisory_xact_lock(hashtext('countersign notices')) as mine`.execute(trx);
        if (rows[0]?.mine !== true) return 0;
        await sql`delete from notice_deliveries d using outbox o
          where d.message_id is null and o.id = d.notice_id and ${STALE}`.execute(trx);
        let made = 0;
        for (const recipient of await recipients(trx, now)) {
          const { collectForMs, perHour } = byChannel[recipient.channel] ?? { collectForMs: 0, perHour: null };
          if (now.getTime() - recipient.oldest.getTime() < collectForMs) continue;
          const room = perHour === null ? Infinity : perHour - recipient.sent;
          const size = collectForMs === 0 && room >= recipient.waiting ? 1 : MOST_IN_ONE;
          const messages = Math.min(Math.ceil(recipient.waiting / size), room);
          for (let count = 0; count < messages; count++, made++) await makeMessage(trx, recipient, size, now);
        }
        return made;
      });
    },

    async take(now, limit) {
      return await db.transaction().execute(async (trx) => {
        const { rows } = await sql<Omit<NoticeMessage, 'items' | 'person'> & { person: string | null }>`
          update notice_messages set attempts = attempts + 1, not_before = ${new Date(now.getTime() + LEASE_MS)}
          where id in (
            select id from notice_messages
            where sent_at is null and failed_at is null and cancelled_at is null and not_before <= ${now}
            order by not_before limit ${limit} for update skip locked)
          returning id, channel, address, person, attempts`.execute(trx);
        const taken: NoticeMessage[] = [];
        for (const { person, ...message } of rows) {
          const items = await itemsOf(trx, message.id);
          if (items.length === 0) {
            await sql`update notice_messages set cancelled_at = ${now} where id = ${message.id}`.execute(trx);
          } else taken.push({ ...message, ...(person === null ? {} : { person }), items });
        }
        return taken;
      });
    },

    async delivered(id) {
      const at = clock();
      await db.transaction().execute(async (trx) => {
        await sql`update notice_messages set sent_at = ${at} where id = ${id} and sent_at is null`.execute(trx);
        await settled(at, sql`select notice_id from notice_deliveries where message_id = ${id}`).execute(trx);
      });
    },

    async undelivered(id, error, { final = false, retryAfterMs = 0 } = {}) {
      const at = clock();
      await db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ failed: boolean }>`
          update notice_messages set last_error = ${storable(error)},
            failed_at = case when ${final}::boolean or attempts >= ${MOST_ATTEMPTS} then ${at}::timestamptz end,
            not_before = ${at}::timestamptz + greatest(${retryAfterMs}::bigint * interval '1 millisecond',
              least(interval '1 hour', interval '10 seconds' * 2 ^ least(attempts - 1, 12)))
          where id = ${id} and sent_at is null returning failed_at is not null as failed`.execute(trx);
        if (rows[0]?.failed !== true) return;
        // Those that no other message carries.
        const alone = sql`
          select d.notice_id from notice_deliveries d where d.message_id = ${id} and not exists (
            select from notice_deliveries other left join notice_messages m on m.id = other.message_id
            where other.notice_id = d.notice_id and other.message_id is distinct from d.message_id
              and m.failed_at is null and m.cancelled_at is null)`;
        await settled(at, alone, error).execute(trx);
      });
    },

    async retry(id) {
      const { rows } = await sql`
        update notice_messages set failed_at = null, attempts = 0, not_before = ${clock()}
        where id = ${id} and failed_at is not null returning 1`.execute(db);
      return rows.length > 0;
    },
  };
}

interface Recipient extends Omit<Target, 'person'> {
  person: string | null;
  oldest: Date;
  waiting: number;
  /** Messages of the last hour, sent or under way. */
  sent: number;
}

async function recipients(trx: Kysely<Tables>, now: Date): Promise<Recipient[]> {
  const since = new Date(now.getTime() - HOUR_MS);
  const { rows } = await sql<Recipient>`
    select d.channel, d.address, min(d.person) as person, min(d.due_at) as oldest, count(*)::int as waiting, (
      select count(*)::int from notice_messages m where m.channel = d.channel and m.address = d.address
        and m.created_at > ${since} and m.cancelled_at is null) as sent
    from notice_deliveries d where d.message_id is null
    group by d.channel, d.address order by oldest, d.channel, d.address`.execute(trx);
  return rows;
}

async function makeMessage(trx: Kysely<Tables>, to: Recipient, size: number, now: Date): Promise<void> {
  const id = randomUUID();
  await sql`
    insert into notice_messages (id, channel, address, person, created_at, not_before)
    values (${id}, ${to.channel}, ${to.address}, ${to.person}, ${now}, ${now})`.execute(trx);
  await sql`
    update notice_deliveries set message_id = ${id}
    where (notice_id, channel, address) in (
      select notice_id, channel, address from notice_deliveries
      where message_id is null and channel = ${to.channel} and address = ${to.address}
      order by due_at, notice_id limit ${size})`.execute(trx);
}

/** What a message still has to say; what means nothing any more is taken out of it. */
async function itemsOf(trx: Kysely<Tables>, messageId: string): Promise<NoticeItem[]> {
  await sql`delete from notice_deliveries d using outbox o
    where d.message_id = ${messageId} and o.id = d.notice_id and ${STALE}`.execute(trx);
  const { rows } = await sql<NoticeItem & { id: number }>`
    select o.id, o.kind, o.payload, t.due_at as "dueAt"
    from notice_deliveries d join outbox o on o.id = d.notice_id left join review_tasks t using (case_id, task_no)
    where d.message_id = ${messageId} order by o.id`.execute(trx);
  const latest = new Map<string, NoticeItem>();
  for (const { id, ...item } of rows) {
    const key = item.payload.caseId === undefined ? String(id) : item.payload.caseId;
    latest.delete(key);
    latest.set(key, item);
  }
  return [...latest.values()];
}
