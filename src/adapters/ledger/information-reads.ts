import { sql } from 'kysely';
import type { Authentication } from '../../domain/attestation.ts';
import type { DocumentRef } from '../../domain/case.ts';
import type { InformationRequest } from '../../domain/information.ts';
import { requestsWhere } from './information-rows.ts';
import type { Store } from './record.ts';

/** A question to a submitter with the answer that was taken; a short plain text in it is there as text. */
export interface InformationFile extends InformationRequest {
  answer: {
    by: string;
    at: Date;
    /** How it is known who answered. */
    identity: Authentication['via'];
    documents: (DocumentRef & { text?: string })[];
  } | null;
}

export interface InformationReads {
  /** Oldest first, the newest 500. `open`: only those that wait for an answer. */
  informationRequests(filter: { caseId?: string; open?: boolean }): Promise<InformationFile[]>;
  informationRequest(requestId: string): Promise<InformationFile | undefined>;
}

interface Answered {
  /** Of the request. */
  id: string;
  documents: DocumentRef[];
}

/** Longer texts are read as documents. */
const SHOWN_BYTES = 64 * 1024;

export function informationReadsOf({ db }: Store): InformationReads {
  const withAnswers = async (requests: readonly InformationRequest[]): Promise<InformationFile[]> => {
    const ids = requests.map(({ requestId }) => requestId);
    const { rows } = await sql<Omit<NonNullable<InformationFile['answer']>, 'documents'> & Answered>`
      select request_id as id, by_name as by, at, documents,
        coalesce(authentication ->> 'via', 'unauthenticated') as identity from information_answers
      where accepted and request_id = any(${ids}::text[])`.execute(db);
    const texts = rows.flatMap(({ documents }) => documents.filter(isShown).map(({ hash }) => hash));
    const query = db.selectFrom('documents').select(['hash', 'content']);
    const found = await query.where(sql<boolean>`hash = any(${texts}::text[])`).execute();
    const contents = new Map(found.map(({ hash, content }) => [hash, content.toString('utf8')]));
    return requests.map((request) => {
      const answer = rows.find(({ id }) => id === request.requestId);
      if (!answer) return { ...request, answer: null };
      const documents = answer.documents.map((document) => {
        const text = isShown(document) ? contents.get(document.hash) : undefined;
        return text === undefined ? document : { ...document, text };
      });
      const { by, at, identity } = answer;
      return { ...request, answer: { by, at, identity, documents } };
    });
  };
  return {
    async informationRequests({ caseId, open = false }) {
      const ofCase = caseId === undefined ? sql`true` : sql`r.case_id = ${caseId}`;
      const waiting = sql`r.answered_at is null and r.given_up_at is null and t.closed_at is null`;
      return await withAnswers(await requestsWhere(db, open ? sql`${ofCase} and ${waiting}` : ofCase));
    },
    async informationRequest(requestId) {
      return (await withAnswers(await requestsWhere(db, sql`r.request_id = ${requestId}`)))[0];
    },
  };
}

function isShown({ mediaType, size }: DocumentRef): boolean {
  return mediaType === 'text/plain' && size <= SHOWN_BYTES;
}
