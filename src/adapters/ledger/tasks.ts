import { type Kysely, type Selectable, sql } from 'kysely';
import type { Reviews, Standing, TaskOpening } from '../../activities/review-ports.ts';
import { groupsAfter } from '../../domain/escalation.ts';
import type { ReviewPlan } from '../../domain/plan.ts';
import { codesOf } from '../../domain/route.ts';
import { decisionOnTask } from './decisions.ts';
import { openRequest } from './information-rows.ts';
import { json, sha256 } from '../../canonical.ts';
import { type Store, lockingCase, recordInCase } from './record.ts';
import { insertNotices, silence } from './notify.ts';
import type { Tables } from './tables.ts';

type TaskPart = Pick<Reviews, 'open' | 'task' | 'standing' | 'openTask' | 'recall' | 'viewed' | 'escalate'>;

/** Review tasks and the notices about them. */
export function tasksOf({ db, clock }: Store): TaskPart {
  return {
    open: async (task) => await lockingCase(db, task.caseId, async (trx) => await open(trx, task, clock())),

    async task(caseId, taskNo) {
      const row = await taskRow(db, caseId, taskNo);
      return row && { ...taskOf(row), open: row.closed_at === null, openedAt: row.opened_at };
    },

    standing: async (caseId, taskNo) => await standing(db, caseId, taskNo),

    async openTask(caseId) {
      const row = await db
        .selectFrom('review_tasks as t')
        .innerJoin('cases as c', 'c.case_id', 't.case_id')
        .selectAll('t')
        .select(['c.submitted_by', sql<ReviewPlan | null>`c.plan -> 'review'`.as('policy')])
        .where('t.case_id', '=', caseId)
        .where('t.closed_at', 'is', null)
        .orderBy('t.task_no', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!row) return undefined;
      const task = taskOf(row);
      return {
        ...task,
        hasProposal: task.output !== null,
        brokenHardRules: task.rules.filter((rule) => rule.severity === 'hard' && !rule.holds).map(({ name }) => name),
        submittedBy: row.submitted_by,
        fourEyes: row.policy?.fourEyes ?? false,
        planGroups: row.policy?.groups ?? [],
        rest: restOf(row, row.policy?.groups ?? []),
        held: (await openRequest(db, caseId, task.taskNo)) !== undefined,
        ...(row.policy?.unattested ? { unattested: row.policy.unattested } : {}),
        ...(row.policy?.passkey ? { passkey: row.policy.passkey } : {}),
        ...(row.policy?.undo ? { undo: row.policy.undo } : {}),
        ...(row.policy?.levels ? { levels: row.policy.levels } : {}),
        ...(row.policy?.information ? { information: row.policy.information } : {}),
        ...(row.policy?.links ? { links: row.policy.links } : {}),
      };
    },

    async recall(caseId, taskNo, why) {
      return await lockingCase(db, caseId, async (trx) => {
        const at = clock();
        const { rows } = await sql`
        with done as (
          update review_tasks t set closed_at = ${at}
          where case_id = ${caseId} and task_no = ${taskNo} and closed_at is null and viewed_at is null
            and not exists (select from decisions d where d.case_id = t.case_id and d.task_no = t.task_no)
          returning case_id
        ), silent as (${silence(at)})
        select ${recordInCase(caseId, at, [['task-recalled', { taskNo, why }]], { stage: 'proposing' })} from done
      `.execute(trx);
        if (rows.length > 0) return true;
        // Again, after its result was lost: the same answer.
        const task = await taskRow(trx, caseId, taskNo);
        if (!task?.closed_at) return false;
        return (await decisionOnTask(trx, caseId, taskNo)) === undefined;
      });
    },

    async viewed(caseId, taskNo, by) {
      await sql`update review_tasks set viewed_at = ${clock()}, viewed_by = ${by}
        where case_id = ${caseId} and task_no = ${taskNo} and viewed_at is null`.execute(db);
    },

    async escalate(caseId, taskNo, group, { remindAt, reminders, escalateAt, dueAt }, from) {
      return await lockingCase(db, caseId, async (trx) => {
        const at = clock();
        const task = await taskRow(trx, caseId, taskNo);
        if (!task) throw new TypeError(`no review task ${taskNo} to escalate`);
        // While the submitter is asked, the reviewers' time does not run.
        if (await openRequest(trx, caseId, taskNo)) return undefined;
        const rest = task.rest && groupsAfter(group, task.rest);
        const { rows } = await sql`
        with done as (
          update review_tasks set group_name = ${group}, stands_for = null, remind_at = ${remindAt}, asked_at = ${at},
            rest = ${rest && json(rest)}::jsonb, escalate_at = ${escalateAt ?? null}::timestamptz,
            due_at = coalesce(${dueAt ?? null}::timestamptz, due_at)
          where case_id = ${caseId} and task_no = ${taskNo} and closed_at is null
            and (group_name <> ${group} or stands_for is not null) and group_name = coalesce(${from ?? null}, group_name)
          returning case_id, task_no
        ), silent as (${silence(at)}), notices as (
          ${insertNotices({ caseId, taskNo, group, reminders }, codesOf(task.reasons), [
            ['escalated', at],
            ['reminder', remindAt],
          ])}
        )
        select ${recordInCase(caseId, at, [['escalated', { taskNo, from: task.group_name, to: group }]])} from done
      `.execute(trx);
        return rows.length > 0 ? undefined : await decisionOnTask(trx, caseId, taskNo);
      });
    },
  };
}

