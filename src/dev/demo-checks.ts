import { sql } from 'kysely';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import type { BookEntry } from './books.ts';
import type { Finished } from './demo-report.ts';

/**
 * Where the ledger disagrees with what others counted for themselves: the stand-in model its calls and tokens, the
 * business system its books, the audit chains their own hashes. Empty when all agree.
 */
export async function disagreements(
  ledger: Ledger,
  finished: readonly Finished[],
  books: readonly BookEntry[],
  modelUrl: string | undefined,
): Promise<string[]> {
  const faults: string[] = [];
  if (modelUrl !== undefined) faults.push(...(await modelDisagreements(ledger, modelUrl)));
  faults.push(...bookDisagreements(finished, books));
  for (const { caseId, seq, fault } of await ledger.audit.verifyChains({}))
    faults.push(`audit chain of ${caseId}, entry ${seq}: ${fault}`);
  return faults;
}

async function modelDisagreements(ledger: Ledger, modelUrl: string): Promise<string[]> {
  const response = await fetch(`${modelUrl}/admin/calls`);
  const { calls } = (await response.json()) as { calls: { id: string; inputTokens: number; outputTokens: number }[] };
  const { rows } = await sql<{ response_id: string; input_tokens: number; output_tokens: number }>`
    select response_id, input_tokens, output_tokens from model_calls where response_id <> ''`.execute(ledger.db);
  const recorded = new Map(rows.map((row) => [row.response_id, row]));
  const faults = calls.flatMap(({ id, inputTokens, outputTokens }) => {
    const row = recorded.get(id);
    if (!row) return [`the model answered ${id}, the ledger does not know it`];
    return row.input_tokens === inputTokens && row.output_tokens === outputTokens
      ? []
      : [`${id}: the model counted other tokens than the ledger`];
  });
  return rows.length === calls.length
    ? faults
    : [...faults, `the model answered ${calls.length} calls, the ledger has ${rows.length}`];
}

function bookDisagreements(finished: readonly Finished[], books: readonly BookEntry[]): string[] {
  const booked = new Map(books.filter(({ kind }) => kind === 'entry').map((entry) => [entry.id, entry]));
  const applied = finished.flatMap(({ file }) => file?.effects.filter(({ state }) => state === 'applied') ?? []);
  const faults = applied.flatMap(({ key, reference }) => {
    const entry = booked.get(reference ?? '');
    return entry && entry.reference === key && !entry.reversed
      ? []
      : [`${key}: applied in the ledger, not in the books`];
  });
  const references = new Set(applied.map(({ reference }) => reference));
  for (const { id, collection, kind, reversed } of books) {
    if (kind === 'entry' && collection !== 'notices' && !reversed && !references.has(id))
      faults.push(`${collection} ${id}: booked, but not in the ledger`);
  }
  return faults;
}
