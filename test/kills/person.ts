import type { TaskOpening } from '../../src/activities/review-ports.ts';
import type { Sample } from '../../src/dev/samples.ts';
import { wholeRight } from '../../src/domain/accuracy.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { verdictSignal } from '../../src/messages.ts';
import type { Rig } from './rig.ts';

const NAME = 'rosa.reviewer (played)';

type OnRefused = (caseId: string) => 'approve' | 'reject';

/**
 * A reviewer who knows the ground truth, and who looks into the business system's books before answering about an
 * effect in doubt. She answers each question once: a verdict that was accepted must not be needed again.
 */
export class Person {
  readonly #rig: Rig;
  readonly #truths: ReadonlyMap<string, Sample>;
  readonly #onRefused: OnRefused;
  readonly #answered = new Set<string>();

  /** `truths` by case id; `onRefused`: what she says after a refused effect, reject by default. */
  constructor(rig: Rig, truths: ReadonlyMap<string, Sample>, onRefused: OnRefused = () => 'reject') {
    this.#rig = rig;
    this.#truths = truths;
    this.#onRefused = onRefused;
  }

  /** Answers every open question once; what cannot be sent now is sent in the next round. */
  async round(): Promise<void> {
    await Promise.allSettled([...this.#truths.keys()].map((caseId) => this.answer(caseId)));
  }

  /** Answers the open question of a case, by signal or over the API (which waits for the answer). */
  async answer(caseId: string, channel: 'signal' | 'api' = 'signal'): Promise<void> {
    const task = await this.#rig.ledger.reviews.openTask(caseId);
    if (!task || this.#answered.has(`${caseId} ${task.seen}`)) return;
    const about = { verdictId: `kills-${task.taskNo}-${task.seen}`, by: NAME, seen: task.seen };
    const verdict = { ...about, ...(await this.#judged(task)) } as Verdict;
    if (channel === 'api') await this.#rig.api.decide({ caseId, ...verdict });
    else await this.#rig.temporal.workflow.getHandle(caseId).signal(verdictSignal, verdict);
    this.#answered.add(`${caseId} ${task.seen}`);
  }

  async #judged(task: TaskOpening): Promise<{ verdict: string; reason?: string; output?: unknown }> {
    const { caseId, kind, effectKey, reasons, output } = task;
    if (kind !== 'proposal') {
      const wanted = kind === 'compensation' ? `${effectKey}/undo` : effectKey;
      const there = (await this.#rig.books()).some(({ reference }) => reference === wanted);
      return there ? { verdict: 'confirm', reason: 'it stands in the books' } : { verdict: 'approve' };
    }
    const codes = reasons.map(({ code }) => code);
    if (codes.includes('identity-taken')) return { verdict: 'reject', reason: 'already written' };
    if (codes.includes('effect-refused') && this.#onRefused(caseId) === 'reject')
      return { verdict: 'reject', reason: 'the business system refused it' };
    const truth = this.#truths.get(caseId)?.truth ?? {};
    return wholeRight(output, truth) ? { verdict: 'approve' } : { verdict: 'amend', output: truth };
  }
}
