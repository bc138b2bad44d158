import { type Kysely, type Selectable, type Transaction, sql } from 'kysely';
import type { DecisionRecord, EffectState, Judged, Reviews } from '../../activities/ports.ts';
import type { Refusal, Verdict } from '../../domain/verdict.ts';
import { decisionEntry, decisionOf, decisionOnTask, insertDecision } from './decisions.ts';
import { json, sha256 } from './json.ts';
import { type Entry, type Store, recordInCase, textOrNull } from './record.ts';
import { taskRow } from './tasks.ts';
import type { Tables } from './tables.ts';

type VerdictPart = Pick<Reviews, 'record' | 'former' | 'malformed' | 'deadline'>;
type Recorded = Parameters<Reviews['record']>[0];
type Task = Selectable<Tables['review_tasks']>;

/** Verdicts, and the decisions they and deadlines make. Everything here holds the lock of the case row first. */
export function verdictsOf({ db, clock }: Store): VerdictPart {
  return {
    async record(input) {
      return await db.transaction().execute(async (trx) => {
        if (!(await lockCase(trx, input.caseId))) return unknownCase(input);
        return await record(trx, input, clock());
      });
    },

    async former(caseId, verdictId) {
      const row = await verdictRow(db, caseId, verdictId);
      return row && { contentHash: row.content_hash, judged: await judgedOf(db, row) };
    },

    async malformed(caseId, channel, refusal, verdictId) {
      const at = clock();
      // Under an id of its own, so that the same id can still carry the verdict once it is well-formed.
      const id = `malformed/${sha256(`${verdictId}\n${refusal.message}`).slice(0, 32)}`;
      await sql`
        with done as (
          insert into verdicts (case_id, verdict_id, content_hash, channel, verdict, by_name, seen, body, accepted,
            refusal, at)
          select case_id, ${id}, '', ${channel}, 'malformed', '', '', '{}', false, ${json(refusal)}::jsonb, ${at}
          from cases where case_id = ${caseId} on conflict do nothing returning 1
        )
        select ${recordInCase(caseId, at, [['verdict-refused', { verdictId, channel, refusal }]])} from done
      `.execute(db);
    },

    async deadline(caseId, taskNo, kind) {
      return await db.transaction().execute(async (trx) => {
        const at = clock();
        await lockCase(trx, caseId);
        const task = await taskRow(trx, caseId, taskNo);
        if (!task) throw new TypeError(`no review task ${taskNo} to end`);
        if (task.closed_at !== null) return await decisionOnTask(trx, caseId, taskNo);
        const passed: Entry = ['deadline', { taskNo, kind }];
        if (kind === 'reject') {
          const by = { kind: 'policy', rule: 'deadline' } as const;
          const reason = 'Nobody answered by the deadline';
          return await decide(trx, { caseId, kind, by, output: null, effects: [], reason, taskNo }, at, [passed]);
        }
        await sql`
          with done as (
            update review_tasks set deadline_passed_at = ${at}
            where case_id = ${caseId} and task_no = ${taskNo} and deadline_passed_at is null returning 1
          )
          select ${recordInCase(caseId, at, [passed])} from done`.execute(trx);
        return undefined;
      });
    },
  };
}

