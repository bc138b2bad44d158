import { type Kysely, sql } from 'kysely';

/**
 * What the review desk needs beside the ledger: the questions that wait (one row each, kept by triggers, so that a desk with
 * thousands of them reads one small table), leases and notes that decide nothing, shared views, and bulk selections.
 */
const TABLES = `
create table desk_queue (
  case_id text not null, task_no integer not null, pack_id text not null, case_key text not null,
  revision integer not null, pack_hash text not null, kind text not null, seen text not null,
  group_name text not null, codes text[] not null,
  confidence double precision not null, stake double precision not null, alike text, approvable boolean not null,
  priority smallint not null, effects text[] not null, needed integer not null, approved_by text[] not null,
  opened_at timestamptz not null, due_at timestamptz not null, primary key (case_id, task_no)
);
create index desk_queue_due on desk_queue (due_at, case_id);
create index desk_queue_alike on desk_queue (pack_id, alike) where approvable;
create table desk_claims (
  case_id text not null, task_no integer not null, by_name text not null, since timestamptz not null,
  until timestamptz not null, primary key (case_id, task_no)
);
create table desk_snoozes (
  case_id text not null, task_no integer not null, by_name text not null, at timestamptz not null,
  until timestamptz not null, primary key (case_id, task_no)
);
create table desk_comments (
  case_id text not null references cases, comment_no integer not null, by_name text not null, body text not null,
  at timestamptz not null, primary key (case_id, comment_no)
);
create table desk_looks (
  case_id text not null, task_no integer not null, by_name text not null, looks integer not null default 1,
  at timestamptz not null, primary key (case_id, task_no, by_name)
);
create table desk_speeds (
  id bigint generated always as identity primary key, pack_id text not null, by_name text not null,
  seconds double precision not null, at timestamptz not null
);
create index desk_speeds_by_pack on desk_speeds (pack_id, id desc);
create index desk_speeds_by_time on desk_speeds (at);
create table desk_views (
  name text primary key, filter jsonb not null, by_name text not null, at timestamptz not null
);
create table desk_bulks (
  bulk_id uuid primary key, by_name text not null, at timestamptz not null, verdict text, decided_at timestamptz
);
create table desk_bulk_members (
  bulk_id uuid not null references desk_bulks, position integer not null, case_id text not null,
  task_no integer not null, seen text not null, must_open boolean not null, primary key (bulk_id, position)
);
create table desk_changes (
  xact xid8 not null default pg_current_xact_id(), case_id text not null, at timestamptz not null default now()
);
create index desk_changes_order on desk_changes (xact);
create index cases_by_key on cases using gin (case_key gin_trgm_ops);
`;

/**
 * A task as the queue shows it. The least confidence is that of the pack's critical fields; one that is not known counts
 * as 0. What is at stake, and what makes cases alike, is what the pinned pack states under \`review\`.
 */
