import { type Selectable, type Transaction, sql } from 'kysely';
import type { Judged } from '../../activities/review-ports.ts';
import { codesOf } from '../../domain/route.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { json } from '../../canonical.ts';
import { type Entry, recordInCase } from './record.ts';
import { openRequest } from './information-rows.ts';
import type { NoticeKind } from './notice.ts';
import type { Tables } from './tables.ts';
import { insertNotices, silence } from './notify.ts';
import { type Recorded, type VerdictEnd, insertVerdict, verdictEntry } from './verdict-rows.ts';

/** Records a verdict that puts an open question to somebody else, whose time begins now. The question stays as it is. */
export async function move(
  trx: Transaction<Tables>,
  input: Recorded & { move: NonNullable<Recorded['move']> },
  task: Selectable<Tables['review_tasks']>,
  { verdictId, at }: Pick<VerdictEnd, 'verdictId' | 'at'>,
): Promise<Judged | { refusal: Refusal }> {
  const { caseId, verdict } = input;
  const { taskNo, from, to } = input.move;
  if (task.group_name !== from) {
    const message = `seen: ${task.group_name} is asked by now, no longer ${from}; read the case again.`;
    return { refusal: { code: 'stale', message } };
  }
  const { group, rest, times } = to;
  const { remindAt, reminders, escalateAt, dueAt } = times;
  // Nobody is reminded while the submitter is asked.
  const held = (await openRequest(trx, caseId, taskNo)) !== undefined;
  const kind = verdict.verdict === 'escalate' ? 'escalated' : 'reassigned';
  const entries: Entry[] = [
    ['verdict-accepted', { ...verdictEntry(input), taskNo }],
    [kind, { taskNo, from, to: group, by: verdict.by }],
  ];
  await sql`
    with verdict as (${insertVerdict(input, { verdictId, at, taskNo, cameTo: { changed: taskNo } })}), done as (
      update review_tasks set group_name = ${group}, stands_for = null, rest = ${json(rest)}::jsonb, asked_at = ${at},
        remind_at = ${remindAt}, escalate_at = ${escalateAt ?? null}::timestamptz,
        due_at = coalesce(${dueAt ?? null}::timestamptz, due_at),
        viewed_at = coalesce(viewed_at, ${at}), viewed_by = coalesce(viewed_by, ${verdict.by})
      where case_id = ${caseId} and task_no = ${taskNo} returning case_id, task_no
    ), silent as (${silence(at, 'information-asked')}), notices as (
      ${insertNotices({ caseId, taskNo, group, reminders }, codesOf(task.reasons), [
        [kind, at],
        ...(held ? [] : ([['reminder', remindAt]] as [NoticeKind, Date][])),
      ])}
    )
    select ${recordInCase(caseId, at, entries)} from done`.execute(trx);
  return { kind: 'accepted', decision: null, changed: taskNo };
}
