import { type Kysely, sql } from 'kysely';

/**
 * Who may do what: people with roles and review groups, their absences, API keys and browser sessions (by the digest of
 * their secrets only), and a log of logins, changes and refused attempts that nobody can change.
 */
const TABLES = `
create table people (
  person_id text primary key, name text not null, email text, roles text[] not null, groups text[] not null,
  packs text[], disabled_at timestamptz, changed_at timestamptz not null
);
create unique index people_by_email on people (lower(email)) where email is not null;
create table absences (
  person_id text primary key references people, from_at timestamptz not null, until_at timestamptz not null,
  substitute text references people, changed_at timestamptz not null, check (from_at < until_at),
  check (substitute is distinct from person_id)
);
create table api_keys (
  key_id text primary key, person_id text not null references people, secret_hash text not null unique,
  label text not null, created_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz
);
create index api_keys_by_person on api_keys (person_id);
create table sessions (
  token_hash text primary key, person_id text not null references people, csrf text not null,
  created_at timestamptz not null, seen_at timestamptz not null, expires_at timestamptz not null, ended_at timestamptz
);
create index sessions_by_person on sessions (person_id) where ended_at is null;
create table access_entries (
  id bigint generated always as identity primary key, at timestamptz not null, person_id text, kind text not null,
  subject text not null, detail text not null
);
create index access_entries_by_time on access_entries (at desc);
alter table verdicts add column authentication jsonb;
`;

const GUARDS = `
create trigger access_entries_append_only before update or delete on access_entries
  for each row execute function refuse_change();
create trigger access_entries_no_truncate before truncate on access_entries
  for each statement execute function refuse_change();
`;

const GRANTS = `
grant select, insert, update on people, api_keys, sessions to countersign_app;
grant select, insert, update, delete on absences to countersign_app;
grant select, insert on access_entries to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GUARDS, GRANTS]) await sql.raw(step).execute(db);
}
