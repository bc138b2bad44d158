import { sql } from 'kysely';
import type { FeedAlarms } from '../../activities/feed-ports.ts';
import { json } from '../../canonical.ts';
import type { Store } from './record.ts';

/** An alarm is a row while its feed is stale; whoever makes or removes the row writes the notice, in one statement. */
export function feedAlarmsOf({ db, clock }: Store): FeedAlarms {
  return {
    async settle(states) {
      if (states.length === 0) return [];
      const at = clock();
      const payloads = states.map(({ feed, owner, packs, asOf, message }) =>
        json({ feed, owner, packs, asOf, message }),
      );
      // A state that was read before the feed was loaded anew says nothing any more: the next watch looks again. Dates
      // here have milliseconds, those of PostgreSQL microseconds.
      const { rows } = await sql<{ feed: string; owner: string; stale: boolean }>`
        with given as (
          select g.* from unnest(${states.map(({ feed }) => feed)}::text[], ${states.map(({ owner }) => owner)}::text[],
            ${states.map(({ stale }) => stale)}::boolean[], ${states.map(({ asOf }) => asOf)}::timestamptz[],
            ${payloads}::jsonb[]) as g (feed, owner, stale, as_of, payload)
          left join feeds f on f.feed = g.feed
          where coalesce(abs(extract(epoch from f.as_of - g.as_of)) < 0.002, f.as_of is null and g.as_of is null)
        ), raised as (
          insert into feed_alarms (feed, owner, since)
          select feed, owner, ${at}::timestamptz from given where stale order by feed, owner
          on conflict do nothing returning feed, owner
        ), cleared as (
          delete from feed_alarms a using given g
          where a.feed = g.feed and a.owner = g.owner and not g.stale returning a.feed, a.owner
        ), told as (
          select g.* from given g join (table raised union all table cleared) c on c.feed = g.feed and c.owner = g.owner
        ), notices as (
          insert into outbox (kind, payload, not_before)
          select case when stale then 'feed-stale' else 'feed-fresh' end, payload, ${at}::timestamptz from told
        )
        select feed, owner, stale from told order by feed, owner`.execute(db);
      return rows;
    },
  };
}
