import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Passkeys } from '../../activities/ports.ts';
import type { Passkey } from '../../domain/passkey.ts';
import { sha256 } from '../../canonical.ts';
import { logged } from './people.ts';
import { textOrNull, type Store } from './record.ts';

/** A passkey as its owner sees it. */
export interface ListedPasskey {
  credentialId: string;
  label: string;
  transports: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Who asks, in which browser session; `session`: its token against cross-site requests. */
export interface Asking {
  personId: string;
  session: string;
}

/** Passkeys of people. Each change is logged in the statement that makes it. */
export interface PasskeyRows extends Omit<Passkeys, 'party'> {
  /** In force, oldest first. */
  ofPerson(personId: string): Promise<ListedPasskey[]>;
  /** False: there is one of that id already, also a removed one. */
  add(passkey: Passkey & { signCount: number; transports: readonly string[]; label: string }): Promise<boolean>;
  /** False: the person has no such passkey in force. */
  remove(personId: string, credentialId: string, by: string): Promise<boolean>;
  /** A new challenge (base64url) that works once within five minutes, for this purpose in this session. */
  challenge(asking: Asking, purpose: string): Promise<string>;
  /** Uses it up. False: it is none, or none any more, or of another person, session or purpose. */
  useChallenge(asking: Asking, purpose: string, challenge: string): Promise<boolean>;
}

const CHALLENGE_MS = 5 * 60_000;

export function passkeysOf({ db, clock }: Store): PasskeyRows {
  const inForce = () => db.selectFrom('passkeys').where('removed_at', 'is', null);
  return {
    async hasAny(personId) {
      const query = inForce().select('credential_id').where('person_id', '=', personId);
      return (await query.limit(1).executeTakeFirst()) !== undefined;
    },

    async find(credentialId) {
      return await inForce()
        .select(['credential_id as credentialId', 'person_id as personId', 'public_key as publicKey'])
        .where('credential_id', '=', credentialId)
        .executeTakeFirst();
    },

    async use({ credentialId, challenge, signCount }) {
      return await db.transaction().execute(async (trx) => {
        // Held until the end: of two that come at once, the second sees what the first has written.
        const { rows } = await sql<{ sign_count: number }>`
          select sign_count::float8 as sign_count from passkeys
          where credential_id = ${credentialId} and removed_at is null for update`.execute(trx);
        const [known] = rows;
        if (!known) return false;
        const used = trx.selectFrom('passkey_uses').select('challenge').where('credential_id', '=', credentialId);
        const same = used.where('challenge', '=', challenge).where('sign_count', '=', signCount);
        if (signCount > 0 && (await same.executeTakeFirst())) return true;
        const counts = known.sign_count > 0 || signCount > 0;
        if (counts && signCount <= known.sign_count) return false;
        const at = clock();
        const moved = { sign_count: signCount, last_used_at: at };
        await trx.updateTable('passkeys').set(moved).where('credential_id', '=', credentialId).execute();
        const use = { credential_id: credentialId, challenge, sign_count: signCount, at };
        if (counts) await trx.insertInto('passkey_uses').values(use).execute();
        return true;
      });
    },

    async ofPerson(personId) {
      return await inForce()
        .select(['credential_id as credentialId', 'label', 'transports', 'created_at as createdAt'])
        .select('last_used_at as lastUsedAt')
        .where('person_id', '=', personId)
        .orderBy('created_at')
        .execute();
    },

    async add({ credentialId, personId, publicKey, signCount, transports, label }) {
      const at = clock();
      const { numAffectedRows } = await sql`
        with done as (
          insert into passkeys (credential_id, person_id, public_key, sign_count, transports, label, created_at)
          values (${credentialId}, ${personId}, ${publicKey}, ${signCount}, ${[...transports]}::text[],
            ${textOrNull(label)}, ${at}::timestamptz)
          on conflict do nothing returning 1
        )
        ${logged(at, personId, 'passkey-added', personId, `${label} (${short(credentialId)})`)} from done`.execute(db);
      return (numAffectedRows ?? 0n) > 0n;
    },

    async remove(personId, credentialId, by) {
      const at = clock();
      const { numAffectedRows } = await sql`
        with done as (
          update passkeys set removed_at = ${at}, removed_by = ${by}
          where credential_id = ${credentialId} and person_id = ${personId} and removed_at is null returning 1
        )
        ${logged(at, by, 'passkey-removed', personId, short(credentialId))} from done`.execute(db);
      return (numAffectedRows ?? 0n) > 0n;
    },

    async challenge({ personId, session }, purpose) {
      const at = clock();
      const challenge = randomBytes(32).toString('base64url');
      const expiresAt = new Date(at.getTime() + CHALLENGE_MS);
      await db.deleteFrom('passkey_challenges').where('expires_at', '<', at).execute();
      const row = { challenge, person_id: personId, session: sha256(session), purpose, expires_at: expiresAt };
      await db.insertInto('passkey_challenges').values(row).execute();
      return challenge;
    },

    async useChallenge({ personId, session }, purpose, challenge) {
      // Gone whatever comes of it: who asks for another purpose has used it up too.
      const gone = await db
        .deleteFrom('passkey_challenges')
        .where('challenge', '=', challenge)
        .returningAll()
        .executeTakeFirst();
      if (!gone || gone.expires_at <= clock()) return false;
      return gone.person_id === personId && gone.session === sha256(session) && gone.purpose === purpose;
    },
  };
}

/** Enough of an id to tell it in the log. */
function short(credentialId: string): string {
  return credentialId.slice(0, 12);
}
