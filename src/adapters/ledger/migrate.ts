import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { failure } from '../../failures.ts';
import { hasState, translated } from './faults.ts';
import * as ledger0001 from './migrations/0001-ledger.ts';
import * as alike0002 from './migrations/0002-alike.ts';
import * as feedAlarms0003 from './migrations/0003-feed-alarms.ts';
import * as asking0004 from './migrations/0004-asking.ts';
import * as reviewPolicy0006 from './migrations/0006-review-policy.ts';
import * as people0007 from './migrations/0007-people.ts';
import * as countersignature0008 from './migrations/0008-countersignature.ts';
import * as information0009 from './migrations/0009-information.ts';
import * as desk0010 from './migrations/0010-desk.ts';
import * as notices0011 from './migrations/0011-notices.ts';
import * as passkeys0012 from './migrations/0012-passkeys.ts';
import * as informLinks0013 from './migrations/0013-inform-links.ts';
import * as replan0014 from './migrations/0014-replan.ts';
import * as assignment0015 from './migrations/0015-assignment.ts';
import { APP_ROLE, surviving } from './pool.ts';

const MIGRATIONS: Record<string, Migration> = {
  '0001-ledger': ledger0001,
  '0002-alike': alike0002,
  '0003-feed-alarms': feedAlarms0003,
  '0004-asking': asking0004,
  '0006-review-policy': reviewPolicy0006,
  '0007-people': people0007,
  '0008-countersignature': countersignature0008,
  '0009-information': information0009,
  '0010-desk': desk0010,
  '0011-notices': notices0011,
  '0012-passkeys': passkeys0012,
  '0013-inform-links': informLinks0013,
  '0014-replan': replan0014,
  '0015-assignment': assignment0015,
};

const INSUFFICIENT_PRIVILEGE = '42501';
const DUPLICATE_OBJECT = '42710';
const UNIQUE_VIOLATION = '23505';

/**
 * Brings the database to the newest schema. Safe to call again and from many processes at once. The user of `url` owns
 * the tables; the application works as the role `countersign_app`, which is created here.
 *
 * @param log called with a line per migration that was applied
 * @throws `LedgerUnavailable` when PostgreSQL does not answer, `InvalidInput` with what an administrator has to run
 */
export async function migrate(url: string, log: (line: string) => void = () => undefined): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 });
  surviving(pool);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await ensureRole(db);
    await ensureTrigram(db);
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
    const { error, results } = await migrator.migrateToLatest();
    for (const { migrationName, status } of results ?? []) log(`Ledger migration ${migrationName}: ${status}`);
    if (error !== undefined) throw error as Error;
  } catch (error) {
    throw translated(error);
  } finally {
    await db.destroy();
  }
}

/** Roles belong to the whole server, so another database of it may have made this one already. */
async function ensureRole(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ me: string; there: boolean; mine: boolean }>`
    select current_user as me, r.oid is not null as there,
      coalesce(pg_has_role(current_user, r.oid, 'member'), false) as mine
    from (select 1) as one left join pg_roles r on r.rolname = ${APP_ROLE}`.execute(db);
  const [found] = rows;
  if (!found || found.mine) return;
  try {
    if (!found.there) await sql`create role ${sql.id(APP_ROLE)} nologin`.execute(db).catch(unlessThere);
    await sql`grant ${sql.id(APP_ROLE)} to ${sql.id(found.me)}`.execute(db);
  } catch (error) {
    if (!hasState(error, INSUFFICIENT_PRIVILEGE)) throw error;
    const create = found.there ? '' : `CREATE ROLE ${APP_ROLE} NOLOGIN; `;
    throw needsAdmin(`may not manage roles`, `${create}GRANT ${APP_ROLE} TO "${found.me}";`);
  }
}

function unlessThere(error: unknown): void {
  if (!hasState(error, DUPLICATE_OBJECT) && !hasState(error, UNIQUE_VIOLATION)) throw error;
}

async function ensureTrigram(db: Kysely<unknown>): Promise<void> {
  try {
    // Two sessions creating it at the same moment: one fails on the catalogue's unique index, and it is there.
    await sql`create extension if not exists pg_trgm`.execute(db).catch(unlessThere);
  } catch (error) {
    if (hasState(error, INSUFFICIENT_PRIVILEGE))
      throw needsAdmin('may not create extensions', 'CREATE EXTENSION IF NOT EXISTS pg_trgm;');
    throw error;
  }
}

function needsAdmin(lack: string, run: string): Error {
  return failure(
    'InvalidInput',
    `DATABASE_URL: its user ${lack}. Have an administrator run once, in that database: ${run}`,
  );
}
