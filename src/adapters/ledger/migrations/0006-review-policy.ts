import { type Kysely, sql } from 'kysely';

/** What the review policy needs: an undo window per decision, and decisions taken back in it. Decisions never change. */
const TABLES = `
alter table decisions add column undo jsonb;
create table withdrawn_decisions (
  case_id text not null, decision_no integer not null, by_name text not null, reason text, at timestamptz not null,
  primary key (case_id, decision_no), foreign key (case_id, decision_no) references decisions
);
`;

const GRANTS = 'grant select, insert on withdrawn_decisions to countersign_app;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
