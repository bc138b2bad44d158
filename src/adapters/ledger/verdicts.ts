import { type RawBuilder, type Selectable, type Transaction, sql } from 'kysely';
import type { EffectState } from '../../activities/effect-ports.ts';
import type { DecisionRecord, Judged, Reviews } from '../../activities/review-ports.ts';
import { withApproval } from '../../domain/policy.ts';
import { approvedBefore, type Refusal } from '../../domain/verdict.ts';
import { askSubmitter } from './ask-submitter.ts';
import { askAnew, countApproval } from './approvals.ts';
import { decisionEntry, decisionOnTask, insertDecision, nameOf } from './decisions.ts';
import { openRequest } from './information-rows.ts';
import { json, sha256 } from '../../canonical.ts';
import { move } from './moves.ts';
import { type Entry, type Store, lockingCase, recordInCase } from './record.ts';
import { taskRow } from './tasks.ts';
import type { Tables } from './tables.ts';
import { handOver } from './hand-over.ts';
import { endUndo, withdraw } from './undo.ts';
import { type Recorded, insertVerdict, judgedOf, keepSigned, verdictEntry } from './verdict-rows.ts';

type VerdictPart = Pick<Reviews, 'record' | 'former' | 'malformed' | 'deadline' | 'endUndo'>;
type Task = Selectable<Tables['review_tasks']>;

