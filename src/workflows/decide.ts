import type { Before, DecisionRef } from '../activities/question.ts';
import type { Ingested } from '../activities/steps.ts';
import type { Plan } from '../domain/plan.ts';
import type { Reason } from '../domain/route.ts';
import { propose } from './propose.ts';
import type { ReviewDesk } from './review-desk.ts';
import { quickly, runNormally } from './steps.ts';

/** A decision, how it came about, and the plan it was made under. */
export interface Decided {
  decision: DecisionRef;
  route: 'straight-through' | 'review';
  plan: Plan;
  /** What to ask about again when the decision is taken back. */
  base: Base;
}

/** What a question is based on: a model's answer, a former decision, or nothing. */
export interface Base {
  callId?: string;
  decisionNo?: number;
  because: Reason[];
  /** Of the question that the next one replaces. */
  before?: Before;
}

/** The first decision: the model proposes, unless there is nothing it could read. */
export async function decideFirst(
  caseId: string,
  { plan, unreadable }: Extract<Ingested, { kind: 'ready' }>,
  desk: ReviewDesk,
  interactive: boolean,
): Promise<Decided> {
  const base = unreadable.length > 0 ? { because: unreadable } : await propose(caseId, plan, interactive);
  return await decide(caseId, plan, desk, base);
}

/** Validates the base and routes it: policy decides, or a person does. Moves visibly when the pinned pack version is gone. */
export async function decide(caseId: string, pinned: Plan, desk: ReviewDesk, from: Base): Promise<Decided> {
  let plan = pinned;
  let base = from;
  for (;;) {
    const input = { caseId, packHash: plan.packHash, taskNo: desk.nextTaskNo(), ...base };
    const question = await quickly('validate', 'Check schema, rules and confidence', input);
    if (question.kind === 'straight-through')
      return { decision: question.decision, route: 'straight-through', plan, base };
    const answer = question.kind === 'review' ? await desk.review(question, plan.review) : question;
    if (answer.kind === 'decided') return { decision: answer.decision, route: 'review', plan, base };
    if (answer.kind === 'ask-again') {
      // Its reasons were the outage alone, so nothing else is lost with them.
      const proposed = await propose(caseId, plan, false);
      base = { ...proposed, because: [...proposed.because, ...desk.takeLate()] };
      continue;
    }
    if (answer.kind === 'propose-again') {
      const { because, before } = answer;
      const proposed = await propose(caseId, plan, false);
      base = { ...proposed, because: [...base.because.filter(isOfCase), ...proposed.because, ...because], before };
      continue;
    }

    plan = await runNormally('moveToCurrentPack', 'Pinned pack version is gone: move to the current one', { caseId });
    const message = `The pack changed while this case was open: now judged by version ${plan.packVersion}`;
    base = { ...base, because: [...base.because, { code: 'pack-moved', message }] };
  }
}

/** False of what the former answer, or the lack of one, gave as a reason: the new one has reasons of its own. */
function isOfCase({ code }: Reason): boolean {
  return !code.startsWith('model-') && code !== 'over-budget';
}