async function record(trx: Transaction<Tables>, input: Recorded, at: Date): Promise<Judged> {
  const { caseId, verdict, contentHash } = input;
  let verdictId = verdict.verdictId;
  for (const id of [verdictId, `${verdictId}#${contentHash.slice(0, 16)}`]) {
    const former = await verdictRow(trx, caseId, id);
    if (former?.content_hash === contentHash) return await judgedOf(trx, former);
    verdictId = id;
    if (!former) break;
  }
  const refuse = async (refusal: Refusal, adopted?: DecisionRecord): Promise<Judged> => {
    const taskNo = adopted?.taskNo ?? null;
    await insertVerdict(trx, input, {
      verdictId,
      at,
      accepted: false,
      refusal,
      taskNo,
      decisionNo: adopted?.decisionNo,
    });
    const entry = { ...verdictEntry(input), taskNo, refusal };
    await sql`select ${recordInCase(caseId, at, [['verdict-refused', entry]])}`.execute(trx);
    return adopted ? { kind: 'refused', refusal, adopted } : { kind: 'refused', refusal };
  };
  if (verdictId !== verdict.verdictId && !input.refusal) {
    const message = `verdictId: "${verdict.verdictId}" was used for another verdict; use a new one`;
    return await refuse({ code: 'verdict-id-reused', message });
  }
  if (input.refusal) return await refuse(input.refusal);

  const taskNo = (input.decide ?? input.confirm ?? input.retry)?.taskNo;
  if (taskNo === undefined) throw new TypeError('record: one of refusal, decide, confirm and retry is needed');
  const task = await taskRow(trx, caseId, taskNo);
  if (!task || task.closed_at !== null) {
    const message = `The question ${taskNo} was already answered.`;
    return await refuse({ code: 'already-decided', message }, await decisionOnTask(trx, caseId, taskNo));
  }

  const accepted: Entry = ['verdict-accepted', { ...verdictEntry(input), taskNo }];
  if (input.decide) {
    const { kind, output, effects } = input.decide;
    const by = { kind: 'reviewer', name: verdict.by } as const;
    const abandoned = kind === 'reject' ? await settleInDoubt(trx, task, 'abandoned', at) : [];
    const reason = verdict.reason ?? null;
    const made = { caseId, kind, by, output, effects, reason, taskNo };
    const decision = await decide(trx, made, at, [accepted, ...abandoned]);
    await insertVerdict(trx, input, { verdictId, at, accepted: true, taskNo, decisionNo: decision.decisionNo });
    return { kind: 'accepted', decision };
  }
  await insertVerdict(trx, input, { verdictId, at, accepted: true, taskNo });
  await closeTask(trx, caseId, taskNo, at);
  const state = task.kind === 'compensation' ? 'compensated' : 'applied';
  const settled = await settleInDoubt(trx, task, input.confirm ? state : 'pending', at);
  const stage = task.kind === 'compensation' ? 'compensating' : 'writing';
  await sql`select ${recordInCase(caseId, at, [accepted, ...settled], { stage })}`.execute(trx);
  return { kind: 'accepted', decision: null, settled: input.confirm ? 'by-hand' : 'try-again' };
}

/** Records a decision on an open task, closes the task, and on a rejection the case. */
async function decide(
  trx: Transaction<Tables>,
  made: Omit<DecisionRecord, 'decisionNo'>,
  at: Date,
  entries: Entry[],
): Promise<DecisionRecord> {
  const { caseId, taskNo, by, reason } = made;
  const last = await sql<{ no: number }>`
    select coalesce(max(decision_no), 0)::int as no from decisions where case_id = ${caseId}`.execute(trx);
  const decision = { ...made, decisionNo: (last.rows[0]?.no ?? 0) + 1 };
  await insertDecision(decision, at).execute(trx);
  if (taskNo !== null) await closeTask(trx, caseId, taskNo, at);
  const rejected = { outcome: 'rejected', by: by.kind === 'reviewer' ? by.name : by.rule } as const;
  const close = reason === null ? rejected : { ...rejected, reason };
  const change = made.kind === 'reject' ? { close } : { stage: 'deciding' as const };
  await sql`select ${recordInCase(caseId, at, [...entries, decisionEntry(decision)], change)}`.execute(trx);
  return decision;
}

/**
 * What a verdict does to the effect that its task is about. `pending` means try again: the write of an effect whose
 * outcome is unknown, or the compensation of an applied one. Returns the entries that tell it.
 */
