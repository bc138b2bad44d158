import type { ApiClient } from '../client/api-client.ts';
import type { Fate } from './submit-run.ts';

const AT_ONCE = 8;
const ASK_SECONDS = 2;

/**
 * Waits until each case has ended or waits for a person, at most until `deadline` (milliseconds as of `Date.now`).
 * Returns the fates with where each case stands then.
 */
export async function waitForCases(api: ApiClient, fates: readonly Fate[], deadline: number): Promise<Fate[]> {
  const results = [...fates];
  let next = 0;
  async function work(): Promise<void> {
    for (let at = next++; at < results.length; at = next++) {
      const fate = results[at];
      if (fate && 'caseId' in fate && fate.outcome === null)
        results[at] = { ...fate, outcome: await standing(api, fate.caseId, deadline) };
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

async function standing(api: ApiClient, caseId: string, deadline: number): Promise<string> {
  for (;;) {
    const left = Math.ceil((deadline - Date.now()) / 1000);
    const file = await api.caseFile(caseId, { waitSeconds: Math.min(Math.max(left, 0), ASK_SECONDS) });
    if (file.outcome !== null) return file.outcome;
    if (file.task !== null) return 'review';
    if (left <= 0) return file.stage;
  }
}