/** Opens a task and closes older ones of its case. Again: no change. */
export async function open(db: Kysely<Tables>, task: TaskOpening, at: Date): Promise<void> {
  const { caseId, taskNo, kind, seen, packHash, group, callId, dueAt, remindAt, effectKey, approvals, groups } = task;
  const { digest, facts, amends } = task;
  if (kind !== 'proposal' && effectKey === undefined)
    throw new TypeError(`effectKey: a task of kind ${kind} must name the effect it is about`);
  const entry = {
    ...{ taskNo, kind, seen, digest, packHash, group, callId, dueAt, effectKey, approvals, groups, facts, amends },
    reasons: task.reasons,
    confidence: task.confidence,
    rules: task.rules,
    outputHash: task.output === null ? null : sha256(json(task.output)),
    effects: task.effects.map(({ name, title }) => ({ name, title })),
  };
  const codes = codesOf(task.reasons);
  await sql`
    with done as (
      insert into review_tasks (case_id, task_no, kind, seen, pack_hash, group_name, reasons, output, evidence,
        confidence, rules, effects, effect_key, call_id, due_at, remind_at, opened_at,
        approvals, groups, escalate_at, digest, facts, amends, rest, stands_for)
      values (${caseId}, ${taskNo}::int, ${kind}, ${seen}, ${packHash}, ${group}, ${json(task.reasons)}::jsonb,
        ${task.output === null ? null : json(task.output)}::jsonb, ${json(task.evidence)}::jsonb,
        ${json(task.confidence)}::jsonb, ${json(task.rules)}::jsonb, ${json(task.effects)}::jsonb,
        ${effectKey ?? null}, ${callId}::uuid, ${dueAt}::timestamptz, ${remindAt}::timestamptz, ${at}::timestamptz,
        ${approvals ? json(approvals) : null}::jsonb, ${groups ? json(groups) : null}::jsonb,
        ${task.escalateAt ?? null}::timestamptz, ${digest}, ${facts ? json(facts) : null}::jsonb,
        ${amends ? json(amends) : null}::jsonb, ${task.rest ? json(task.rest) : null}::jsonb, ${task.standsFor ?? null}::text)
      on conflict do nothing returning case_id, task_no
    ), older as (
      update review_tasks t set closed_at = ${at} from done
      where t.case_id = done.case_id and t.task_no < done.task_no and t.closed_at is null
    ), silent as (${silence(at)}), notices as (
      ${insertNotices(task, codes, [
        ['task-opened', at],
        ['reminder', remindAt],
      ])}
    )
    select ${recordInCase(caseId, at, [['task-opened', entry]], { stage: 'review' })} from done`.execute(db);
}

/** How a task stands that is still open. */
async function standing(db: Kysely<Tables>, caseId: string, taskNo: number): Promise<Standing | undefined> {
  const row = await db
    .selectFrom('review_tasks as t')
    .innerJoin('cases as c', 'c.case_id', 't.case_id')
    .selectAll('t')
    .select(sql<string[] | null>`c.plan #> '{review,groups}'`.as('plan_groups'))
    .where('t.case_id', '=', caseId)
    .where('t.task_no', '=', taskNo)
    .where('t.closed_at', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  const held = await openRequest(db, caseId, taskNo);
  return {
    ...{ taskNo, group: row.group_name, rest: restOf(row, row.plan_groups ?? []) },
    ...{ askedAt: row.asked_at ?? row.opened_at, dueAt: row.due_at },
    ...(row.escalate_at === null ? {} : { escalateAt: row.escalate_at }),
    ...(held ? { held } : {}),
  };
}

type Chain = Pick<Selectable<Tables['review_tasks']>, 'group_name' | 'groups' | 'rest'>;

function restOf({ group_name: group, groups, rest }: Chain, planGroups: readonly string[]): readonly string[] {
  return rest ?? groupsAfter(group, groups ?? planGroups);
}

export async function taskRow(
  db: Kysely<Tables>,
  caseId: string,
  taskNo: number,
): Promise<Selectable<Tables['review_tasks']> | undefined> {
  const query = db.selectFrom('review_tasks').selectAll().where('case_id', '=', caseId);
  return await query.where('task_no', '=', taskNo).executeTakeFirst();
}

export function taskOf(row: Selectable<Tables['review_tasks']>): TaskOpening {
  return {
    caseId: row.case_id,
    taskNo: row.task_no,
    kind: row.kind,
    seen: row.seen,
    digest: row.digest,
    packHash: row.pack_hash,
    group: row.group_name,
    reasons: row.reasons,
    output: row.output,
    evidence: row.evidence,
    confidence: row.confidence,
    rules: row.rules,
    effects: row.effects,
    callId: row.call_id,
    dueAt: row.due_at,
    remindAt: row.remind_at,
    ...(row.effect_key === null ? {} : { effectKey: row.effect_key }),
    ...(row.approvals === null ? {} : { approvals: row.approvals }),
    ...(row.groups === null ? {} : { groups: row.groups }),
    ...(row.escalate_at === null ? {} : { escalateAt: row.escalate_at }),
    ...(row.facts === null ? {} : { facts: row.facts }),
    ...(row.amends === null ? {} : { amends: row.amends }),
    ...(row.rest === null ? {} : { rest: row.rest }),
    ...(row.stands_for === null ? {} : { standsFor: row.stands_for }),
  };
}
