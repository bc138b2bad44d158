import { type Kysely, sql } from 'kysely';

/** Alarms about feeds that are too old, one per owner, and notices that belong to no review task. */
const STEPS = `
create table feed_alarms (
  feed text not null, owner text not null, since timestamptz not null, primary key (feed, owner)
);
grant select, insert, delete on feed_alarms to countersign_app;
alter table outbox alter column case_id drop not null, alter column task_no drop not null,
  add constraint outbox_about check ((case_id is null) = (task_no is null));
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(STEPS).execute(db);
}