/** Verdicts, and the decisions they and deadlines make. What judges holds the lock of the case row first. */
export function verdictsOf({ db, clock }: Store): VerdictPart {
  return {
    async record(input) {
      return await lockingCase(db, input.caseId, async (trx, isThere) => {
        if (!isThere) return unknownCase(input);
        const judged = await record(trx, input, clock());
        if (judged.kind === 'accepted') await keepSigned(trx, input);
        return judged;
      });
    },

    async former(caseId, verdictId) {
      const query = db.selectFrom('verdicts').selectAll().where('case_id', '=', caseId);
      const row = await query.where('verdict_id', '=', verdictId).executeTakeFirst();
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
          select case_id, ${id}, '', ${channel}, 'malformed', '', '', '{}', false, ${json(refusal)}::jsonb,
            ${at}::timestamptz
          from cases where case_id = ${caseId} on conflict do nothing returning 1
        )
        select ${recordInCase(caseId, at, [['verdict-refused', { verdictId, channel, refusal }]])} from done
      `.execute(db);
    },

    async deadline(caseId, taskNo, kind, handTo) {
      return await lockingCase(db, caseId, async (trx) => {
        const at = clock();
        const task = await taskRow(trx, caseId, taskNo);
        if (!task) throw new TypeError(`no review task ${taskNo} to end`);
        if (task.closed_at !== null) return await decisionOnTask(trx, caseId, taskNo);
        // While the submitter is asked, the reviewers' time does not run.
        if (await openRequest(trx, caseId, taskNo)) return undefined;
        const passed: Entry = ['deadline', { taskNo, kind: handTo ? 'hand-to' : kind, to: handTo?.group }];
        if (kind === 'reject') {
          const by = { kind: 'policy', rule: 'deadline' } as const;
          const reason = 'Nobody answered by the deadline';
          const made = { caseId, kind, by, output: null, effects: [], reason, taskNo };
          return await decide(trx, task, made, at, [passed]);
        }
        if (handTo) return await handOver(trx, task, handTo, passed, at);
        await sql`
          with done as (
            update review_tasks set deadline_passed_at = ${at}
            where case_id = ${caseId} and task_no = ${taskNo} and deadline_passed_at is null returning 1
          )
          select ${recordInCase(caseId, at, [passed])} from done`.execute(trx);
        return undefined;
      });
    },

    endUndo: async (caseId, decisionNo) =>
      await lockingCase(db, caseId, async (trx) => await endUndo(trx, caseId, decisionNo, clock())),
  };
}

async function record(trx: Transaction<Tables>, given: Recorded, at: Date): Promise<Judged> {
  // It comes to the case as an update; that it came by a link is what the API has signed.
  const input: Recorded = given.authentication?.via === 'link' ? { ...given, channel: 'link' } : given;
  const { caseId, verdict, contentHash } = input;
  // A second verdict under a used id is recorded too, under the id and its own digest.
  const derivedId = `${verdict.verdictId}#${contentHash.slice(0, 16)}`;
  const query = trx.selectFrom('verdicts').selectAll().where('case_id', '=', caseId);
  const former = await query.where(sql<boolean>`verdict_id in (${verdict.verdictId}, ${derivedId})`).execute();
  const same = former.find((row) => row.content_hash === contentHash);
  if (same) return await judgedOf(trx, same);
  const verdictId = former.length > 0 ? derivedId : verdict.verdictId;

  const refuse = async (refusal: Refusal, adopted?: DecisionRecord): Promise<Judged> => {
    const taskNo = adopted?.taskNo ?? null;
    const row = insertVerdict(input, { verdictId, at, refusal, taskNo, decisionNo: adopted?.decisionNo });
    // What was signed counts only where the verdict is taken.
    const { countersignature: _, ...unsigned } = input;
    const entry: Entry = ['verdict-refused', { ...verdictEntry(unsigned), taskNo, refusal }];
    await sql`with done as (${row} returning 1) select ${recordInCase(caseId, at, [entry])} from done`.execute(trx);
    return adopted ? { kind: 'refused', refusal, adopted } : { kind: 'refused', refusal };
  };
  if (input.refusal) return await refuse(input.refusal);
  if (former.length > 0) {
    const message = `verdictId: '${verdict.verdictId}' was used for another verdict; choose a new one.`;
    return await refuse({ code: 'verdict-id-reused', message });
  }
  if (input.withdraw) {
    const taken = await withdraw(trx, input, verdictId, at);
    return 'refusal' in taken ? await refuse(taken.refusal) : taken;
  }
  const { decide: decides, askAnew: anew, confirm, retry, move: moves, ask } = input;
  const taskNo = (decides ?? anew ?? confirm ?? retry ?? moves ?? ask)?.taskNo;
  if (taskNo === undefined) throw new TypeError('record: what the verdict does is missing');
  const task = await taskRow(trx, caseId, taskNo);
  if (!task || task.closed_at !== null) {
    const refusal: Refusal = { code: 'already-decided', message: 'The question was already answered or withdrawn.' };
    return await refuse(refusal, await decisionOnTask(trx, caseId, taskNo));
  }

  const end = { verdictId, at };
  const moved = moves && (await move(trx, { ...input, move: moves }, task, end));
  const elsewhere = moved ?? (ask && (await askSubmitter(trx, { ...input, ask }, task, end)));
  if (elsewhere) return 'refusal' in elsewhere ? await refuse(elsewhere.refusal) : elsewhere;
  if (anew) return await askAnew(trx, input, anew.opening, { verdictId, at, taskNo });
  const counts = input.decide?.kind === 'accept' ? (task.approvals ?? undefined) : undefined;
  const twice = approvedBefore(verdict.by, counts);
  if (twice) return await refuse(twice);
  const approvals = counts && withApproval(counts, verdict.by, input.inPlaceOf);
  if (approvals && approvals.by.length < approvals.needed)
    return await countApproval(trx, input, approvals, { verdictId, at, taskNo });

  const accepted: Entry = ['verdict-accepted', { ...verdictEntry(input), taskNo }];
  if (input.decide) {
    const by = { kind: 'reviewer', name: verdict.by } as const;
    const made = {
      caseId,
      by,
      reason: verdict.reason ?? null,
      ...input.decide,
      ...(approvals ? { approvedBy: approvals.by } : {}),
    };
    const abandoned = made.kind === 'reject' ? await settleInDoubt(trx, task, 'abandoned', at) : [];
    const decision = await decide(trx, task, made, at, [accepted, ...abandoned], (decisionNo) =>
      insertVerdict(input, { verdictId, at, taskNo, decisionNo }),
    );
    return { kind: 'accepted', decision };
  }
  const undo = task.kind === 'compensation';
  const settled = await settleInDoubt(trx, task, input.retry ? 'pending' : undo ? 'compensated' : 'applied', at);
  const change = { stage: undo ? ('compensating' as const) : ('writing' as const) };
  await sql`
    with verdict as (${insertVerdict(input, { verdictId, at, taskNo })}), ${endTask(task, at)}
    select ${recordInCase(caseId, at, [accepted, ...settled], change)} ${ENDED}`.execute(trx);
  return { kind: 'accepted', decision: null, settled: input.confirm ? 'by-hand' : 'try-again' };
}

/** Records a decision on an open task, ends the task, and on a rejection the case. */
async function decide(
  trx: Transaction<Tables>,
  task: Task,
  made: Omit<DecisionRecord, 'decisionNo'>,
  at: Date,
  entries: Entry[],
  verdict: (decisionNo: number) => RawBuilder<unknown> = () => sql`select 1`,
): Promise<DecisionRecord> {
  const { caseId, by, reason } = made;
  const { rows } = await sql<{ last: number | null }>`
    select max(decision_no) as last from decisions where case_id = ${caseId}`.execute(trx);
  const decision = { ...made, decisionNo: (rows[0]?.last ?? 0) + 1 };
  const rejected = { outcome: 'rejected', by: nameOf(by), ...(reason === null ? {} : { reason }) } as const;
  const stage = made.undo ? ('undo-window' as const) : ('deciding' as const);
  const change = made.kind === 'reject' ? { close: rejected } : { stage };
  await sql`
    with decision as (${insertDecision(decision, at)}), verdict as (${verdict(decision.decisionNo)}),
      ${endTask(task, at)}
    select ${recordInCase(caseId, at, [...entries, decisionEntry(decision)], change)} ${ENDED}`.execute(trx);
  return decision;
}

/** The task is closed and its notices taken back before what is selected runs, which may touch the same rows. */
const ENDED = sql`from closed where (select count(*) from silent) >= 0`;

/** Closes a task and takes its notices back. */
function endTask({ case_id: caseId, task_no: taskNo }: Task, at: Date): RawBuilder<unknown> {
  return sql`
    closed as (
      update review_tasks set closed_at = ${at} where case_id = ${caseId} and task_no = ${taskNo} returning 1
    ), silent as (
      update outbox set cancelled_at = ${at}
      where case_id = ${caseId} and task_no = ${taskNo} and sent_at is null and cancelled_at is null returning 1
    )`;
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
  if (to === 'pending') {
    const undo = task.kind === 'compensation';
    if (undo) await sql`update effects set undo_called_at = null where key = ${key}`.execute(trx);
    else await sql`update effects set calls = 0, state = 'pending' where key = ${key}`.execute(trx);
    return [['effect-retry', { key, undo }]];
  }
  const reference = to === 'applied' ? 'confirmed by hand' : null;
  await sql`
    update effects set state = ${to}, reference = coalesce(${reference}::text, reference), settled_at = ${at}
    where key = ${key}`.execute(trx);
  if (to === 'applied') return [['effect-applied', { key, reference, byHand: true }]];
  await sql`delete from business_identities where key = ${key}`.execute(trx);
  return [[to === 'compensated' ? 'compensated' : 'effect-abandoned', { key, byHand: true }]];
}

/** A message to a workflow that was started past the client can come before its case: there is nothing to attach it to. */
function unknownCase({ refusal }: Recorded): Judged {
  const notWaiting = { code: 'case-not-waiting', message: 'The case is not waiting for a verdict.' } as const;
  return { kind: 'refused', refusal: refusal ?? notWaiting };
}
