import { type Kysely, sql } from 'kysely';

/**
 * Tables of the ledger. Content that explains a decision stays; what is only a notice or a feed may be replaced. The
 * manifest is json, not jsonb: the order of a schema's properties is part of what the model is asked.
 */
const TABLES = `
create table documents (
  hash text primary key, media_type text not null, size bigint not null, content bytea not null,
  stored_at timestamptz not null
);
create table cases (
  case_id text primary key, pack_id text not null, case_key text not null, revision integer not null,
  content_hash text not null, submitted_by text, owner text not null, channel text not null,
  stage text not null, outcome text, reason text,
  received_at timestamptz not null, touched_at timestamptz not null, closed_at timestamptz,
  pack_hash text, plan jsonb, input jsonb, audit_seq integer not null, audit_head text not null,
  unique (pack_id, case_key, revision)
);
create index cases_by_time on cases (received_at desc, case_id desc);
create index cases_by_stage on cases (stage, received_at desc, case_id desc);
create index cases_by_pack on cases (pack_id, received_at desc, case_id desc);
create index cases_open on cases (touched_at) where stage <> 'closed';
create table case_documents (
  case_id text not null references cases, position integer not null, hash text not null references documents,
  name text not null, media_type text not null, size bigint not null, primary key (case_id, position)
);
create index case_documents_by_hash on case_documents (hash);
create table pack_versions (
  hash text primary key, pack_id text not null, version text not null, manifest json not null,
  first_used_at timestamptz not null
);
create table model_calls (
  call_id uuid primary key, case_id text not null references cases, request_hash text not null,
  provider text not null, model text not null, attempt integer not null, outcome text not null,
  text text not null default '', tokens jsonb not null default '[]',
  input_tokens integer not null default 0, output_tokens integer not null default 0,
  cached_tokens integer not null default 0, cost_micros bigint,
  response_id text not null default '', response_model text not null default '', latency_ms integer not null default 0,
  failure_type text, failure_message text, started_at timestamptz not null, finished_at timestamptz
);
create index model_calls_by_case on model_calls (case_id, started_at);
create table review_tasks (
  case_id text not null references cases, task_no integer not null, kind text not null, seen text not null,
  pack_hash text not null, group_name text not null, reasons jsonb not null, output jsonb, evidence jsonb,
  confidence jsonb not null, rules jsonb not null, effects jsonb not null, effect_key text, call_id uuid,
  due_at timestamptz not null, remind_at timestamptz not null, opened_at timestamptz not null,
  deadline_passed_at timestamptz, closed_at timestamptz, primary key (case_id, task_no)
);
create index review_tasks_open on review_tasks (due_at) where closed_at is null;
create table decisions (
  case_id text not null references cases, decision_no integer not null, kind text not null,
  by_kind text not null, by_name text not null, output jsonb, effects jsonb not null, reason text, task_no integer,
  grounds jsonb,
  at timestamptz not null, primary key (case_id, decision_no)
);
create unique index decisions_one_per_task on decisions (case_id, task_no) where task_no is not null;
create unique index decisions_one_straight_through on decisions (case_id) where task_no is null;
create table verdicts (
  case_id text not null references cases, verdict_id text not null, content_hash text not null, channel text not null,
  verdict text not null, by_name text not null, seen text not null, body jsonb not null, accepted boolean not null,
  refusal jsonb, task_no integer, decision_no integer, at timestamptz not null, primary key (case_id, verdict_id)
);
create table effects (
  key text primary key, case_id text not null, decision_no integer not null, name text not null,
  position integer not null, prepared jsonb not null, state text not null, calls integer not null default 0,
  undo_called_at timestamptz, reference text, reason text, called_at timestamptz,
  settled_at timestamptz, foreign key (case_id, decision_no) references decisions
);
create index effects_by_case on effects (case_id, decision_no, position);
create table business_identities (
  pack_id text not null, identity text not null, case_id text not null, key text not null,
  claimed_at timestamptz not null, primary key (pack_id, identity)
);
create index business_identities_by_key on business_identities (key);
create table audit_entries (
  case_id text not null references cases, seq integer not null, at timestamptz not null, kind text not null,
  data jsonb not null, prev_hash text not null, hash text not null, primary key (case_id, seq)
);
create table outbox (
  id bigint generated always as identity primary key, case_id text not null, task_no integer not null,
  kind text not null, payload jsonb not null, not_before timestamptz not null, sent_at timestamptz,
  attempts integer not null default 0, last_error text, cancelled_at timestamptz
);
create index outbox_waiting on outbox (not_before) where sent_at is null and cancelled_at is null;
create index outbox_by_case on outbox (case_id) where sent_at is null and cancelled_at is null;
create table feeds (
  feed text primary key, as_of timestamptz not null, loaded_at timestamptz not null, items integer not null
);
create table feed_items (
  feed text not null, key text not null, text text not null, data jsonb not null, primary key (feed, key)
);
create index feed_items_alike on feed_items using gist (text gist_trgm_ops (siglen = 64));
`;

