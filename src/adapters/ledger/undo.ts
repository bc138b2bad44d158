import { type Transaction, sql } from 'kysely';
import type { Judged } from '../../activities/review-ports.ts';
import type { CaseOutcome, Stage } from '../../domain/case.ts';
import type { UndoWindow } from '../../domain/decision.ts';
import { withdrawalRefusalOf } from '../../domain/undo.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';
import { type Recorded, insertVerdict, verdictEntry } from './verdict-rows.ts';

/**
 * Takes the latest decision back, under the lock of the case row. The stage is what a withdrawal and the end of the
 * window contend for: whoever changes it first has it.
 */
export async function withdraw(
  trx: Transaction<Tables>,
  input: Recorded,
  verdictId: string,
  at: Date,
): Promise<Judged | { refusal: Refusal }> {
  const { caseId, verdict } = input;
  const { rows } = await sql<{
    outcome: CaseOutcome | null;
    stage: Stage;
    decision_no: number | null;
    task_no: number | null;
    undo: UndoWindow | null;
    by_name: string | null;
  }>`
    select c.outcome, c.stage, d.decision_no, d.task_no, d.undo, w.by_name
    from cases c left join lateral (
      select * from decisions where case_id = c.case_id order by decision_no desc limit 1
    ) d on true left join withdrawn_decisions w on w.case_id = c.case_id and w.decision_no = d.decision_no
    where c.case_id = ${caseId}`.execute(trx);
  const [row] = rows;
  if (!row) throw new TypeError(`no case ${caseId} to withdraw a decision of`);
  const { outcome, stage, decision_no: decisionNo, task_no: taskNo } = row;
  const standing = { caseId, outcome, stage, undo: row.undo ?? undefined, withdrawnBy: row.by_name ?? undefined };
  const refusal = withdrawalRefusalOf(verdict.seen, standing, at);
  if (refusal || decisionNo === null) {
    return { refusal: refusal ?? { code: 'nothing-to-withdraw', message: 'Nothing was decided.' } };
  }
  const { by, reason } = verdict;
  await sql`
    with gone as (
      insert into withdrawn_decisions (case_id, decision_no, by_name, reason, at)
      values (${caseId}, ${decisionNo}::int, ${textOrNull(by)}, ${textOrNull(reason)}, ${at}::timestamptz)
    ), verdict as (${insertVerdict(input, { verdictId, at, taskNo, decisionNo })})
    select ${recordInCase(
      caseId,
      at,
      [
        ['verdict-accepted', { ...verdictEntry(input), taskNo }],
        ['decision-withdrawn', { decisionNo, by, reason }],
      ],
      { stage: 'proposing' },
    )}`.execute(trx);
  return { kind: 'accepted', decision: null, withdrawn: decisionNo };
}

/** Ends the window. Again: no change, and the same answer. */
export async function endUndo(
  trx: Transaction<Tables>,
  caseId: string,
  decisionNo: number,
  at: Date,
): Promise<{ by: string; reason?: string } | undefined> {
  const query = trx.selectFrom('withdrawn_decisions').select(['by_name as by', 'reason']);
  const row = await query.where('case_id', '=', caseId).where('decision_no', '=', decisionNo).executeTakeFirst();
  if (row) return row.reason === null ? { by: row.by } : { by: row.by, reason: row.reason };
  await sql`
    select ${recordInCase(caseId, at, [['undo-window-over', { decisionNo }]], { stage: 'deciding' })}
    from cases where case_id = ${caseId} and stage = 'undo-window'`.execute(trx);
  return undefined;
}
