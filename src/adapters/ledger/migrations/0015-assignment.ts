import { type Kysely, sql } from 'kysely';

/** Who of the group that is asked has a question, and since when: to be shown, told and counted; it binds nobody. */
const TABLES = `
alter table review_tasks add column assignee text, add column assigned_at timestamptz;
create index review_tasks_assigned on review_tasks (assignee, assigned_at) where assignee is not null;
create index review_tasks_assigned_open on review_tasks (assignee) where assignee is not null and closed_at is null;
alter table desk_queue add column assignee text;
`;

/** As in 0010, with the assignee. */
const FOLLOW = `
create or replace function desk_follow() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.closed_at is null then
      perform desk_enqueue(new);
      if new.assignee is not null then
        update desk_queue set assignee = new.assignee where case_id = new.case_id and task_no = new.task_no;
      end if;
    end if;
  elsif new.closed_at is not null then
    if old.closed_at is null then
      delete from desk_queue where case_id = new.case_id and task_no = new.task_no;
      delete from desk_claims where case_id = new.case_id and task_no = new.task_no;
      delete from desk_snoozes where case_id = new.case_id and task_no = new.task_no;
    end if;
  else
    update desk_queue set due_at = new.due_at, group_name = new.group_name, assignee = new.assignee,
      approved_by = coalesce((select array_agg(n) from jsonb_array_elements_text(new.approvals -> 'by') n), '{}'),
      priority = case when new.group_name <> old.group_name then least(priority, 2) else priority end
    where case_id = new.case_id and task_no = new.task_no;
  end if;
  return null;
end $$;
drop trigger desk_follow on review_tasks;
create trigger desk_follow after insert or update of closed_at, due_at, group_name, approvals, assignee on review_tasks
  for each row execute function desk_follow();
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, FOLLOW]) await sql.raw(step).execute(db);
}
