import type { Reviews } from '../../activities/review-ports.ts';
import { decisionsOf } from './decisions.ts';
import type { Store } from './record.ts';
import { tasksOf } from './tasks.ts';
import { verdictsOf } from './verdicts.ts';

/** Reviews are tasks that are put, verdicts that come back, and decisions that follow. */
export function reviewsOf(store: Store): Reviews {
  return { ...tasksOf(store), ...verdictsOf(store), ...decisionsOf(store) };
}
