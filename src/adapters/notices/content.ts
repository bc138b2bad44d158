import type { LinkPurpose } from '../../domain/link.ts';
import type { NoticeItem } from '../ledger/notice-messages.ts';

/** A link by which the recipient may answer. */
export interface AnswerLink {
  purpose: LinkPurpose;
  url: string;
  expiresAt: Date;
}

/** A notice as a sentence, with where to look. Nothing of the documents is in it. */
export interface NoticeLine {
  item: NoticeItem;
  title: string;
  /** Further sentences: why, until when. */
  details: string[];
  /** Where the case can be seen. */
  caseUrl?: string;
  link?: AnswerLink;
}

export interface NoticeContent {
  subject: string;
  /** At least one. */
  lines: NoticeLine[];
}

/** `caseUrl`: `{caseId}` stands for the encoded id of the case. */
export function lineOf(item: NoticeItem, caseUrl: string | undefined, link?: AnswerLink): NoticeLine {
  const { payload } = item;
  const caseId = 'about' in payload ? payload.about : payload.caseId;
  const where = caseId === undefined ? undefined : caseUrl?.replaceAll('{caseId}', encodeURIComponent(caseId));
  return {
    item,
    title: titleOf(item),
    details: detailsOf(item),
    ...(where === undefined ? {} : { caseUrl: where }),
    ...(link ? { link } : {}),
  };
}

/** A notice for programs. The question to a submitter is left out: it may hold what no notice may say. */
export function noticeOf({ kind, payload }: NoticeItem): Record<string, unknown> {
  if (!('question' in payload)) return { kind, ...payload };
  const { question: _, ...rest } = payload;
  return { kind, ...rest };
}

function detailsOf({ payload, dueAt }: NoticeItem): string[] {
  if (payload.caseId === undefined) return [payload.message];
  if ('to' in payload) return [`Answer by: ${minute(new Date(payload.answerBy))}`];
  const why = payload.reasons.length === 0 ? [] : [`Why: ${payload.reasons.map(plainly).join(', ')}`];
  return [...why, ...(dueAt ? [`Due: ${minute(dueAt)}`] : [])];
}

export function contentOf(lines: NoticeLine[]): NoticeContent {
  const [first] = lines;
  const subject = lines.length === 1 && first ? first.title : `${lines.length} notices`;
  return { subject: `Countersign: ${subject}`, lines };
}

/** Date and time to the minute, in UTC: the reader's own zone is not known. */
function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export const LINK_WORDS: Record<LinkPurpose, string> = { decide: 'Read and decide', inform: 'Read and answer' };

/** What a message says of a link. */
export const linkText = ({ purpose, expiresAt }: AnswerLink): string =>
  `${LINK_WORDS[purpose]} by link (works once, until ${minute(expiresAt)}; do not pass it on)`;

function titleOf({ kind, payload }: NoticeItem): string {
  if ('about' in payload) return `${nameOf(payload.about)}: what is stored is not what was countersigned`;
  if (payload.caseId === undefined)
    return `Feed ${payload.feed} is ${kind === 'feed-fresh' ? 'fresh again' : 'too old'}`;
  const name = nameOf(payload.caseId);
  if ('to' in payload) return `A reviewer asks about ${name}`;
  if (kind === 'reminder') return `${name} still waits for ${payload.group}`;
  if (kind === 'escalated' || kind === 'reassigned') return `${name} was handed to ${payload.group}`;
  return `${name} waits for ${payload.group}`;
}

function nameOf(caseId: string): string {
  return caseId.replace(/^case\//, '');
}

/** A reason's code as words. */
function plainly(code: string): string {
  return code.replaceAll('-', ' ');
}
