import { sql } from 'kysely';
import type { NoticeCount, Undelivered } from './notice-messages.ts';
import type { Store } from './record.ts';

/** What operators see of notices. */
export interface NoticeReads {
  /** What has not reached somebody, newest first, at most 200; what was given up more than 30 days ago is left out. */
  undeliveredNotices(): Promise<Undelivered[]>;
  noticeCounts(): Promise<NoticeCount[]>;
  /** Tokens of the UTC day that name no link. */
  linkGuessesToday(): Promise<number>;
}

const DAYS_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;

export function noticeReadsOf({ db, clock }: Store): NoticeReads {
  return {
    async undeliveredNotices() {
      const since = new Date(clock().getTime() - DAYS_MS);
      const { rows } = await sql<Undelivered>`
        select m.id as "messageId", m.channel, m.address, case when m.failed_at is null then 'retrying' else 'failed' end as state,
          m.attempts, m.last_error as error, m.created_at as since,
          case when m.failed_at is null then m.not_before end as "nextAt",
          coalesce(array_agg(distinct o.kind order by o.kind) filter (where o.kind is not null), '{}') as kinds,
          coalesce(array_agg(distinct t.case_id order by t.case_id) filter (where t.case_id is not null), '{}') as cases
        from notice_messages m
        left join notice_deliveries d on d.message_id = m.id left join outbox o on o.id = d.notice_id
        left join review_tasks t on t.case_id = o.case_id and t.task_no = o.task_no and t.closed_at is null
        where m.sent_at is null and m.cancelled_at is null and m.last_error is not null
          and (m.failed_at is null or m.failed_at > ${since})
        group by m.id
        union all
        select null, null, null, 'failed', o.attempts, o.last_error, o.not_before, null, array[o.kind],
          case when t.case_id is null then '{}' else array[t.case_id] end
        from outbox o left join review_tasks t on t.case_id = o.case_id and t.task_no = o.task_no and t.closed_at is null
        where o.failed_at > ${since} and o.routed_at is null
        order by since desc limit 200`.execute(db);
      return rows;
    },

    async noticeCounts() {
      const { rows } = await sql<NoticeCount>`
        select channel, state, count(*)::int as count from (
          select channel, case when sent_at is not null then 'sent-last-hour' when failed_at is not null then 'failed'
            when last_error is not null then 'retrying' else 'waiting' end as state
          from notice_messages
          where cancelled_at is null and (sent_at is null or sent_at > ${new Date(clock().getTime() - HOUR_MS)})
          union all
          select channel, 'waiting' from notice_deliveries where message_id is null
          union all
          select 'none', 'failed' from outbox where failed_at is not null and routed_at is null
        ) as all_of_them group by 1, 2 order by 1, 2`.execute(db);
      return rows;
    },

    async linkGuessesToday() {
      const { rows } = await sql<{ guesses: number }>`
        select guesses from link_guesses where day = (${clock()}::timestamptz at time zone 'UTC')::date`.execute(db);
      return rows[0]?.guesses ?? 0;
    },
  };
}
