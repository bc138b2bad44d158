import { stateOfRequest, type InformationRequest } from './information.ts';
import { samePerson, type OpenTask } from './verdict.ts';

/** Whether a pack lets people decide by a link in a message. `low-risk`: where one approval suffices and no rule of four eyes is at stake. */
export type LinkPolicy = 'never' | 'low-risk' | 'always';

/** What a link is for: to decide a question, or to answer what a reviewer asks the submitter. */
export type LinkPurpose = 'decide' | 'inform';

/** What a link keeps of what a person said by it: the verdict, or the SHA-256 (hex) of the answer, whose text is a document of the case. */
export type LinkAnswer = { verdict: 'approve' | 'reject'; reason?: string } | { textHash: string };

/** A link as the ledger holds it. The token itself is nowhere: `tokenHash` is its SHA-256, hex. */
export interface Link {
  id: string;
  tokenHash: string;
  purpose: LinkPurpose;
  caseId: string;
  taskNo: number;
  /** The digest of the question: asked anew, it has another one, and the link answers nothing. */
  seen: string;
  /** Of `inform`: what is asked. Else null. */
  requestId: string | null;
  /** Whose answer it gives. */
  person: string;
  expiresAt: Date;
  usedAt: Date | null;
  answer: LinkAnswer | null;
  settledAt: Date | null;
  revokedAt: Date | null;
}

export type LinkRefusalCode =
  /** There is no such link. */
  | 'unknown'
  /** There is a link of that id, but this token is not its own, or the row was changed. */
  | 'altered'
  | 'revoked'
  | 'used'
  | 'expired'
  /** The question was answered, recalled or asked anew, or the case is closed. */
  | 'answered'
  | 'not-allowed'
  /** Sent by a page of another site, or not by the form of the link's own page. */
  | 'cross-site'
  | 'malformed';

export interface LinkRefusal {
  code: LinkRefusalCode;
  message: string;
}

/** The question that a link is about, as far as it says whether there may be one. */
export type LinkedTask = Pick<
  OpenTask,
  'kind' | 'hasProposal' | 'brokenHardRules' | 'approvals' | 'fourEyes' | 'submittedBy'
>;

/**
 * Whether this person may have a link to decide this question. Only proposals that can be approved as they stand have
 * links: by a link nothing is amended, and what to do about an effect in doubt needs a look into the business system.
 */
export function mayHaveLink(policy: LinkPolicy, task: LinkedTask, person: string): boolean {
  if (policy === 'never' || task.kind !== 'proposal' || !task.hasProposal || task.brokenHardRules.length > 0)
    return false;
  const submitted = task.submittedBy !== null && samePerson(person, task.submittedBy);
  if (submitted && (task.fourEyes || task.approvals)) return false;
  return policy === 'always' || (!task.fourEyes && task.approvals === undefined);
}

/** Why a link to decide does nothing now; undefined: it does. `answer`: what it is used for, where it is used. */
export function decideRefusalOf(
  link: Link,
  task: (LinkedTask & { taskNo: number; seen: string; links?: LinkPolicy | undefined }) | undefined,
  now: Date,
  answer?: LinkAnswer,
): LinkRefusal | undefined {
  const refusal = deadRefusalOf(link, task?.taskNo === link.taskNo && task.seen === link.seen, now, answer);
  if (refusal || link.usedAt || !task) return refusal;
  return mayHaveLink(task.links ?? 'never', task, link.person) ? undefined : NOT_ALLOWED;
}

/** The same of a link to answer what a reviewer asks: it works while that waits for its answer, for who is asked. */
export function informRefusalOf(
  link: Link,
  request: InformationRequest | undefined,
  now: Date,
  answer?: LinkAnswer,
): LinkRefusal | undefined {
  const asked = request?.requestId === link.requestId && stateOfRequest(request) === 'open';
  const refusal = deadRefusalOf(link, asked, now, answer);
  if (refusal || link.usedAt || !request) return refusal;
  return request.askedOf === link.person ? undefined : NOT_ALLOWED;
}

const NOT_ALLOWED: LinkRefusal = { code: 'not-allowed', message: 'This question is not answered by a link.' };

/** `open`: what the link is about still waits for an answer. */
function deadRefusalOf(link: Link, open: boolean, now: Date, answer: LinkAnswer | undefined): LinkRefusal | undefined {
  if (link.revokedAt) return { code: 'revoked', message: 'This link was taken back.' };
  // Sent again where nothing is known of the first time: the same answer only, and the case takes it once.
  const repeats = link.settledAt === null && answer !== undefined && sameAnswer(link.answer, answer);
  if (link.usedAt && !repeats) return { code: 'used', message: 'This link was used already; it works once.' };
  if (now.getTime() >= link.expiresAt.getTime()) return { code: 'expired', message: 'This link has expired.' };
  if (!repeats && !open)
    return { code: 'answered', message: 'The question of this link is no longer open, or has changed since.' };
  return undefined;
}

function sameAnswer(a: LinkAnswer | null, b: LinkAnswer): boolean {
  return a !== null && JSON.stringify(saidBy(a)) === JSON.stringify(saidBy(b));
}

function saidBy(answer: LinkAnswer): unknown[] {
  return 'textHash' in answer ? [answer.textHash] : [answer.verdict, answer.reason];
}

/** The id of a verdict or an answer by link: the case takes one. */
export function idByLink(linkId: string): string {
  return `link-${linkId}`;
}