async function settleInDoubt(
  trx: Transaction<Tables>,
  task: Task,
  to: Extract<EffectState, 'applied' | 'compensated' | 'abandoned' | 'pending'>,
  at: Date,
): Promise<Entry[]> {
  const key = task.effect_key;
  if (key === null) return [];
  const byHand = { key, byHand: true };
  if (to === 'pending') {
    if (task.kind === 'compensation') await sql`update effects set undo_called = false where key = ${key}`.execute(trx);
    else await sql`update effects set calls = 0, state = 'pending' where key = ${key}`.execute(trx);
    return [['effect-retry', { key, undo: task.kind === 'compensation' }]];
  }
  const reference = to === 'applied' ? 'confirmed by hand' : null;
  await sql`update effects set state = ${to}, reference = coalesce(${reference}::text, reference), settled_at = ${at}
    where key = ${key}`.execute(trx);
  if (to === 'applied') return [['effect-applied', { ...byHand, reference }]];
  await sql`delete from business_identities where key = ${key}`.execute(trx);
  return [[to === 'compensated' ? 'compensated' : 'effect-abandoned', byHand]];
}

async function closeTask(trx: Transaction<Tables>, caseId: string, taskNo: number, at: Date): Promise<void> {
  await sql`
    with closed as (
      update review_tasks set closed_at = ${at} where case_id = ${caseId} and task_no = ${taskNo}
    )
    update outbox set cancelled_at = ${at}
    where case_id = ${caseId} and task_no = ${taskNo} and sent_at is null and cancelled_at is null`.execute(trx);
}

async function lockCase(trx: Transaction<Tables>, caseId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from cases where case_id = ${caseId} for no key update`.execute(trx);
  return rows.length > 0;
}

/** A message to a workflow that was started past the client can come before its case: refused, with nothing to attach it to. */
function unknownCase({ refusal }: Recorded): Judged {
  const notWaiting = { code: 'case-not-waiting', message: 'The case is not waiting for a verdict.' } as const;
  return { kind: 'refused', refusal: refusal ?? notWaiting };
}

interface VerdictRow {
  verdictId: string;
  at: Date;
  accepted: boolean;
  refusal?: Refusal;
  taskNo: number | null;
  decisionNo?: number | undefined;
}

async function insertVerdict(trx: Transaction<Tables>, input: Recorded, row: VerdictRow): Promise<void> {
  const { caseId, verdict, channel, contentHash } = input;
  await sql`
    insert into verdicts (case_id, verdict_id, content_hash, channel, verdict, by_name, seen, body, accepted, refusal,
      task_no, decision_no, at)
    values (${caseId}, ${row.verdictId}, ${contentHash}, ${channel}, ${verdict.verdict}, ${textOrNull(verdict.by)},
      ${textOrNull(verdict.seen)}, ${json(verdict)}::jsonb, ${row.accepted}::boolean,
      ${row.refusal ? json(row.refusal) : null}::jsonb, ${row.taskNo}::int, ${row.decisionNo ?? null}::int, ${row.at})
  `.execute(trx);
}

function verdictEntry({ verdict, channel, contentHash }: Recorded): Record<string, unknown> {
  const { verdictId, verdict: said, by, seen, reason }: Verdict = verdict;
  return { verdictId, verdict: said, by, seen, reason, channel, contentHash };
}

async function verdictRow(db: Kysely<Tables>, caseId: string, verdictId: string) {
  const query = db.selectFrom('verdicts').selectAll().where('case_id', '=', caseId);
  return await query.where('verdict_id', '=', verdictId).executeTakeFirst();
}

async function judgedOf(db: Kysely<Tables>, row: Selectable<Tables['verdicts']>): Promise<Judged> {
  const { case_id: caseId, decision_no: decisionNo } = row;
  const found =
    decisionNo === null
      ? undefined
      : await db
          .selectFrom('decisions')
          .selectAll()
          .where('case_id', '=', caseId)
          .where('decision_no', '=', decisionNo)
          .executeTakeFirst();
  const decision = found && decisionOf(found);
  if (row.refusal) {
    return decision
      ? { kind: 'refused', refusal: row.refusal, adopted: decision }
      : { kind: 'refused', refusal: row.refusal };
  }
  if (decision) return { kind: 'accepted', decision };
  return { kind: 'accepted', decision: null, settled: row.verdict === 'confirm' ? 'by-hand' : 'try-again' };
}
