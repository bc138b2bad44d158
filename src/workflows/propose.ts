import {
  ActivityFailure,
  isCancellation,
  patched,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CallInput, ModelCalled } from '../activities/steps.ts';
import { UNLIMITED_ASKING, type AskingPlan, type ModelRef, type Plan } from '../domain/plan.ts';
import type { Reason, ReasonCode } from '../domain/route.ts';
import { failureTypeOf } from '../failures.ts';
import { CS_STAGE } from '../messages.ts';
import { askingDetails, awayDetails } from './details.ts';
import { askModel, quickly } from './steps.ts';

/** What the chain of models came to. */
interface Asked {
  callId?: string;
  because: Reason[];
  /** At least one provider is away, and none of the others said anything about the case itself. */
  away: boolean;
}

/**
 * Asks the plan's models until one gives a usable answer. While providers are away, a case that nobody waits for waits
 * for them, up to the pack's patience: an outage of theirs must not become one of the reviewers. Without a usable answer a
 * person starts from nothing.
 */
export async function propose(
  caseId: string,
  plan: Plan,
  interactive: boolean,
): Promise<{ callId?: string; because: Reason[] }> {
  const asking = askingOf(plan);
  const giveUpAt = Date.now() + (interactive ? 0 : asking.patienceMs);
  for (let round = 1; ; round++) {
    const { callId, because, away } = await askChain(caseId, { ...plan, asking }, interactive);
    if (callId !== undefined) return { callId, because: [] };
    const left = giveUpAt - Date.now();
    if (!away || left <= 0) return { because };
    await waitForProvider(caseId, plan, { round, left, because });
  }
}

function askingOf({ asking }: { asking?: AskingPlan }): AskingPlan {
  return asking ?? UNLIMITED_ASKING;
}

/** Walks the fallback chain once, one activity per call. */
async function askChain(caseId: string, plan: Plan, interactive: boolean): Promise<Asked> {
  const because: Reason[] = [];
  let away = false;
  for (const [at, model] of plan.models.entries()) {
    const which = `${model.model} (${at + 1} of ${plan.models.length})`;
    setCurrentDetails(
      askingDetails(
        which,
        because.map(({ message }) => message),
      ),
    );
    const input = { caseId, packHash: plan.packHash, model, asking: plan.asking, interactive };
    try {
      const called = await askInTurns(input, which);
      if (called.outcome === 'ok') return { callId: called.callId, because: [], away: false };
      because.push(reasonOf(called));
      if (called.outcome === 'away') away = true;
      // Another model is no way around a refusal: a person decides.
      if (called.outcome === 'refusal' || called.outcome === 'filtered') return { because, away: false };
      if (called.outcome === 'over-budget' && plan.asking.budget.whenSpent === 'person')
        return { because, away: false };
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const type = failureTypeOf(error) ?? 'no answer in time';
      // What is wrong with the request stays wrong: such a case must not be asked again when the provider is well.
      const code = type === 'ProviderBadRequest' ? 'model-failed' : 'model-unavailable';
      because.push({ code, message: `${model.model}: ${type}` });
      if (code === 'model-unavailable') away = true;
    }
  }
  const onlyAway = because.every(({ code }) => code === 'model-unavailable' || code === 'over-budget');
  return { because, away: away && onlyAway };
}

/** One repair call with the validator's errors for an answer that is invalid, one with more room for one that was cut off. */
async function askInTurns(input: Omit<CallInput, 'turn' | 'after'>, which: string): Promise<ModelCalled> {
  const first = await askModel({ ...input, turn: 'first' }, `Ask ${which}`);
  const { outcome } = first;
  // Cases that were open before there were second calls go on without.
  if ((outcome !== 'invalid' && outcome !== 'truncated') || !patched('second-call')) return first;
  const turn = outcome === 'invalid' ? 'repair' : 'longer';
  const why = outcome === 'invalid' ? 'its answer was invalid' : 'its answer was cut off';
  return await askModel({ ...input, turn, after: first.callId }, `Ask ${which} again: ${why}`);
}

/** One timer, spread over all cases that wait, so that the provider is not run over when it is back. */
async function waitForProvider(
  caseId: string,
  { models }: Plan,
  { round, left, because }: { round: number; left: number; because: readonly Reason[] },
): Promise<void> {
  const names = models.map(({ provider, model }: ModelRef) => ({ provider, model }));
  const ms = await quickly('waitForModel', 'No model answers: plan the wait', { caseId, models: names, round });
  const waitMs = Math.max(1, Math.min(ms, left));
  if (round === 1) upsertSearchAttributes([{ key: CS_STAGE, value: 'waiting-for-model' }]);
  const reasons = because.map(({ message }) => message);
  setCurrentDetails(awayDetails(reasons, new Date(Date.now() + waitMs), new Date(Date.now() + left)));
  await sleep(waitMs, { summary: `Ask again: no model answers (${round})` });
}

const CODES: Record<Exclude<ModelCalled['outcome'], 'ok' | 'away' | 'over-budget'>, [ReasonCode, string]> = {
  refusal: ['model-refused', 'refused to answer'],
  truncated: ['model-truncated', 'the answer was cut off, with more room too'],
  filtered: ['model-filtered', 'the provider filtered the answer'],
  invalid: ['model-answer-invalid', 'the answer breaks the schema, repaired too'],
};

function reasonOf(called: ModelCalled): Reason {
  if (called.outcome === 'away') return { code: 'model-unavailable', message: called.message };
  if (called.outcome === 'over-budget') return { code: 'over-budget', message: called.message };
  const [code, says] = CODES[called.outcome as keyof typeof CODES];
  return { code, message: `${called.model}: ${says}` };
}
