import { sql } from 'kysely';
import { failure } from '../../../failures.ts';
import { sha256 } from '../../../canonical.ts';
import { type Store, recordInCase, textOrNull } from '../record.ts';
import type { Lease } from './queue.ts';

/** One question, as people point at it. */
export interface TaskRef {
  caseId: string;
  taskNo: number;
}

export interface Comment {
  commentNo: number;
  by: string;
  body: string;
  at: Date;
}

/** Whether a lease was given, and who has it now. */
export type Claimed = { taken: true; until: Date } | { taken: false; holder: Lease };

/** What people leave on a question that decides nothing: leases that expire, and notes. Temporal never hears of them. */
export interface Marks {
  /**
   * Takes, or renews, a question for a person for `forMs`. With `takeOver`, also from somebody else: then the audit trail says
   * so, with the reason. Throws `NotWaiting` when nobody is asked that question any more, `InvalidInput` when nobody ever was or
   * the person holds 20 others.
   */
  claim(task: TaskRef, by: string, forMs: number, takeOver?: { reason: string }): Promise<Claimed>;
  /** Lets go; no change when somebody else holds it. */
  release(task: TaskRef, by: string): Promise<void>;
  /** Puts a question off for everybody; a later one replaces an earlier one. Past its deadline: at most a day. Throws as `claim`, at 50 others. */
  snooze(task: TaskRef, by: string, until: Date): Promise<void>;
  wake(task: TaskRef): Promise<void>;
  /** Recorded in the audit trail, by its digest. Throws `InvalidInput` when there is no such case, or 200 of the person on it. */
  comment(caseId: string, by: string, body: string): Promise<Comment>;
  comments(caseId: string): Promise<Comment[]>;
  marksOf(task: TaskRef): Promise<{ claim: Lease | null; snooze: Lease | null }>;
  /** A person has the question on the screen now; counted, and timed from the last look on. */
  look(task: TaskRef, by: string): Promise<void>;
}

const DAY_MS = 86_400_000;
/** So much at once from one person, so that the desk stays usable for the others. */
const MOST_CLAIMS = 20;
const MOST_SNOOZES = 50;
/** On one case, for good. */
const MOST_COMMENTS = 200;

