import { sql } from 'kysely';
import type { CaseOutcome, Stage } from '../../domain/case.ts';
import { failure } from '../../failures.ts';
import { type CaseFile, caseFileOf } from './case-file.ts';
import { json } from '../../canonical.ts';
import { type InformationReads, informationReadsOf } from './information-reads.ts';
import { type ModelReads, modelReadsOf } from './model-reads.ts';
import { type NoticeReads, noticeReadsOf } from './notice-reads.ts';
import { type ReasonReads, reasonReadsOf } from './reason-reads.ts';
import type { Store } from './record.ts';

/** A case in a list. */
export interface CaseRow {
  caseId: string;
  packId: string;
  caseKey: string;
  revision: number;
  owner: string;
  stage: Stage;
  outcome: CaseOutcome | null;
  reason: string | null;
  receivedAt: Date;
  touchedAt: Date;
  closedAt: Date | null;
}

export interface CaseFilter {
  stage?: Stage;
  packId?: string;
  outcome?: CaseOutcome;
  submittedBy?: string;
  /** One of these. */
  packIds?: readonly string[];
  /** 1 to 1,000; what is outside is taken as the nearer end. */
  limit: number;
  /** From the page before. */
  cursor?: string;
}

/** How many cases stand where, and what their model calls cost or possibly cost (micro-units of the price list's currency). */
export interface Count {
  packId: string;
  stage: Stage;
  outcome: CaseOutcome | null;
  cases: number;
  costMicros: number;
}

/** A feed as it was loaded last. */
export interface FeedRow {
  feed: string;
  /** The moment its data stands for. */
  asOf: Date;
  loadedAt: Date;
  items: number;
}

/** The read side, for the API and the command line. */
export interface Reads extends ModelReads, InformationReads, NoticeReads, ReasonReads {
  /** Newest first. `cursor` is absent on the last page. Throws `InvalidInput` on a cursor that is none. */
  listCases(filter: CaseFilter): Promise<{ cases: CaseRow[]; cursor?: string }>;
  /** Everything about a case, as of one moment. */
  caseFile(caseId: string): Promise<CaseFile | undefined>;
  /** The cases that carry a document. */
  casesOfDocument(hash: string): Promise<{ packId: string; submittedBy: string | null }[]>;
  counts(): Promise<Count[]>;
  feeds(): Promise<FeedRow[]>;
}

export function readsOf(store: Store): Reads {
  const { db } = store;
  return {
    ...modelReadsOf(store),
    ...informationReadsOf(store),
    ...noticeReadsOf(store),
    ...reasonReadsOf(store),

    async listCases({ stage, packId, outcome, submittedBy, packIds, limit, cursor }) {
      const size = Math.min(Math.max(Math.trunc(limit), 1), 1000);
      let query = db
        .selectFrom('cases')
        .select(['case_id as caseId', 'pack_id as packId', 'case_key as caseKey', 'revision', 'owner', 'stage'])
        .select(['outcome', 'reason', 'received_at as receivedAt', 'touched_at as touchedAt', 'closed_at as closedAt']);
      if (stage !== undefined) query = query.where('stage', '=', stage);
      if (packId !== undefined) query = query.where('pack_id', '=', packId);
      if (outcome !== undefined) query = query.where('outcome', '=', outcome);
      if (submittedBy !== undefined) query = query.where('submitted_by', '=', submittedBy);
      if (packIds !== undefined) query = query.where('pack_id', 'in', packIds);
      if (cursor !== undefined) {
        const after = parseCursor(cursor);
        query = query.where(sql<boolean>`(received_at, case_id) < (${after.at}::timestamptz, ${after.caseId})`);
      }
      const rows = await query
        .orderBy('received_at', 'desc')
        .orderBy('case_id', 'desc')
        .limit(size + 1)
        .execute();
      const cases = rows.slice(0, size);
      const last = rows.length > size ? cases.at(-1) : undefined;
      return last ? { cases, cursor: cursorAfter(last) } : { cases };
    },

    caseFile: (caseId) => caseFileOf(store, caseId),

    async casesOfDocument(hash) {
      const { rows } = await sql<{ packId: string; submittedBy: string | null }>`
        select c.pack_id as "packId", c.submitted_by as "submittedBy" from cases c where c.case_id in (
          select case_id from case_documents where hash = ${hash}
          union select case_id from information_answers
            where accepted and documents @> ${json([{ hash }])}::jsonb)`.execute(db);
      return rows;
    },

    async counts() {
      const { rows } = await sql<Count>`
        select c.pack_id as "packId", c.stage, c.outcome, count(*)::int as cases,
          coalesce(sum(m.cost), 0)::bigint as "costMicros"
        from cases c
        left join (
          select case_id, sum(coalesce(cost_micros,
            case when outcome = 'started' or possibly_paid then reserved_micros end)) as cost
          from model_calls group by case_id) m using (case_id)
        group by 1, 2, 3 order by 1, 2, 3`.execute(db);
      return rows;
    },

    async feeds() {
      const query = db.selectFrom('feeds').select(['feed', 'as_of as asOf', 'loaded_at as loadedAt', 'items']);
      return await query.orderBy('feed').execute();
    },
  };
}

function cursorAfter({ receivedAt, caseId }: CaseRow): string {
  return Buffer.from(JSON.stringify([receivedAt.toISOString(), caseId])).toString('base64url');
}

function parseCursor(cursor: string): { at: Date; caseId: string } {
  try {
    const [at, caseId] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, unknown];
    const date = new Date(String(at));
    if (typeof caseId === 'string' && !Number.isNaN(date.getTime())) return { at: date, caseId };
  } catch {
    // Falls through to the one message for whatever is wrong with it.
  }
  throw failure('InvalidInput', 'cursor: send back the one from the page before, unchanged');
}
