import type { Reminders } from '../../activities/review-ports.ts';

export type NoticeKind =
  | 'task-opened'
  | 'reminder'
  | 'escalated'
  | 'reassigned'
  | 'information-asked'
  | 'feed-stale'
  | 'feed-fresh'
  | 'tampering';

/** What a notice says: where to look and why, nothing personal. */
export type NoticePayload = TaskNotice | InformationNotice | FeedNotice | TamperingNotice;

/** To a group, about a review task. */
interface TaskNotice {
  caseId: string;
  taskNo: number;
  group: string;
  reasons: string[];
  /** Of a reminder: those that follow it. */
  reminders?: Reminders;
}

/** To who submitted a case, or answers for its process, with what a reviewer asks. */
interface InformationNotice {
  caseId: string;
  taskNo: number;
  /** What to answer; a link for the submitter is made from it where the notice is sent. */
  requestId: string;
  to: string;
  question: string;
  /** ISO 8601. */
  answerBy: string;
}

/** To the owner of a case's pack: what is stored is not what was countersigned. About no task, so that none takes it back. */
interface TamperingNotice {
  caseId?: never;
  taskNo?: never;
  owner: string;
  about: string;
  message: string;
}

/** To the owner of packs, about a feed that they read. */
interface FeedNotice {
  caseId?: never;
  taskNo?: never;
  feed: string;
  owner: string;
  packs: string[];
  /** ISO 8601; null: never loaded. */
  asOf: string | null;
  message: string;
}
