import { type Kysely, sql } from 'kysely';

/** In whose place somebody is asked; and on which people and calendars all open questions were looked at last. */
const TABLES = `
alter table review_tasks add column stands_for text;
create table replan_looked (one boolean primary key default true check (one), basis text not null, at timestamptz not null);
`;

const GRANTS = 'grant select, insert, update on replan_looked to countersign_app;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
