import { ActivityFailure, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type { ModelCalled } from '../activities/steps.ts';
import type { Plan } from '../domain/plan.ts';
import type { Reason, ReasonCode } from '../domain/route.ts';
import { failureTypeOf } from '../failures.ts';
import { askingDetails } from './details.ts';
import { askModel } from './steps.ts';

/** Walks the plan's fallback chain, one activity per model. Without a usable answer a person starts from nothing. */
export async function propose(caseId: string, plan: Plan): Promise<{ callId?: string; because: Reason[] }> {
  const because: Reason[] = [];
  for (const [at, model] of plan.models.entries()) {
    const which = `${model.model} (${at + 1} of ${plan.models.length})`;
    setCurrentDetails(
      askingDetails(
        which,
        because.map(({ message }) => message),
      ),
    );
    try {
      const called = await askModel({ caseId, packHash: plan.packHash, model }, `Ask ${which}`);
      if (called.outcome === 'ok') return { callId: called.callId, because: [] };
      because.push(reasonOf(called));
      // Another model is no way around a refusal: a person decides.
      if (called.outcome === 'refusal' || called.outcome === 'filtered') break;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const type = failureTypeOf(error) ?? 'no answer in time';
      because.push({ code: 'model-unavailable', message: `${model.model}: ${type}` });
    }
  }
  return { because };
}

const CODES: Record<Exclude<ModelCalled['outcome'], 'ok'>, [ReasonCode, string]> = {
  refusal: ['model-refused', 'refused to answer'],
  truncated: ['model-truncated', 'the answer was cut off'],
  filtered: ['model-filtered', 'the provider filtered the answer'],
  invalid: ['model-answer-invalid', 'the answer is not valid JSON'],
};

function reasonOf(called: ModelCalled): Reason {
  const [code, says] = CODES[called.outcome as Exclude<ModelCalled['outcome'], 'ok'>];
  return { code, message: `${called.model}: ${says}` };
}
