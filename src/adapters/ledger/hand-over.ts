import { type Selectable, type Transaction, sql } from 'kysely';
import type { AskedTimes } from '../../activities/review-ports.ts';
import { codesOf } from '../../domain/route.ts';
import { type Entry, recordInCase } from './record.ts';
import type { Tables } from './tables.ts';
import { insertNotices, silence } from './notify.ts';

/** The deadline has passed: someone named is asked from now on, and nobody after. Again: no change. */
export async function handOver(
  trx: Transaction<Tables>,
  { case_id: caseId, task_no: taskNo, reasons }: Selectable<Tables['review_tasks']>,
  { group, times: { remindAt, reminders } }: { group: string; times: AskedTimes },
  passed: Entry,
  at: Date,
): Promise<undefined> {
  await sql`
    with done as (
      update review_tasks set deadline_passed_at = ${at}, group_name = ${group}, stands_for = null, remind_at = ${remindAt}, escalate_at = null,
        rest = '[]', asked_at = ${at}
      where case_id = ${caseId} and task_no = ${taskNo} and deadline_passed_at is null returning case_id, task_no
    ), silent as (${silence(at)}), notices as (
      ${insertNotices({ caseId, taskNo, group, reminders }, codesOf(reasons), [
        ['escalated', at],
        ['reminder', remindAt],
      ])}
    )
    select ${recordInCase(caseId, at, [passed])} from done`.execute(trx);
}
