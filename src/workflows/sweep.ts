import type { SweepReport } from '../activities/steps.ts';
import { runNormally } from './steps.ts';

/** Scheduled: starts accepted cases that have no workflow, and reports ended workflows without a decision. */
export async function sweep(): Promise<SweepReport> {
  return await runNormally('sweep', 'Compare the ledger with Temporal', undefined);
}
