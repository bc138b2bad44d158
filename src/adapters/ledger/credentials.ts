import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { sha256 } from '../../canonical.ts';
import { logged } from './people.ts';
import { textOrNull, type Store } from './record.ts';

/** A key as it is listed; its secret is shown once, when it is made. */
export interface ApiKey {
  keyId: string;
  personId: string;
  label: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** A browser's session. `csrf` goes back with every request that changes something. */
export interface Session {
  personId: string;
  csrf: string;
}

/** API keys and browser sessions. Only the digests of their secrets are kept: 256 random bits need no slow hash. */
export interface Credentials {
  makeKey(
    personId: string,
    key: { label: string; expiresAt: Date | null },
    by: string,
  ): Promise<{ keyId: string; secret: string }>;
  keys(): Promise<ApiKey[]>;
  /** False when there is no such key in force. */
  revokeKey(keyId: string, by: string): Promise<boolean>;
  /** Whose key that is; undefined: unknown, expired or revoked. */
  byKey(secret: string): Promise<string | undefined>;
  openSession(personId: string, how: string): Promise<{ token: string; csrf: string }>;
  /** Undefined: unknown, expired, idle for too long or ended. `uses`: false keeps it from counting as used now. */
  bySession(token: string, uses?: boolean): Promise<Session | undefined>;
  endSession(token: string): Promise<void>;
}

const KEY_PREFIX = 'cs_';
const SESSION_MS = 12 * 60 * 60 * 1_000;
const IDLE_MS = 2 * 60 * 60 * 1_000;
/** A session is noted as seen so often at most: reading must not write each time. */
const SEEN_EVERY_MS = 60_000;

export function credentialsOf({ db, clock }: Store): Credentials {
  return {
    async makeKey(personId, { label, expiresAt }, by) {
      const secret = `${KEY_PREFIX}${random()}`;
      const keyId = randomBytes(6).toString('hex');
      const at = clock();
      await sql`
        with done as (
          insert into api_keys (key_id, person_id, secret_hash, label, created_at, expires_at)
          values (${keyId}, ${personId}, ${sha256(secret)}, ${textOrNull(label)}, ${at}::timestamptz,
            ${expiresAt}::timestamptz)
          returning 1
        )
        ${logged(at, by, 'key-made', keyId, `for ${personId}: ${label}`)} from done`.execute(db);
      return { keyId, secret };
    },

    async keys() {
      return await db
        .selectFrom('api_keys')
        .select(['key_id as keyId', 'person_id as personId', 'label', 'created_at as createdAt'])
        .select(['expires_at as expiresAt', 'revoked_at as revokedAt'])
        .orderBy('created_at')
        .execute();
    },

    async revokeKey(keyId, by) {
      const at = clock();
      const { numAffectedRows } = await sql`
        with done as (
          update api_keys set revoked_at = ${at} where key_id = ${keyId} and revoked_at is null returning 1
        )
        ${logged(at, by, 'key-revoked', keyId, '')} from done`.execute(db);
      return (numAffectedRows ?? 0n) > 0n;
    },

    async byKey(secret) {
      const row = await db
        .selectFrom('api_keys')
        .select('person_id')
        .where('secret_hash', '=', sha256(secret))
        .where('revoked_at', 'is', null)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', clock())]))
        .executeTakeFirst();
      return row?.person_id;
    },

    async openSession(personId, how) {
      const token = random();
      const csrf = random();
      const at = clock();
      const expiresAt = new Date(at.getTime() + SESSION_MS);
      await sql`
        with done as (
          insert into sessions (token_hash, person_id, csrf, created_at, seen_at, expires_at)
          values (${sha256(token)}, ${personId}, ${csrf}, ${at}::timestamptz, ${at}::timestamptz,
            ${expiresAt}::timestamptz)
          returning 1
        )
        ${logged(at, personId, 'logged-in', personId, how)} from done`.execute(db);
      return { token, csrf };
    },

    async bySession(token, uses = true) {
      const at = clock();
      const row = await db
        .selectFrom('sessions')
        .select(['person_id', 'csrf', 'seen_at'])
        .where('token_hash', '=', sha256(token))
        .where('ended_at', 'is', null)
        .where('expires_at', '>', at)
        .where('seen_at', '>', new Date(at.getTime() - IDLE_MS))
        .executeTakeFirst();
      if (!row) return undefined;
      if (uses && at.getTime() - row.seen_at.getTime() > SEEN_EVERY_MS)
        await db.updateTable('sessions').set({ seen_at: at }).where('token_hash', '=', sha256(token)).execute();
      return { personId: row.person_id, csrf: row.csrf };
    },

    async endSession(token) {
      const at = clock();
      const { rows } = await sql<{ person_id: string }>`
        update sessions set ended_at = ${at} where token_hash = ${sha256(token)} and ended_at is null
        returning person_id`.execute(db);
      const [ended] = rows;
      if (ended) await logged(at, ended.person_id, 'logged-out', ended.person_id, '').execute(db);
    },
  };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
