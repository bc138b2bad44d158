import { type Kysely, type RawBuilder, type Transaction, sql } from 'kysely';
import type { Authentication } from '../../domain/attestation.ts';
import type { CaseOutcome, Stage } from '../../domain/case.ts';
import { type AuditKind, entryStart } from './audit-chain.ts';
import { storable } from '../../canonical.ts';
import type { Tables } from './tables.ts';

/** What every part of the ledger works with. */
export interface Store {
  db: Kysely<Tables>;
  clock: () => Date;
}

export type Entry = [kind: AuditKind, data: Record<string, unknown>];

/** What an entry changes on the case row besides the audit head. */
interface Change {
  stage?: Stage;
  /** Ends the case, with an entry `closed`, where the one rule in `record_in_case` allows it. */
  close?: { outcome: CaseOutcome; by: string; reason?: string; authentication?: Authentication };
}

/**
 * The SQL call that appends audit entries to a case. It belongs in the statement that records what the entries tell,
 * selected from what that statement really changed, so that a repeat writes nothing:
 * `with done as (insert ... on conflict do nothing returning 1) select ${recordInCase(...)} from done`.
 */
export function recordInCase(
  caseId: string,
  at: Date,
  entries: readonly Entry[],
  { stage, close }: Change = {},
): RawBuilder<number> {
  const starts = entries.map(([kind, data]) => entryStart(caseId, at, kind, data));
  const closing = close && entryStart(caseId, at, 'closed', { ...close });
  return sql<number>`record_in_case(${caseId}, ${at}::timestamptz, ${starts}::text[], ${stage ?? null}::text,
    ${close?.outcome ?? null}::text, ${textOrNull(close?.reason)}::text, ${closing ?? null}::text)`;
}

/**
 * Runs `act` in a transaction that has the lock of the case row first, as whatever else changes a case does: in another
 * order two of them would wait for each other.
 */
export async function lockingCase<T>(
  db: Kysely<Tables>,
  caseId: string,
  act: (trx: Transaction<Tables>, isThere: boolean) => Promise<T>,
): Promise<T> {
  return await db.transaction().execute(async (trx) => {
    const { rows } = await sql`select from cases where case_id = ${caseId} for no key update`.execute(trx);
    return await act(trx, rows.length > 0);
  });
}

/** Text for a nullable column. */
export function textOrNull(text: string | null | undefined): string | null {
  return text === undefined || text === null ? null : storable(text);
}
