import type { ReplanReport } from '../activities/steps.ts';
import { runNormally } from './steps.ts';

/** Scheduled: tells the cases whose next review step has moved because people, absences or calendars changed. */
export async function replanReviews(): Promise<ReplanReport> {
  return await runNormally('replanReviews', 'Compare open questions with people and calendars', undefined);
}
