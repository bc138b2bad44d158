import { type RawBuilder, sql } from 'kysely';
import type { Reviews } from '../../activities/review-ports.ts';
import type { Store } from './record.ts';

/** What people have been assigned so far, answered questions too; one that waits for the submitter is open. */
export function assignmentsOf({ db }: Store): Pick<Reviews, 'loads'> {
  return {
    async loads(personIds) {
      const { rows } = await sql<{ personId: string; open: number; lastAt: Date | null }>`
        select p.id as "personId",
          (select count(*)::int from review_tasks t where t.assignee = p.id and t.closed_at is null) as open,
          (select max(t.assigned_at) from review_tasks t where t.assignee = p.id) as "lastAt"
        from unnest(${[...personIds]}::text[]) as p (id)`.execute(db);
      return rows.map(({ lastAt, ...load }) => ({ ...load, ...(lastAt ? { lastAt: lastAt.toISOString() } : {}) }));
    },
  };
}

/** Sets who has a review task. Who has it already has had it since then. */
export function setAssignee(assignee: string | undefined, at: Date): RawBuilder<unknown> {
  const to = sql`${assignee ?? null}::text`;
  return sql`assignee = ${to}, assigned_at = case when assignee is distinct from ${to} then ${at}::timestamptz else assigned_at end`;
}

/** Whether who has a question is there: whoever is away, or left, has it no longer. */
export function isThere(assignee: RawBuilder<unknown>, now: Date): RawBuilder<boolean> {
  return sql<boolean>`${assignee} in (
    select p.person_id from people p where p.disabled_at is null and not exists (
      select from absences a where a.person_id = p.person_id and a.from_at <= ${now}::timestamptz
        and a.until_at > ${now}::timestamptz))`;
}
