import pg from 'pg';

/** The role that the application works as: it may add to what must not change, but not change it. */
export const APP_ROLE = 'countersign_app';

const INT8 = 20;

/** Counts, sizes and costs stay far below 2^53, so int8 is read as a number. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Names for statement texts, the same in all connections; the ledger has a fixed number of statements. */
const names = new Map<string, string>();

/** SQLSTATE feature_not_supported: what PostgreSQL says of a prepared statement whose table has new columns. */
const OUTDATED_STATEMENT = '0A000';

/**
 * A connection that prepares each statement with parameters once. The statements of the ledger are large: parsing and
 * planning them anew each time takes PostgreSQL about a third of its work on a case.
 */
class PreparingClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [text, values, ...rest] = args;
    const send = super.query.bind(this) as (...sent: unknown[]) => never;
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return send(...args);
    const name = names.get(text) ?? `ledger-${names.size + 1}`;
    names.set(text, name);
    const sent: unknown = send({ name, text, values }, ...rest);
    // The pool replaces a connection that has ended, and the next one prepares anew.
    if (sent instanceof Promise)
      sent.catch((error: { code?: string }) => (error.code === OUTDATED_STATEMENT ? this.end() : undefined));
    return sent as never;
  }
}

/** A pool of connections that notices a dead server within seconds and never leaves a transaction open for long. */
export function openPool(url: string, { max, asOwner }: { max: number; asOwner: boolean }): pg.Pool {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    max,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 20_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'countersign',
    ...(asOwner ? {} : { options: `-c role=${APP_ROLE}` }),
  });
  surviving(pool);
  return pool;
}

/**
 * Without listeners, a connection that breaks would end the process, idle or in use. The query under way, or the next
 * one, tells its caller; the pool replaces the connection.
 */
export function surviving(pool: pg.Pool): void {
  const ignore = () => undefined;
  pool.on('error', ignore).on('connect', (client) => client.on('error', ignore));
}
