import type { Receipt, Submission } from '../submission.ts';
import { refusalOfAccess, type Identity } from '../../domain/access.ts';
import { actorOf } from './access.ts';
import { invalid, Problem } from './problems.ts';
import type { SubmissionBody } from './schema-submission.ts';

/** A body as the case client takes it. `key` (the header Idempotency-Key) is the case key of a body without one. */
export function submissionOf(body: SubmissionBody, key?: string): Submission {
  const caseKey = body.caseKey ?? key;
  if (caseKey === undefined) {
    const message = "give the business system's own key, here or as the header Idempotency-Key";
    throw invalid(422, [{ field: 'caseKey', message }]);
  }
  const { packId, revision, submittedBy, interactive } = body;
  const documents = body.documents.map(({ name, mediaType, text, base64 }) => {
    const bytes = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text, 'utf8');
    return mediaType === undefined ? { name, bytes } : { name, mediaType, bytes };
  });
  return {
    ...{ packId, caseKey, documents, channel: 'api' },
    ...(revision === undefined ? {} : { revision }),
    ...(submittedBy === undefined ? {} : { submittedBy }),
    ...(interactive === undefined ? {} : { interactive }),
  };
}

/**
 * A submission as this person may make it: to a pack of theirs, in their own name. A service may state for whom.
 *
 * @throws Problem 403
 */
export function admitted(submission: Submission, identity: Identity): Submission {
  const denied = refusalOfAccess(identity, 'submit-case', submission.packId);
  if (denied) throw new Problem(403, denied.code, denied.message);
  const states = identity.roles.includes('service') && submission.submittedBy !== undefined;
  const submittedBy = states ? submission.submittedBy : actorOf(identity, submission.submittedBy, 'submittedBy');
  return submittedBy === undefined ? submission : { ...submission, submittedBy };
}

/** The key of an `Idempotency-Key` header, with or without the quotes of its draft standard. */
export function keyOf(header: string | string[] | undefined): string | undefined {
  const given = [header ?? ''].flat()[0]?.trim() ?? '';
  const key = /^".*"$/.test(given) ? given.slice(1, -1) : given;
  return key === '' ? undefined : key;
}

/** 202 when Temporal did not answer (the sweep starts it), 201 for a new case, 200 for a repeat. */
export function statusOf({ created, started }: Receipt): 200 | 201 | 202 {
  if (!started) return 202;
  return created ? 201 : 200;
}
