import { idempotencyKeyOf } from '../domain/decision.ts';
import { failure } from '../failures.ts';
import type { Ports } from './ports.ts';
import type { Steps } from './steps.ts';
import { aboutCase } from './about-case.ts';
import { openTask, questionOf } from './open-task.ts';

/** Opens a review task about an effect that only a person can settle. */
export const askAboutEffect =
  (
    ports: Pick<Ports, 'cases' | 'modelCalls' | 'reviews' | 'access' | 'effects' | 'packs' | 'clock'>,
  ): Steps['askAboutEffect'] =>
  async ({ caseId, decisionNo, effect: name, taskNo, kind, reason }) => {
    const record = await ports.cases.get(caseId);
    const effectKey = idempotencyKeyOf(caseId, decisionNo, name);
    const about = await ports.effects.get(effectKey);
    if (!record?.plan || !about)
      throw failure('NotStarted', `${caseId}: no effect '${name}' of decision ${decisionNo}`);
    const content = {
      kind,
      reasons: [reason],
      output: about.effect.request,
      evidence: {},
      confidence: {},
      rules: [],
      effects: [about.effect],
      callId: null,
      effectKey,
    };
    const shown = await aboutCase(ports, record, content.callId);
    const opening = await openTask(ports, shown, taskNo, record.plan.packHash, content);
    const again =
      kind === 'compensation' ? `Try again to undo: ${about.effect.title}` : `Send again: ${about.effect.title}`;
    return { ...questionOf(opening), effects: [again] };
  };
