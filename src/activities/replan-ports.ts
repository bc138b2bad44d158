import type { ReviewPlan } from '../domain/plan.ts';
import type { Approvals } from '../domain/policy.ts';
import type { AskedTimes, Standing } from './review-ports.ts';

/** An open question that waits for reviewers, with what its next steps are worked out from. */
export interface PlannedTask extends Omit<Standing, 'held'> {
  caseId: string;
  packId: string;
  packHash: string;
  review: ReviewPlan;
  openedAt: Date;
  deadlinePassed: boolean;
  submittedBy: string | null;
  /** The person who is away, and in whose place `group` is asked. */
  standsFor?: string;
  /** Absent: one approval decides. */
  approvals?: Approvals;
}

/** Whom a question asks from now on, and when its steps come. `asked`: it is somebody else, whose time begins now. */
export interface Replanned {
  asked?: { group: string; standsFor?: string; rest: readonly string[]; because: string };
  times: AskedTimes;
}

/** Open questions whose next steps may have moved because people or calendars changed. */
export interface Replans {
  /** In the order of case ids, after `after`; only those asked since `since` where that is given. Not those that wait for the submitter. */
  page(since: Date | undefined, limit: number, after?: string): Promise<PlannedTask[]>;
  one(caseId: string, taskNo: number): Promise<PlannedTask | undefined>;
  /** Sets the steps anew if `from` still is who is asked; again: no change. */
  replan(caseId: string, taskNo: number, from: string, to: Replanned): Promise<void>;
  /** On which people and calendars all questions were looked at last, and when. */
  looked(): Promise<{ basis: string; at: Date } | undefined>;
  keepLooked(basis: string, at: Date): Promise<void>;
}