const QUEUE = `
create function desk_enqueue(t review_tasks) returns void language plpgsql as $$
declare
  m json;
  c record;
  field text;
  least double precision;
begin
  select manifest into m from pack_versions where hash = t.pack_hash;
  select pack_id, case_key, revision into c from cases where case_id = t.case_id;
  if t.output is null then
    least := 0;
  else
    select min(coalesce((t.confidence ->> f)::double precision, 0)) into least
      from json_array_elements_text(coalesce(m -> 'critical', '[]')) f;
    if least is null then select min((v #>> '{}')::double precision) into least from jsonb_each(t.confidence) e(k, v); end if;
  end if;
  field := m -> 'review' -> 'stake' ->> 'field';
  insert into desk_queue (case_id, task_no, pack_id, case_key, revision, pack_hash, kind, seen, group_name, codes, confidence,
    stake, alike, approvable, priority, effects, needed, approved_by, opened_at, due_at)
  values (t.case_id, t.task_no, c.pack_id, c.case_key, c.revision, t.pack_hash, t.kind, t.seen, t.group_name,
    coalesce((select array_agg(code order by code) from (select distinct r ->> 'code' as code
      from jsonb_array_elements(t.reasons) r) one), '{}'),
    coalesce(least, 0),
    abs(coalesce(
      case when field is not null and jsonb_typeof(t.output -> field) = 'number'
        then (t.output ->> field)::double precision end,
      (m -> 'review' -> 'stake' ->> 'otherwise')::double precision, 10000)),
    t.output ->> (m -> 'review' ->> 'alikeBy'),
    t.kind = 'proposal' and t.output is not null
      and not exists (select from jsonb_array_elements(t.rules) r
        where r ->> 'severity' = 'hard' and r ->> 'holds' = 'false'),
    case when t.kind = 'proposal' then 3 else 1 end,
    coalesce((select array_agg(e ->> 'title') from jsonb_array_elements(t.effects) e), '{}'),
    coalesce((t.approvals ->> 'needed')::integer, 1),
    coalesce((select array_agg(n) from jsonb_array_elements_text(t.approvals -> 'by') n), '{}'),
    t.opened_at, t.due_at)
  on conflict do nothing;
end $$;
create function desk_follow() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.closed_at is null then perform desk_enqueue(new); end if;
  elsif new.closed_at is not null then
    if old.closed_at is null then
      delete from desk_queue where case_id = new.case_id and task_no = new.task_no;
      delete from desk_claims where case_id = new.case_id and task_no = new.task_no;
      delete from desk_snoozes where case_id = new.case_id and task_no = new.task_no;
    end if;
  else
    update desk_queue set due_at = new.due_at, group_name = new.group_name,
      approved_by = coalesce((select array_agg(n) from jsonb_array_elements_text(new.approvals -> 'by') n), '{}'),
      priority = case when new.group_name <> old.group_name then least(priority, 2) else priority end
    where case_id = new.case_id and task_no = new.task_no;
  end if;
  return null;
end $$;
create trigger desk_follow after insert or update of closed_at, due_at, group_name, approvals on review_tasks
  for each row execute function desk_follow();
`;

/** Browsers learn of changes by one reader per API process; a commit waits for nobody, as it would with NOTIFY. */
const CHANGES = `
create function desk_changed() returns trigger language plpgsql as $$
begin
  insert into desk_changes (case_id) values (case when tg_op = 'DELETE' then old.case_id else new.case_id end);
  return null;
end $$;
create trigger desk_changed after insert or update or delete on desk_queue for each row execute function desk_changed();
create trigger desk_changed after insert or update or delete on desk_claims for each row execute function desk_changed();
create trigger desk_changed after insert or update or delete on desk_snoozes for each row execute function desk_changed();
create trigger desk_changed after insert on desk_comments for each row execute function desk_changed();
create trigger desk_changed after update of stage on cases for each row
  when (old.stage is distinct from new.stage and (old.stage in ('review', 'undo-window') or new.stage = 'undo-window'))
  execute function desk_changed();
`;

/** How long a question took who had looked at it before answering: what the value of a place in the queue is divided by. */
const SPEEDS = `
create function desk_timed() returns trigger language plpgsql as $$
begin
  insert into desk_speeds (pack_id, by_name, seconds, at)
  select c.pack_id, new.by_name, extract(epoch from new.at - l.at), new.at
  from desk_looks l join cases c on c.case_id = l.case_id
  where l.case_id = new.case_id and l.task_no = new.task_no and l.by_name = new.by_name
    and new.at - l.at between interval '0' and interval '30 minutes';
  return null;
end $$;
create trigger desk_timed after insert on verdicts for each row
  when (new.accepted and new.task_no is not null and new.verdict <> 'withdraw') execute function desk_timed();
`;

const GRANTS = `
grant select, insert, update, delete on desk_queue, desk_claims, desk_snoozes, desk_looks, desk_views, desk_changes
  to countersign_app;
grant select, insert on desk_comments, desk_speeds, desk_bulk_members to countersign_app;
grant select, insert, update on desk_bulks to countersign_app;
`;

const BACKFILL = 'select desk_enqueue(t) from review_tasks t where t.closed_at is null;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, QUEUE, CHANGES, SPEEDS, GRANTS, BACKFILL]) await sql.raw(step).execute(db);
}