/**
 * Appends entries to a case's audit chain and moves its read model, under the lock of the case row, so that entries of
 * one case are strictly ordered. Each entry comes as its canonical JSON up to the opening quote of `prevHash`; the keys
 * that follow in RFC 8785 order are `prevHash` and `seq`, which only the database knows. What is hashed is what is stored.
 *
 * The one rule of how cases end: an outcome stays, except that an orphaned or a written case may be reversed, and a
 * written one may end cancelled or
 * rejected once none of its effects stands.
 */
const RECORD_IN_CASE = `
create function record_in_case(
  p_case text, p_at timestamptz, p_entries text[], p_stage text default null,
  p_outcome text default null, p_reason text default null, p_closing text default null
) returns integer language plpgsql as $$
declare
  c record;
  ends boolean;
  entry text;
  whole text;
  doc jsonb;
  entries text[] := p_entries;
  seq integer;
  head text;
  digest text;
begin
  select audit_seq, audit_head, outcome into c from cases where case_id = p_case for no key update;
  if not found then raise exception 'no such case' using errcode = 'CS404'; end if;
  ends := p_outcome is not null and (c.outcome is null or (c.outcome = 'orphaned' and p_outcome = 'reversed') or (c.outcome = 'written' and (p_outcome = 'reversed'
    or (p_outcome in ('cancelled', 'rejected')
      and not exists (select from effects e where e.case_id = p_case and e.state = 'applied')))));
  if ends then
    entries := array_append(entries, p_closing);
    update review_tasks t set closed_at = p_at where t.case_id = p_case and t.closed_at is null;
    update outbox o set cancelled_at = p_at
      where o.case_id = p_case and o.sent_at is null and o.cancelled_at is null;
  end if;
  seq := c.audit_seq;
  head := c.audit_head;
  if cardinality(entries) = 0 then return seq; end if;
  foreach entry in array entries loop
    seq := seq + 1;
    whole := entry || head || '","seq":' || seq || '}';
    doc := whole::jsonb;
    if doc ->> 'caseId' is distinct from p_case then raise exception 'entry of another case'; end if;
    digest := encode(sha256(convert_to(whole, 'UTF8')), 'hex');
    insert into audit_entries (case_id, seq, at, kind, data, prev_hash, hash)
      values (p_case, seq, (doc ->> 'at')::timestamptz, doc ->> 'kind', doc -> 'data', head, digest);
    head := digest;
  end loop;
  update cases set
    audit_seq = seq, audit_head = head, touched_at = p_at,
    outcome = case when ends then p_outcome else outcome end,
    reason = case when ends then p_reason else reason end,
    closed_at = case when ends then p_at else closed_at end,
    stage = case
      when ends then 'closed'
      when p_stage is null then stage
      when outcome is not null and p_stage <> 'review' then 'closed'
      else p_stage end
  where case_id = p_case;
  return seq;
end $$;
`;

const GUARDS = `
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_entries is append-only' using errcode = 'CS405';
end $$;
create trigger audit_entries_append_only before update or delete on audit_entries
  for each row execute function refuse_change();
create trigger audit_entries_no_truncate before truncate on audit_entries
  for each statement execute function refuse_change();
create function refuse_identity() returns integer language plpgsql as $$
begin
  raise exception 'business identity is taken' using errcode = 'CS409';
end $$;
`;

/** Without fresh statistics the planner passes the index over; only the owner may gather them, so the owner lends that. */
const STATISTICS = `
create function analyze_feeds() returns void language plpgsql security definer set search_path from current as $$
begin
  analyze feed_items;
end $$;
`;

const GRANTS = `
grant select, insert on documents, pack_versions, decisions, verdicts, audit_entries to countersign_app;
grant select, insert, update on cases, case_documents, model_calls, review_tasks, effects, outbox, feeds
  to countersign_app;
grant select, insert, update, delete on business_identities, feed_items to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, RECORD_IN_CASE, GUARDS, STATISTICS, GRANTS]) await sql.raw(step).execute(db);
}
