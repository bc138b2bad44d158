import { type RawBuilder, sql } from 'kysely';
import { storable } from '../../canonical.ts';
import type { Store } from './record.ts';
import type { NoticeKind, NoticePayload } from './notice.ts';

export interface Notice {
  id: number;
  kind: NoticeKind;
  payload: NoticePayload;
  /** How often it was taken to be routed, this time included. */
  attempts: number;
}

/** Whom a notice goes to: an address of a channel, and the person behind it where one is named. */
export interface Target {
  channel: string;
  /** What the channel sends to; unique in the channel. */
  address: string;
  person?: string;
}

/**
 * Notices to people. Those about a review task fall away with it. From here each goes to its targets as messages (see
 * `NoticeMessages`), at least once.
 */
export interface Outbox {
  /** Takes notices that are due and have no targets yet, for one minute: those not routed by then are due again. */
  due(now: Date, limit: number): Promise<Notice[]>;
  /** Says whom it goes to; again: no change. */
  route(id: number, targets: readonly Target[]): Promise<void>;
  /** It has reached somebody. A reminder is followed by the next one now. */
  sent(id: number): Promise<void>;
  /** It reaches nobody; `error` is kept for the operator. */
  unrouted(id: number, error: string): Promise<void>;
}

const LEASE_MS = 60_000;

export function outboxOf({ db, clock }: Store): Outbox {
  return {
    async due(now, limit) {
      const { rows } = await sql<Notice>`
        update outbox o set attempts = attempts + 1, not_before = ${new Date(now.getTime() + LEASE_MS)}
        where id in (
          select w.id from outbox w left join review_tasks t using (case_id, task_no)
          where w.sent_at is null and w.failed_at is null and w.cancelled_at is null and w.routed_at is null
            and w.not_before <= ${now} and (w.case_id is null or (t.case_id is not null and t.closed_at is null))
          order by w.not_before, w.id limit ${limit} for update of w skip locked)
        returning o.id, o.kind, o.payload, o.attempts`.execute(db);
      return rows.toSorted((a, b) => a.id - b.id);
    },

    async route(id, targets) {
      const at = clock();
      await sql`
        with routed as (update outbox set routed_at = ${at} where id = ${id} and routed_at is null returning id)
        insert into notice_deliveries (notice_id, channel, address, person, due_at)
        select routed.id, t.channel, t.address, t.person, ${at}::timestamptz
        from routed cross join unnest(${targets.map(({ channel }) => channel)}::text[],
          ${targets.map(({ address }) => address)}::text[], ${targets.map(({ person }) => person ?? null)}::text[])
          as t (channel, address, person)
        on conflict do nothing`.execute(db);
    },

    async sent(id) {
      await settled(clock(), sql`select ${id}::bigint`).execute(db);
    },

    async unrouted(id, error) {
      await settled(clock(), sql`select ${id}::bigint`, error).execute(db);
    },
  };
}

/**
 * Ends these notices: as sent, or with an error as failed. A reminder is followed by the next one only now: a sender that
 * was away for a day does not send all at once.
 */
export function settled(at: Date, ids: RawBuilder<unknown>, error?: string): RawBuilder<unknown> {
  const end =
    error === undefined
      ? sql`sent_at = ${at}, failed_at = null`
      : sql`failed_at = ${at}, last_error = ${storable(error)}`;
  return sql`
    with ended as (
      select id, failed_at is null as first from outbox where id in (${ids}) and sent_at is null for update
    ), done as (
      update outbox o set ${end} from ended where o.id = ended.id
      returning o.case_id, o.task_no, o.kind, o.payload, ended.first
    )
    insert into outbox (case_id, task_no, kind, payload, not_before)
    select case_id, task_no, kind, jsonb_set(payload, '{reminders,later}', (payload #> '{reminders,later}') - 0),
      greatest((payload #>> '{reminders,later,0}')::timestamptz,
        ${at}::timestamptz + (payload #>> '{reminders,gapMs}')::bigint * interval '1 millisecond')
    from done where first and kind = 'reminder' and payload #>> '{reminders,later,0}' is not null`;
}
