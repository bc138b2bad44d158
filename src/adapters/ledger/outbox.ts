import { sql } from 'kysely';
import { storable } from './json.ts';
import type { Store } from './record.ts';
import type { NoticeKind, NoticePayload } from './notice.ts';

export interface Notice {
  id: number;
  kind: NoticeKind;
  payload: NoticePayload;
  /** How often it was taken to be sent, this time included. */
  attempts: number;
}

/**
 * Notices to people, sent at least once: a sender that dies after sending and before `sent` sends again. Those about a
 * review task fall away with it.
 */
export interface Outbox {
  /** Takes notices that are due, for one minute: those neither `sent` nor `failed` by then are due again. */
  due(now: Date, limit: number): Promise<Notice[]>;
  sent(id: number): Promise<void>;
  /** Due again after 10 s, 20 s, 40 s ... at most an hour. `error` is kept for the operator. */
  failed(id: number, error: string): Promise<void>;
}

const LEASE_MS = 60_000;

export function outboxOf({ db, clock }: Store): Outbox {
  return {
    async due(now, limit) {
      const { rows } = await sql<Notice>`
        update outbox o set attempts = attempts + 1, not_before = ${new Date(now.getTime() + LEASE_MS)}
        where id in (
          select w.id from outbox w left join review_tasks t using (case_id, task_no)
          where w.sent_at is null and w.cancelled_at is null and w.not_before <= ${now}
            and (w.case_id is null or (t.case_id is not null and t.closed_at is null))
          order by w.not_before, w.id limit ${limit} for update of w skip locked)
        returning o.id, o.kind, o.payload, o.attempts`.execute(db);
      return rows.toSorted((a, b) => a.id - b.id);
    },

    // A reminder is followed by the next one only now: a sender that was away for a day does not send all at once.
    async sent(id) {
      const at = clock();
      await sql`
        with done as (
          update outbox set sent_at = ${at} where id = ${id} and sent_at is null returning case_id, task_no, kind, payload
        )
        insert into outbox (case_id, task_no, kind, payload, not_before)
        select case_id, task_no, kind, jsonb_set(payload, '{reminders,later}', (payload #> '{reminders,later}') - 0),
          greatest((payload #>> '{reminders,later,0}')::timestamptz,
            ${at}::timestamptz + (payload #>> '{reminders,gapMs}')::bigint * interval '1 millisecond')
        from done where kind = 'reminder' and payload #>> '{reminders,later,0}' is not null`.execute(db);
    },

    async failed(id, error) {
      await sql`
        update outbox set last_error = ${storable(error)},
          not_before = ${clock()}::timestamptz + least(interval '1 hour', interval '10 seconds' * 2 ^ least(attempts - 1, 12))
        where id = ${id} and sent_at is null`.execute(db);
    },
  };
}
