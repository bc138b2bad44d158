import type { Generated } from 'kysely';
import type { Role } from '../../domain/access.ts';

/** Tables of the directory, its keys and sessions, and the access log. */
export interface AccessTables {
  people: {
    person_id: string;
    name: string;
    email: string | null;
    roles: Role[];
    groups: string[];
    /** Null: all. */
    packs: string[] | null;
    disabled_at: Date | null;
    changed_at: Date;
  };
  absences: { person_id: string; from_at: Date; until_at: Date; substitute: string | null; changed_at: Date };
  api_keys: {
    key_id: string;
    person_id: string;
    secret_hash: string;
    label: string;
    created_at: Date;
    expires_at: Date | null;
    revoked_at: Date | null;
  };
  sessions: {
    token_hash: string;
    person_id: string;
    csrf: string;
    created_at: Date;
    seen_at: Date;
    expires_at: Date;
    ended_at: Date | null;
  };
  passkeys: {
    credential_id: string;
    person_id: string;
    /** SPKI DER, base64url. */
    public_key: string;
    sign_count: number;
    transports: string[];
    label: string;
    created_at: Date;
    last_used_at: Date | null;
    removed_at: Date | null;
    removed_by: string | null;
  };
  passkey_uses: { credential_id: string; challenge: string; sign_count: number; at: Date };
  passkey_challenges: { challenge: string; person_id: string; session: string; purpose: string; expires_at: Date };
  access_entries: {
    id: Generated<number>;
    at: Date;
    person_id: string | null;
    kind: AccessKind;
    /** Route and id, or what was changed; nothing personal beyond the ids of people. */
    subject: string;
    detail: string;
  };
}

/** Entries of the access log, which is append-only. */
export type AccessKind =
  | 'refused'
  | 'logged-in'
  | 'logged-out'
  | 'person-changed'
  | 'key-made'
  | 'key-revoked'
  | 'absence-changed'
  | 'passkey-added'
  | 'passkey-removed';
