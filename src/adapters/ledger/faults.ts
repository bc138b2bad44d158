import pg from 'pg';
import { failure } from '../../failures.ts';

/**
 * SQLSTATE classes and codes that pass: no connection, no resources, shutdown, a lost race, a read-only standby, a
 * statement that was prepared before a migration.
 */
const PASSING = /^(?:08|53|57|58|XX|40001|40P01|55P03|25006|25P0|0A000)/;
/** Codes that the ledger's own functions raise. */
const NO_SUCH_CASE = 'CS404';
const APPEND_ONLY = 'CS405';
const NO_SUCH_CHARACTER = '22021';
export const IDENTITY_TAKEN = 'CS409';
export const NOT_DECIDED = 'CS410';
export const FOREIGN_KEY = '23503';

/**
 * What a fault of PostgreSQL or its connection is to callers. A passing one becomes `LedgerUnavailable`, so that Temporal
 * retries. Messages, details and parameters of PostgreSQL may hold values, so only codes and names are passed on.
 */
export function translated(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    if (code === NO_SUCH_CASE) return failure('InvalidInput', 'caseId: the ledger has no such case');
    if (code === APPEND_ONLY) return new Error('audit_entries is append-only');
    if (code === NO_SUCH_CHARACTER) return failure('InvalidInput', 'a NUL character cannot stand in an id');
    if (PASSING.test(code)) return failure('LedgerUnavailable', `PostgreSQL could not do it now (SQLSTATE ${code})`);
    const where = [error.table, error.constraint, error.column].filter(Boolean).join(', ');
    return new Error(`The ledger refused the statement (SQLSTATE ${code}${where && `: ${where}`})`);
  }
  if (!(error instanceof Error) || !isConnectionFault(error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return failure('LedgerUnavailable', `PostgreSQL did not answer${code}; is it running, and is DATABASE_URL right?`);
}

/** Wraps every method of a part of the ledger so that it throws what `translated` makes of a fault. */
export function guarded<Part extends object>(part: Part): Part {
  const wrapped = Object.entries(part).map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await (method as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw translated(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Part;
}

/** True for an error of PostgreSQL with that SQLSTATE. */
export function hasState(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code;
}

function isConnectionFault(error: Error): boolean {
  if ('syscall' in error || error instanceof AggregateError) return true;
  return /connection|timeout|terminated|client was closed|driver has already been destroyed|after calling end/i.test(
    error.message,
  );
}
