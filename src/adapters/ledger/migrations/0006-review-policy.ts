import { type Kysely, sql } from 'kysely';

/**
 * What the review policy needs: undo windows of decisions and decisions taken back in them (a decision itself never
 * changes), approvals by several people, and what a verdict came to that decided nothing.
 */
const TABLES = `
alter table decisions add column undo jsonb, add column approved_by jsonb;
alter table review_tasks add column approvals jsonb, add column groups jsonb,
  add column escalate_at timestamptz;
alter table verdicts add column came_to jsonb;
create table withdrawn_decisions (
  case_id text not null, decision_no integer not null, by_name text not null, reason text, at timestamptz not null,
  primary key (case_id, decision_no), foreign key (case_id, decision_no) references decisions
);
`;

const GRANTS = 'grant select, insert on withdrawn_decisions to countersign_app;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
