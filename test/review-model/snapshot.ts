import type { Ledger } from '../../src/adapters/ledger/ledger.ts';

/** All that a message that is refused must leave as it is, and the kinds of the audit entries, which it adds one to. */
export async function snapshotOf(ledger: Ledger, caseId: string): Promise<{ state: unknown; trail: string[] }> {
  const file = await ledger.reads.caseFile(caseId);
  if (!file) throw new Error('the case is gone');
  const { record, tasks, decisions, effects, information, audit } = file;
  const query = ledger.db.selectFrom('outbox').select('id').where('case_id', '=', caseId);
  const waiting = await query.where('cancelled_at', 'is', null).orderBy('id').execute();
  const { stage, outcome } = record;
  return {
    state: { stage, outcome, tasks, decisions, effects, information, waiting },
    trail: audit.map((entry) => entry.kind),
  };
}
