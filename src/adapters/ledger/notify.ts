import { type RawBuilder, sql } from 'kysely';
import type { TaskOpening, Reminders } from '../../activities/review-ports.ts';
import { json } from '../../canonical.ts';
import type { NoticeKind } from './notice.ts';

/** Takes back what was not sent yet about the case that the statement's `done` returned; `but` that kind. */
export function silence(at: Date, but?: NoticeKind): RawBuilder<unknown> {
  return sql`
    update outbox o set cancelled_at = ${at} from done
    where o.case_id = done.case_id and o.sent_at is null and o.cancelled_at is null
      and o.kind is distinct from ${but ?? null}::text`;
}

type Noticed = Pick<TaskOpening, 'caseId' | 'taskNo' | 'group'> & { reminders?: Reminders | undefined };

/** Notices of what the statement's `done` returned. */
export function insertNotices(
  { caseId, taskNo, group, reminders }: Noticed,
  reasons: string[],
  notices: [NoticeKind, Date][],
): RawBuilder<unknown> {
  const payload = { caseId, taskNo, group, reasons };
  const payloads = notices.map(([kind]) =>
    json(kind === 'reminder' && reminders ? { ...payload, reminders } : payload),
  );
  return sql`
    insert into outbox (case_id, task_no, kind, payload, not_before)
    select done.case_id, done.task_no, n.kind, n.payload::jsonb, n.not_before
    from done cross join unnest(${notices.map(([kind]) => kind)}::text[],
      ${notices.map(([, notBefore]) => notBefore)}::timestamptz[], ${payloads}::text[]) as n (kind, not_before, payload)`;
}
