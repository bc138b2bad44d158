import { ApplicationFailure } from '@temporalio/workflow';
import type { CaseResult } from '../domain/decision.ts';
import type { ReverseCaseInput } from '../messages.ts';
import { quickly, runNormally } from './steps.ts';

/**
 * Reverses a written case: every applied effect is compensated, newest first; then its key may be revised. Fails when the
 * business system refuses; the reversal can then be started again.
 */
export async function reverseCase({ caseId, ...asked }: ReverseCaseInput): Promise<CaseResult> {
  const effects = await runNormally('effectsToReverse', 'List what the case wrote', { caseId, ...asked });
  const { by, reason } = asked;
  for (const { decisionNo, effect, title } of effects) {
    const undone = await runNormally('compensate', `Undo: ${title}`, { caseId, decisionNo, effect, why: reason });
    // The books stay as they are from here on: an earlier effect is not undone while a later one stands.
    if (undone.kind === 'refused') {
      throw ApplicationFailure.nonRetryable(`not reversed: ${title}: ${undone.reason}`, 'EffectRefused');
    }
  }
  await quickly('closeCase', 'Record the reversal', { caseId, outcome: 'reversed', ...asked });
  return { caseId, outcome: 'reversed', route: 'none', decidedBy: by, reason };
}
