import { type Kysely, type RawBuilder, type Selectable, type Transaction, sql } from 'kysely';
import type { CameTo, Judged, Reviews } from '../../activities/review-ports.ts';
import { hashOfCountersignature } from '../../countersignature/statement.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { decisionOf } from './decisions.ts';
import { json } from '../../canonical.ts';
import { textOrNull } from './record.ts';
import type { Tables } from './tables.ts';

/** A verdict as it comes to be recorded. */
export type Recorded = Parameters<Reviews['record']>[0];

/** What the ledger adds to it. */
export interface VerdictEnd {
  verdictId: string;
  at: Date;
  refusal?: Refusal;
  taskNo: number | null;
  /** The decision that the verdict made, or, for a refused one, the decision it came too late for. */
  decisionNo?: number | undefined;
  /** What it came to, where that is no decision. */
  cameTo?: CameTo;
}

/** The insert of a verdict, to be part of a statement that records it in the case too. */
export function insertVerdict(
  { caseId, verdict, channel, contentHash, authentication }: Recorded,
  end: VerdictEnd,
): RawBuilder<unknown> {
  const { verdictId, at, refusal, taskNo, decisionNo, cameTo } = end;
  return sql`
    insert into verdicts (case_id, verdict_id, content_hash, channel, verdict, by_name, seen, body, accepted, refusal,
      task_no, decision_no, at, came_to, authentication)
    values (${caseId}, ${verdictId}, ${contentHash}, ${channel}, ${verdict.verdict}, ${textOrNull(verdict.by)},
      ${textOrNull(verdict.seen)}, ${json(verdict)}::jsonb, ${refusal === undefined}::boolean,
      ${refusal ? json(refusal) : null}::jsonb, ${taskNo}::int, ${decisionNo ?? null}::int, ${at}::timestamptz,
      ${cameTo ? json(cameTo) : null}::jsonb, ${authentication ? json(authentication) : null}::jsonb)`;
}

/** What the audit trail keeps of a verdict; an amendment's output is in the decision's own entry. */
export function verdictEntry({
  verdict,
  channel,
  contentHash,
  authentication,
  countersignature,
}: Recorded): Record<string, unknown> {
  const { verdictId, verdict: said, by, seen, reason } = verdict;
  const code = 'reasonCode' in verdict ? { reasonCode: verdict.reasonCode } : {};
  const entry = { verdictId, verdict: said, by, seen, reason, ...code, channel, contentHash, authentication };
  if (!countersignature) return entry;
  const { digest, amendedDigest } = countersignature.statement;
  return { ...entry, digest, amendedDigest, countersignature: hashOfCountersignature(countersignature) };
}

/** Keeps what the service signed for a verdict that was taken. Again: no change. */
export async function keepSigned(
  trx: Transaction<Tables>,
  { caseId, verdict: { verdictId }, countersignature }: Recorded,
): Promise<void> {
  if (!countersignature) return;
  await sql`
    insert into countersignatures (case_id, verdict_id, statement, signature)
    values (${caseId}, ${verdictId}, ${json(countersignature.statement)}::jsonb, ${countersignature.signature})
    on conflict do nothing`.execute(trx);
}

/** What was answered to a recorded verdict. */
export async function judgedOf(db: Kysely<Tables>, row: Selectable<Tables['verdicts']>): Promise<Judged> {
  const { case_id: caseId, decision_no: decisionNo, refusal } = row;
  const query = db.selectFrom('decisions').selectAll().where('case_id', '=', caseId);
  const found = decisionNo === null ? undefined : await query.where('decision_no', '=', decisionNo).executeTakeFirst();
  const decision = found && decisionOf(found);
  if (refusal) return decision ? { kind: 'refused', refusal, adopted: decision } : { kind: 'refused', refusal };
  if (decisionNo !== null && row.verdict === 'withdraw')
    return { kind: 'accepted', decision: null, withdrawn: decisionNo };
  if (decision) return { kind: 'accepted', decision };
  if (row.came_to) return { kind: 'accepted', decision: null, ...row.came_to };
  return { kind: 'accepted', decision: null, settled: row.verdict === 'confirm' ? 'by-hand' : 'try-again' };
}