export function marksOf({ db, clock }: Store): Marks {
  async function dueOf({ caseId, taskNo }: TaskRef): Promise<Date> {
    const { rows } = await sql<{ due: Date | null }>`
      select q.due_at as due from review_tasks t left join desk_queue q using (case_id, task_no)
      where t.case_id = ${caseId} and t.task_no = ${taskNo}::int`.execute(db);
    const [asked] = rows;
    if (!asked) throw failure('InvalidInput', `caseId: '${caseId}' has no question ${taskNo}`);
    if (!asked.due) throw failure('NotWaiting', `caseId: nobody is asked question ${taskNo} of '${caseId}' any more`);
    return asked.due;
  }

  /** How many other questions that wait a person has a mark on. */
  async function othersOf(table: 'desk_claims' | 'desk_snoozes', { caseId, taskNo }: TaskRef, by: string) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from ${sql.table(table)} m join desk_queue q using (case_id, task_no)
      where m.by_name = ${by} and m.until > ${clock()}::timestamptz
        and (m.case_id, m.task_no) <> (${caseId}, ${taskNo}::int)`.execute(db);
    return rows[0]?.count ?? 0;
  }

  return {
    async claim(task, by, forMs, takeOver) {
      const { caseId, taskNo } = task;
      const at = clock();
      const until = new Date(at.getTime() + forMs);
      await dueOf(task);
      if ((await othersOf('desk_claims', task, by)) >= MOST_CLAIMS)
        throw failure('InvalidInput', `by: ${by} holds ${MOST_CLAIMS} questions already; answer or release some first`);
      return await db.transaction().execute(async (trx): Promise<Claimed> => {
        const held = await sql<Lease>`
          select by_name as by, until from desk_claims
          where case_id = ${caseId} and task_no = ${taskNo}::int and until > ${at}::timestamptz and by_name <> ${by}
          for update`.execute(trx);
        const [holder] = held.rows;
        if (holder && !takeOver) return { taken: false, holder };
        const given = await sql<{ by: string; until: Date }>`
          insert into desk_claims (case_id, task_no, by_name, since, until)
          values (${caseId}, ${taskNo}::int, ${by}, ${at}::timestamptz, ${until}::timestamptz)
          on conflict (case_id, task_no) do update set by_name = excluded.by_name, until = excluded.until,
            since = case when desk_claims.by_name = excluded.by_name then desk_claims.since else excluded.since end
          where ${takeOver !== undefined}::boolean or desk_claims.until <= ${at}::timestamptz or desk_claims.by_name = ${by}
          returning by_name as by, until`.execute(trx);
        if (!given.rows[0]) {
          // Another one was faster between the two statements; its row is committed by now.
          const { rows } = await sql<Lease>`select by_name as by, until from desk_claims
            where case_id = ${caseId} and task_no = ${taskNo}::int`.execute(trx);
          return { taken: false, holder: rows[0] ?? { by: '', until: at } };
        }
        if (holder && takeOver) {
          const data = { taskNo, by, from: holder.by, reason: takeOver.reason };
          await sql`select ${recordInCase(caseId, at, [['claim-taken-over', data]])}`.execute(trx);
        }
        return { taken: true, until };
      });
    },

    async release({ caseId, taskNo }, by) {
      await sql`delete from desk_claims
        where case_id = ${caseId} and task_no = ${taskNo}::int and by_name = ${by}`.execute(db);
    },

    async snooze(task, by, until) {
      const { caseId, taskNo } = task;
      const at = clock();
      const due = await dueOf(task);
      const latest = due > at ? due : new Date(at.getTime() + DAY_MS);
      if (until <= at || until > latest)
        throw failure(
          'InvalidInput',
          `until: give a time from now to ${latest.toISOString()}, when it must be answered`,
        );
      if ((await othersOf('desk_snoozes', task, by)) >= MOST_SNOOZES)
        throw failure('InvalidInput', `by: ${by} has put ${MOST_SNOOZES} questions off already; answer some first`);
      await sql`
        insert into desk_snoozes (case_id, task_no, by_name, at, until)
        values (${caseId}, ${taskNo}::int, ${by}, ${at}::timestamptz, ${until}::timestamptz)
        on conflict (case_id, task_no) do update set by_name = excluded.by_name, at = excluded.at, until = excluded.until
      `.execute(db);
    },

    async wake({ caseId, taskNo }) {
      await sql`delete from desk_snoozes where case_id = ${caseId} and task_no = ${taskNo}::int`.execute(db);
    },

    async comment(caseId, by, body) {
      const at = clock();
      const text = textOrNull(body) ?? '';
      return await db.transaction().execute(async (trx) => {
        const locked = await sql`select from cases where case_id = ${caseId} for no key update`.execute(trx);
        if (locked.rows.length === 0) throw failure('InvalidInput', `caseId: there is no case '${caseId}'`);
        // A statement of its own: what was counted under the lock is what was there.
        const { rows } = await sql<{ no: number; own: number }>`
          select coalesce(max(comment_no), 0) + 1 as no, (count(*) filter (where by_name = ${textOrNull(by)}))::int as own
          from desk_comments where case_id = ${caseId}`.execute(trx);
        if ((rows[0]?.own ?? 0) >= MOST_COMMENTS)
          throw failure(
            'InvalidInput',
            `by: ${by} has written ${MOST_COMMENTS} comments on this case; no more are taken`,
          );
        const commentNo = rows[0]?.no ?? 1;
        const data = { commentNo, by, bodyHash: sha256(text) };
        await sql`
          with done as (
            insert into desk_comments (case_id, comment_no, by_name, body, at)
            values (${caseId}, ${commentNo}::int, ${textOrNull(by)}, ${text}, ${at}::timestamptz) returning 1
          ) select ${recordInCase(caseId, at, [['commented', data]])} from done`.execute(trx);
        return { commentNo, by, body: text, at };
      });
    },

    async comments(caseId) {
      const { rows } = await sql<Comment>`
        select comment_no as "commentNo", by_name as by, body, at from desk_comments
        where case_id = ${caseId} order by comment_no`.execute(db);
      return rows;
    },

    async marksOf({ caseId, taskNo }) {
      const { rows } = await sql<{ kind: 'claim' | 'snooze' } & Lease>`
        select 'claim' as kind, by_name as by, until from desk_claims
          where case_id = ${caseId} and task_no = ${taskNo}::int and until > ${clock()}::timestamptz
        union all select 'snooze', by_name, until from desk_snoozes
          where case_id = ${caseId} and task_no = ${taskNo}::int and until > ${clock()}::timestamptz`.execute(db);
      const of = (wanted: string) =>
        rows.filter(({ kind }) => kind === wanted).map(({ by, until }) => ({ by, until }))[0];
      return { claim: of('claim') ?? null, snooze: of('snooze') ?? null };
    },

    async look({ caseId, taskNo }, by) {
      await sql`
        insert into desk_looks (case_id, task_no, by_name, at)
        select case_id, task_no, ${by}, ${clock()}::timestamptz from desk_queue
        where case_id = ${caseId} and task_no = ${taskNo}::int
        on conflict (case_id, task_no, by_name) do update set looks = desk_looks.looks + 1, at = excluded.at`.execute(
        db,
      );
    },
  };
}
