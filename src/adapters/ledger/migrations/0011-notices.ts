import { type Kysely, sql } from 'kysely';

/**
 * Delivery of notices: whom each goes to, and the messages that carry one or several of them. Links by which a person
 * decides: only the hash of a token is stored. Guesses at links are counted by the day.
 */
const TABLES = `
alter table outbox add column routed_at timestamptz, add column failed_at timestamptz;
create table notice_messages (
  id uuid primary key, channel text not null, address text not null, person text,
  created_at timestamptz not null, not_before timestamptz not null, attempts integer not null default 0,
  last_error text, sent_at timestamptz, failed_at timestamptz, cancelled_at timestamptz
);
create index notice_messages_waiting on notice_messages (not_before)
  where sent_at is null and failed_at is null and cancelled_at is null;
create index notice_messages_by_recipient on notice_messages (channel, address, created_at);
create table notice_deliveries (
  notice_id bigint not null references outbox, channel text not null, address text not null, person text,
  due_at timestamptz not null, message_id uuid references notice_messages, primary key (notice_id, channel, address)
);
create index notice_deliveries_waiting on notice_deliveries (channel, address, due_at) where message_id is null;
create index notice_deliveries_by_message on notice_deliveries (message_id);
create table decision_links (
  id text primary key, token_hash text not null, purpose text not null, case_id text not null references cases,
  task_no integer not null, seen text not null, person text not null,
  issued_at timestamptz not null, expires_at timestamptz not null, opened_at timestamptz,
  used_at timestamptz, answer jsonb, settled_at timestamptz, revoked_at timestamptz, revoked_by text
);
create index decision_links_by_case on decision_links (case_id, issued_at);
create table link_guesses (day date primary key, guesses bigint not null);
`;

const GRANTS = `
grant select, insert, update on notice_messages, decision_links, link_guesses to countersign_app;
grant select, insert, update, delete on notice_deliveries to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
