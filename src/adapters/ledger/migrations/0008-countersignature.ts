import { type Kysely, sql } from 'kysely';

/**
 * What was shown is pinned by its digest, what was said about it is signed. Questions of before have no digest: what is
 * approved on them is asked again at the write.
 */
const TABLES = `
alter table review_tasks add column digest text not null default '', add column facts jsonb, add column amends jsonb;
alter table decisions add column facts jsonb, add column seal jsonb;
create table countersignatures (
  case_id text not null, verdict_id text not null, statement jsonb not null, signature text not null,
  primary key (case_id, verdict_id), foreign key (case_id, verdict_id) references verdicts
);
`;

/**
 * Whether an effect of a decision may begin, judged under the lock of the case: the decision accepts, was not taken back,
 * and is not in its undo window any more.
 */
const MAY_BEGIN = `
create function may_begin(p_case text, p_decision integer) returns boolean language plpgsql as $$
declare
  at_stage text;
begin
  select stage into at_stage from cases where case_id = p_case for no key update;
  if at_stage = 'undo-window' then return false; end if;
  if exists (select from withdrawn_decisions w where w.case_id = p_case and w.decision_no = p_decision) then return false; end if;
  return not exists (
    select from decisions d where d.case_id = p_case and d.decision_no = p_decision and d.kind <> 'accept');
end $$;
create function refuse_to_begin() returns boolean language plpgsql as $$
begin
  raise exception 'the decision may not be written' using errcode = 'CS410';
end $$;
`;

const GRANTS = 'grant select, insert on countersignatures to countersign_app;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, MAY_BEGIN, GRANTS]) await sql.raw(step).execute(db);
}
