import { sql } from 'kysely';
import type { FeedItem, Feeds } from '../../packs/pack.ts';
import { json, storable } from './json.ts';
import type { Store } from './record.ts';

/** Loads what packs look up. */
export interface FeedLoader {
  /** Replaces a whole feed in one transaction; readers see the old or the new one. `asOf`: how fresh the data is. */
  load(feed: string, items: readonly FeedItem[], asOf: Date): Promise<void>;
}

const CHUNK = 2000;

export function feedsOf({ db }: Store): Feeds {
  return {
    async lookUp(feed, key) {
      const query = db.selectFrom('feed_items').select(['key', 'text', 'data']).where('feed', '=', feed);
      return await query.where('key', '=', key).executeTakeFirst();
    },

    async similar(feed, text, limit) {
      const asked = storable(text);
      const { rows } = await sql<FeedItem & { similarity: number }>`
        select key, text, data, similarity(text, ${asked})::float8 as similarity from feed_items
        where feed = ${feed} and text % ${asked} order by similarity desc, key limit ${limit}`.execute(db);
      return rows;
    },
  };
}

export function feedLoaderOf({ db, clock }: Store): FeedLoader {
  return {
    async load(feed, items, asOf) {
      await db.transaction().execute(async (trx) => {
        await sql`
          insert into feeds (feed, as_of, loaded_at, items) values (${feed}, ${asOf}, ${clock()}, ${items.length})
          on conflict (feed) do update
          set as_of = excluded.as_of, loaded_at = excluded.loaded_at, items = excluded.items`.execute(trx);
        await sql`delete from feed_items where feed = ${feed}`.execute(trx);
        for (let from = 0; from < items.length; from += CHUNK) {
          const chunk = items.slice(from, from + CHUNK);
          await sql`
            insert into feed_items (feed, key, text, data)
            select ${feed}, i.key, i.text, i.data
            from unnest(${chunk.map(({ key }) => storable(key))}::text[], ${chunk.map((item) => storable(item.text))}::text[],
              ${chunk.map(({ data }) => json(data))}::jsonb[]) as i (key, text, data)`.execute(trx);
        }
      });
    },
  };
}
