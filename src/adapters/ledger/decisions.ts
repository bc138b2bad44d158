import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { DecisionRecord, Reviews } from '../../activities/review-ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { json } from '../../canonical.ts';
import { type Entry, type Store, recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';

type DecisionPart = Pick<Reviews, 'decideByPolicy' | 'decision' | 'latestDecision' | 'acceptedVerdict'>;

/** Decisions: numbered from 1 per case, at most one per review task and one straight through, never changed. */
export function decisionsOf({ db, clock }: Store): DecisionPart {
  return {
    async decideByPolicy(input) {
      const { caseId } = input;
      // Nearly always the first decision of its case; when it is not, the number is taken again after a look.
      for (let decisionNo = 1; ;) {
        const at = clock();
        const decision: DecisionRecord = { ...input, decisionNo };
        const { rows } = await sql`
          with done as (${insertDecision(decision, at)} on conflict do nothing returning 1)
          select ${recordInCase(caseId, at, [decisionEntry(decision)], { stage: 'deciding' })} from done`.execute(db);
        if (rows.length > 0) return decision;
        const all = await decisionsOfCase(db, caseId);
        const same = all.find((one) => one.taskNo === input.taskNo && one.by.kind === input.by.kind);
        if (same) return same;
        decisionNo = (all.at(-1)?.decisionNo ?? 0) + 1;
      }
    },

    async decision(caseId, decisionNo) {
      const query = db.selectFrom('decisions').selectAll().where('case_id', '=', caseId);
      const row = await query.where('decision_no', '=', decisionNo).executeTakeFirst();
      return row && decisionOf(row);
    },

    async latestDecision(caseId) {
      return (await decisionsOfCase(db, caseId)).at(-1);
    },

    async acceptedVerdict(caseId) {
      const { rows } = await sql<{ body: Verdict }>`
        select v.body from verdicts v
        where v.case_id = ${caseId} and v.accepted and v.verdict <> 'withdraw'
          and v.decision_no = (select max(decision_no) from decisions where case_id = ${caseId})`.execute(db);
      return rows[0]?.body;
    },
  };
}

/** All decisions of a case, oldest first. */
async function decisionsOfCase(db: Kysely<Tables>, caseId: string): Promise<DecisionRecord[]> {
  const query = db.selectFrom('decisions').selectAll().where('case_id', '=', caseId);
  return (await query.orderBy('decision_no').execute()).map(decisionOf);
}

/** The decision that ended a task, by a reviewer or by its deadline. */
export async function decisionOnTask(
  db: Kysely<Tables>,
  caseId: string,
  taskNo: number,
): Promise<DecisionRecord | undefined> {
  const query = db.selectFrom('decisions').selectAll().where('case_id', '=', caseId);
  const row = await query.where('task_no', '=', taskNo).executeTakeFirst();
  return row && decisionOf(row);
}

/** The insert of a decision, to be part of a statement that records it in the case too. */
export function insertDecision(decision: DecisionRecord, at: Date): RawBuilder<unknown> {
  const { caseId, decisionNo, kind, by, output, effects, reason, taskNo, grounds = null, undo, approvedBy } = decision;
  const { facts, seal } = decision;
  return sql`
    insert into decisions (case_id, decision_no, kind, by_kind, by_name, output, effects, reason, task_no, grounds, undo,
      approved_by, at, facts, seal)
    values (${caseId}, ${decisionNo}::int, ${kind}, ${by.kind}, ${textOrNull(nameOf(by))},
      ${output === null ? null : json(output)}::jsonb, ${json(effects)}::jsonb, ${textOrNull(reason)},
      ${taskNo}::int, ${grounds === null ? null : json(grounds)}::jsonb,
      ${undo ? json(undo) : null}::jsonb, ${approvedBy ? json(approvedBy) : null}::jsonb, ${at}::timestamptz,
      ${facts ? json(facts) : null}::jsonb, ${seal ? json(seal) : null}::jsonb)`;
}

/** The audit entry of a decision: whole, because it alone must explain what took effect. */
export function decisionEntry({ caseId: _, ...decision }: DecisionRecord): Entry {
  return ['decision', decision];
}

/** The name under which a decision stands: the reviewer's, or the policy's rule. */
export function nameOf(by: DecisionRecord['by']): string {
  return by.kind === 'reviewer' ? by.name : by.rule;
}

export function decisionOf(row: Selectable<Tables['decisions']>): DecisionRecord {
  const by =
    row.by_kind === 'policy' ? { kind: row.by_kind, rule: row.by_name } : { kind: row.by_kind, name: row.by_name };
  return {
    caseId: row.case_id,
    decisionNo: row.decision_no,
    kind: row.kind,
    by,
    output: row.output,
    effects: row.effects,
    reason: row.reason,
    taskNo: row.task_no,
    ...(row.grounds === null ? {} : { grounds: row.grounds }),
    ...(row.facts === null ? {} : { facts: row.facts }),
    ...(row.seal === null ? {} : { seal: row.seal }),
    ...(row.undo === null ? {} : { undo: row.undo }),
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
  };
}
