import { sql } from 'kysely';
import { json } from '../../../canonical.ts';
import type { Store } from '../record.ts';
import type { QueueFilter } from './queue-filter.ts';
import type { QueueOrder } from './queue-order.ts';

/** A filter that people have given a name; everybody sees it. */
export interface SavedView {
  name: string;
  filter: QueueFilter & { order?: QueueOrder };
  by: string;
  at: Date;
}

export interface Views {
  views(): Promise<SavedView[]>;
  /** The same name again replaces it. */
  saveView(name: string, filter: SavedView['filter'], by: string): Promise<void>;
  /** False when there is none. */
  removeView(name: string): Promise<boolean>;
}

export function viewsOf({ db, clock }: Store): Views {
  return {
    async views() {
      const { rows } = await sql<SavedView>`
        select name, filter, by_name as by, at from desk_views order by name limit 100`.execute(db);
      return rows;
    },

    async saveView(name, filter, by) {
      await sql`
        insert into desk_views (name, filter, by_name, at) values (${name}, ${json(filter)}::jsonb, ${by}, ${clock()})
        on conflict (name) do update set filter = excluded.filter, by_name = excluded.by_name, at = excluded.at`.execute(
        db,
      );
    },

    async removeView(name) {
      const { rows } = await sql`delete from desk_views where name = ${name} returning 1`.execute(db);
      return rows.length > 0;
    },
  };
}
