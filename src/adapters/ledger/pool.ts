import pg from 'pg';

/** The role that the application works as: it may add to what must not change, but not change it. */
export const APP_ROLE = 'countersign_app';

const INT8 = 20;

/** Counts, sizes and costs stay far below 2^53, so int8 is read as a number. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** A pool of connections that notices a dead server within seconds and never leaves a transaction open for long. */
export function openPool(url: string, { max, asOwner }: { max: number; asOwner: boolean }): pg.Pool {
  const pool = new pg.Pool({
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
  // An idle connection that breaks is replaced on next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}
