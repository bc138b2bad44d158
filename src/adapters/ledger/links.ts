import { type Kysely, type Selectable, sql } from 'kysely';
import { type Link, type LinkAnswer, type LinkRefusal, decideRefusalOf, informRefusalOf } from '../../domain/link.ts';
import { requestsWhere } from './information-rows.ts';
import { json } from '../../canonical.ts';
import { recordInCase, type Store } from './record.ts';
import type { Tables } from './tables.ts';
import { tasksOf } from './tasks.ts';

/** A link that is handed out now. */
export type NewLink = Pick<
  Link,
  'id' | 'tokenHash' | 'purpose' | 'caseId' | 'taskNo' | 'seen' | 'requestId' | 'person' | 'expiresAt'
>;

/** Links by which a person answers, each with its traces in the audit of its case. */
export interface LinkRows {
  issue(link: NewLink, channel: string): Promise<void>;
  get(id: string): Promise<Link | undefined>;
  /** Oldest first. */
  ofCase(caseId: string): Promise<Link[]>;
  /** Its page was shown; the first time is kept. */
  opened(id: string): Promise<void>;
  /** Takes it for this answer, or says why not: one answer per link, whoever comes first. */
  use(id: string, answer: LinkAnswer): Promise<LinkRefusal | undefined>;
  /** The case has taken or refused the answer: it cannot be sent again. */
  settled(id: string): Promise<void>;
  /** Records a refused attempt. Looking at a dead link (GET) is recorded once for each reason. */
  refused(id: string, method: 'GET' | 'POST', refusal: LinkRefusal): Promise<void>;
  /** False: there is none that could be taken back. */
  revoke(id: string, by: string, reason: string): Promise<boolean>;
  /** Counts a token that names no link. */
  guessed(): Promise<void>;
}

export function linkRowsOf({ db, clock }: Store): LinkRows {
  return {
    async issue({ id, tokenHash, purpose, caseId, taskNo, seen, requestId, person, expiresAt }, channel) {
      const at = clock();
      const about = requestId === null ? {} : { requestId };
      const entry = { linkId: id, purpose, taskNo, seen, ...about, person, channel, expiresAt };
      await sql`
        with done as (
          insert into decision_links (id, token_hash, purpose, case_id, task_no, seen, request_id, person, issued_at,
            expires_at)
          values (${id}, ${tokenHash}, ${purpose}, ${caseId}, ${taskNo}, ${seen}, ${requestId}, ${person},
            ${at}::timestamptz, ${expiresAt}::timestamptz)
          returning 1
        )
        select ${recordInCase(caseId, at, [['link-sent', entry]])} from done`.execute(db);
    },

    async get(id) {
      return await linkBy(db, id);
    },

    async ofCase(caseId) {
      const query = db.selectFrom('decision_links').selectAll().where('case_id', '=', caseId).orderBy('issued_at');
      return (await query.orderBy('id').execute()).map(linkOf);
    },

    async opened(id) {
      const at = clock();
      const link = await linkBy(db, id);
      if (!link) return;
      const entry = { linkId: id, taskNo: link.taskNo, person: link.person };
      await sql`
        with done as (
          update decision_links set opened_at = ${at} where id = ${id} and opened_at is null returning 1
        )
        select ${recordInCase(link.caseId, at, [['link-opened', entry]])} from done`.execute(db);
    },

    async use(id, answer) {
      return await db.transaction().execute(async (trx) => {
        const at = clock();
        const link = await linkBy(trx, id, true);
        if (!link) return { code: 'unknown', message: 'There is no such link.' };
        const refusal =
          link.purpose === 'decide'
            ? decideRefusalOf(link, await tasksOf({ db: trx, clock }).openTask(link.caseId), at, answer)
            : informRefusalOf(link, await requestOf(trx, link), at, answer);
        if (refusal) return refusal;
        if (link.usedAt) return undefined;
        const said = 'verdict' in answer ? { verdict: answer.verdict } : { requestId: link.requestId };
        const entry = { linkId: id, taskNo: link.taskNo, person: link.person, ...said };
        await sql`
          with done as (
            update decision_links set used_at = ${at}, answer = ${json(answer)}::jsonb where id = ${id} returning 1
          )
          select ${recordInCase(link.caseId, at, [['link-used', entry]])} from done`.execute(trx);
        return undefined;
      });
    },

    async settled(id) {
      await sql`update decision_links set settled_at = ${clock()} where id = ${id} and settled_at is null`.execute(db);
    },

    async refused(id, method, { code }) {
      const link = await linkBy(db, id);
      if (!link) return;
      const entry = { linkId: id, taskNo: link.taskNo, person: link.person, method, code };
      await sql`
        with done as (
          select 1 where ${method} <> 'GET' or not exists (
            select from audit_entries where case_id = ${link.caseId} and kind = 'link-refused'
              and data @> ${json({ linkId: id, method, code })}::jsonb)
        )
        select ${recordInCase(link.caseId, clock(), [['link-refused', entry]])} from done`.execute(db);
    },

    async revoke(id, by, reason) {
      const at = clock();
      const link = await linkBy(db, id);
      if (!link) return false;
      const entry = { linkId: id, taskNo: link.taskNo, person: link.person, by, reason };
      const { rows } = await sql`
        with done as (
          update decision_links set revoked_at = ${at}, revoked_by = ${by}
          where id = ${id} and revoked_at is null and used_at is null returning 1
        )
        select ${recordInCase(link.caseId, at, [['link-revoked', entry]])} from done`.execute(db);
      return rows.length > 0;
    },

    async guessed() {
      await sql`
        insert into link_guesses (day, guesses) values ((${clock()}::timestamptz at time zone 'UTC')::date, 1)
        on conflict (day) do update set guesses = link_guesses.guesses + 1`.execute(db);
    },
  };
}

async function requestOf(db: Kysely<Tables>, { requestId }: Link) {
  return (await requestsWhere(db, sql`r.request_id = ${requestId}`))[0];
}

async function linkBy(db: Kysely<Tables>, id: string, locked = false): Promise<Link | undefined> {
  const query = db.selectFrom('decision_links').selectAll().where('id', '=', id);
  const row = await (locked ? query.forUpdate() : query).executeTakeFirst();
  return row && linkOf(row);
}

function linkOf(row: Selectable<Tables['decision_links']>): Link {
  return {
    ...{ id: row.id, tokenHash: row.token_hash, purpose: row.purpose, caseId: row.case_id, taskNo: row.task_no },
    ...{ seen: row.seen, requestId: row.request_id, person: row.person, expiresAt: row.expires_at },
    ...{ usedAt: row.used_at, answer: row.answer, settledAt: row.settled_at, revokedAt: row.revoked_at },
  };
}
