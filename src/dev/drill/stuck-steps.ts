import type { DrillRig } from './drill-rig.ts';

/** What an operator sees of stuck cases in Temporal. */
export interface StuckSteps {
  /** Cases with a pending step that was tried before, and its last failure. */
  visible: number;
  /** Cases with a pending step that was tried before, and no word why. */
  silent: number;
  text: string;
}

const LOOKED_AT = 60;

/** Describes some of the cases, as the Temporal UI does, and counts the steps that are being tried again. */
export async function stuckSteps(rig: DrillRig, caseIds: readonly string[]): Promise<StuckSteps> {
  const every = Math.max(1, Math.floor(caseIds.length / LOOKED_AT));
  const some = caseIds.filter((_, at) => at % every === 0).slice(0, LOOKED_AT);
  const runs = await Promise.all(some.map((caseId) => rig.run(caseId)));
  const retried = runs.flatMap((run) => (run?.raw.pendingActivities ?? []).filter(({ attempt }) => (attempt ?? 1) > 1));
  const told = retried.filter(({ lastFailure }) => Boolean(lastFailure?.message));
  const pending = runs.filter((run) => (run?.raw.pendingActivities ?? []).length > 0).length;
  // Quick steps run inside a workflow task first; they show as a step of their own once that way has failed.
  const thinking = runs.filter(
    (run) => run?.raw.pendingWorkflowTask && (run.raw.pendingActivities ?? []).length === 0,
  ).length;
  const example = told[0];
  const says = example
    ? `, such as '${example.activityType?.name}, attempt ${example.attempt}: ${example.lastFailure?.message}'`
    : '';
  return {
    visible: told.length,
    silent: retried.length - told.length,
    text: `of ${some.length} cases looked at in Temporal while it lasted, ${pending} showed a pending step, ${told.length} with its last failure${says}; ${thinking} more had only a workflow task waiting or under way`,
  };
}
