import { type RawBuilder, type Selectable, type Transaction, sql } from 'kysely';
import type { PlannedTask, Replanned, Replans } from '../../activities/replan-ports.ts';
import { groupsAfter } from '../../domain/escalation.ts';
import type { Approvals } from '../../domain/policy.ts';
import { codesOf } from '../../domain/route.ts';
import { json } from '../../canonical.ts';
import { lockingCase, recordInCase, type Store } from './record.ts';
import type { Tables } from './tables.ts';
import { insertNotices, silence } from './notify.ts';
import { taskRow } from './tasks.ts';

/** Open questions whose next steps may have moved, and the setting of those steps anew. */
export function replansOf({ db, clock }: Store): Replans {
  const planned = async (condition: RawBuilder<unknown>, limit: number): Promise<PlannedTask[]> => {
    const { rows } = await sql<Row>`
      select t.case_id as "caseId", t.task_no as "taskNo", c.pack_id as "packId", c.plan ->> 'packHash' as "packHash",
        c.plan -> 'review' as review, t.group_name as "group", t.stands_for as "standsFor", t.groups, t.rest,
        t.opened_at as "openedAt", coalesce(t.asked_at, t.opened_at) as "askedAt", t.due_at as "dueAt",
        t.escalate_at as "escalateAt", t.deadline_passed_at is not null as "deadlinePassed",
        c.submitted_by as "submittedBy", t.approvals
      from review_tasks t join cases c using (case_id)
      where t.closed_at is null and c.plan is not null and ${condition}
        and not exists (select from information_requests r where r.case_id = t.case_id and r.task_no = t.task_no
          and r.answered_at is null and r.given_up_at is null)
      order by t.case_id limit ${limit}`.execute(db);
    return rows.map(plannedOf);
  };

  return {
    page: async (since, limit, after) =>
      await planned(
        sql`(${after ?? null}::text is null or t.case_id > ${after ?? null})
          and (${since ?? null}::timestamptz is null or coalesce(t.asked_at, t.opened_at) >= ${since ?? null})`,
        limit,
      ),

    async one(caseId, taskNo) {
      return (await planned(sql`t.case_id = ${caseId} and t.task_no = ${taskNo}::int`, 1))[0];
    },

    replan: async (caseId, taskNo, from, to) =>
      await lockingCase(db, caseId, async (trx) => await replan(trx, caseId, taskNo, from, to, clock())),

    looked: async () => await db.selectFrom('replan_looked').select(['basis', 'at']).executeTakeFirst(),

    async keepLooked(basis, at) {
      await sql`insert into replan_looked (basis, at) values (${basis}, ${at}::timestamptz)
        on conflict (one) do update set basis = excluded.basis, at = excluded.at`.execute(db);
    },
  };
}

type Row = Omit<PlannedTask, 'standsFor' | 'escalateAt' | 'rest' | 'approvals'> & {
  approvals: Approvals | null;
  standsFor: string | null;
  escalateAt: Date | null;
  groups: [string, ...string[]] | null;
  rest: string[] | null;
};

function plannedOf({ standsFor, escalateAt, groups, rest, approvals, ...row }: Row): PlannedTask {
  return {
    ...row,
    rest: rest ?? groupsAfter(row.group, groups ?? row.review.groups),
    ...(standsFor === null ? {} : { standsFor }),
    ...(escalateAt === null ? {} : { escalateAt }),
    ...(approvals === null ? {} : { approvals }),
  };
}

async function replan(
  trx: Transaction<Tables>,
  caseId: string,
  taskNo: number,
  from: string,
  { asked, times }: Replanned,
  at: Date,
): Promise<void> {
  const task = await taskRow(trx, caseId, taskNo);
  if (!task || task.closed_at || task.group_name !== from || isSo(task, asked)) return;
  const { remindAt, reminders, escalateAt = null, dueAt = task.due_at } = times;
  const entry = { taskNo, from, ...(asked ? { to: asked.group, because: asked.because } : {}), escalateAt, dueAt };
  const steps = sql`remind_at = ${remindAt}, due_at = ${dueAt}::timestamptz, escalate_at = ${escalateAt}::timestamptz`;
  const told = sql`select ${recordInCase(caseId, at, [['replanned', entry]])} from done`;
  if (!asked) {
    if (same(task.due_at, dueAt) && same(task.escalate_at, escalateAt)) return;
    // The first reminder, unless it was sent.
    await sql`
      with done as (
        update review_tasks set ${steps} where case_id = ${caseId} and task_no = ${taskNo} returning case_id, task_no
      ), reminder as (
        update outbox o set not_before = ${remindAt} from done
        where o.case_id = done.case_id and o.task_no = done.task_no and o.kind = 'reminder'
          and o.not_before = ${task.remind_at} and o.sent_at is null and o.cancelled_at is null and o.routed_at is null
      )
      ${told}`.execute(trx);
    return;
  }
  const { group, standsFor = null, rest } = asked;
  await sql`
    with done as (
      update review_tasks set ${steps}, group_name = ${group}, stands_for = ${standsFor}::text, asked_at = ${at},
        rest = ${json(rest)}::jsonb
      where case_id = ${caseId} and task_no = ${taskNo} returning case_id, task_no
    ), silent as (${silence(at)}), notices as (
      ${insertNotices({ caseId, taskNo, group, reminders }, codesOf(task.reasons), [
        ['reassigned', at],
        ['reminder', remindAt],
      ])}
    )
    ${told}`.execute(trx);
}

function same(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}

/** It was recorded before. */
function isSo(
  { group_name: group, stands_for: standsFor }: Selectable<Tables['review_tasks']>,
  asked: Replanned['asked'],
) {
  return asked?.group === group && (asked.standsFor ?? null) === standsFor;
}
