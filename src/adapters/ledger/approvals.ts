import { type Selectable, type Transaction, sql } from 'kysely';
import type { Judged, TaskOpening } from '../../activities/review-ports.ts';
import { type Approvals, countOf } from '../../domain/policy.ts';
import { codesOf } from '../../domain/route.ts';
import { json } from '../../canonical.ts';
import { setAssignee } from './assignments.ts';
import { insertNotices } from './notify.ts';
import { recordInCase } from './record.ts';
import type { Tables } from './tables.ts';
import { open } from './tasks.ts';
import { type Recorded, type VerdictEnd, insertVerdict, verdictEntry } from './verdict-rows.ts';

type End = VerdictEnd & { taskNo: number };

/** Records an approval that counts and decides nothing yet: more people must approve. Who has the question next is told. */
export async function countApproval(
  trx: Transaction<Tables>,
  input: Recorded,
  approvals: Approvals,
  task: Selectable<Tables['review_tasks']>,
  end: End,
): Promise<Judged> {
  const { caseId, assignee } = input;
  const { at, taskNo } = end;
  const entry = { ...verdictEntry(input), taskNo, approvals: countOf(approvals), assignee };
  await sql`
    with verdict as (${insertVerdict(input, { ...end, cameTo: { approvals } })}), done as (
      select case_id, task_no from review_tasks where case_id = ${caseId} and task_no = ${taskNo}
        and assignee is distinct from ${assignee ?? null}::text
    ), notices as (
      ${insertNotices({ caseId, taskNo, group: task.group_name }, codesOf(task.reasons), [['reassigned', at]])}
    ), counted as (
      update review_tasks set approvals = ${json(approvals)}::jsonb, ${setAssignee(assignee, at)}
      where case_id = ${caseId} and task_no = ${taskNo}
    )
    select ${recordInCase(caseId, at, [['verdict-accepted', entry]])}`.execute(trx);
  return { kind: 'accepted', decision: null, approvals };
}

/** Records a verdict that changes the question: a new task is opened in its place. */
export async function askAnew(
  trx: Transaction<Tables>,
  input: Recorded,
  opening: TaskOpening,
  end: End,
): Promise<Judged> {
  const { caseId } = input;
  const { at, taskNo } = end;
  const askedAnew = opening.taskNo;
  const entry = { ...verdictEntry(input), taskNo, askedAnew };
  await sql`
    with verdict as (${insertVerdict(input, { ...end, cameTo: { askedAnew } })})
    select ${recordInCase(caseId, at, [['verdict-accepted', entry]])}`.execute(trx);
  await open(trx, opening, at);
  return { kind: 'accepted', decision: null, askedAnew };
}
