import { type Kysely, sql } from 'kysely';

/**
 * Passkeys of people (WebAuthn): public keys, and how far their counters are. Challenges to register or remove one work
 * once, for one person in one session. A use is remembered where the authenticator counts, so that the same signature sent
 * again is not taken for a copy.
 */
const TABLES = `
create table passkeys (
  credential_id text primary key, person_id text not null references people, public_key text not null,
  sign_count bigint not null, transports text[] not null, label text not null, created_at timestamptz not null,
  last_used_at timestamptz, removed_at timestamptz, removed_by text
);
create index passkeys_in_force on passkeys (person_id) where removed_at is null;
create table passkey_uses (
  credential_id text not null references passkeys, challenge text not null, sign_count bigint not null,
  at timestamptz not null, primary key (credential_id, challenge, sign_count)
);
create table passkey_challenges (
  challenge text primary key, person_id text not null references people, session text not null, purpose text not null,
  expires_at timestamptz not null
);
create index passkey_challenges_by_end on passkey_challenges (expires_at);
`;

const GRANTS = `
grant select, insert, update on passkeys to countersign_app;
grant select, insert on passkey_uses to countersign_app;
grant select, insert, delete on passkey_challenges to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
