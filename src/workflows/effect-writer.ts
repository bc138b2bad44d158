import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { DecisionRef } from '../activities/question.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import type { Reason } from '../domain/route.ts';
import { CS_STAGE } from '../messages.ts';
import { undoingDetails, writingDetails, type Written } from './details.ts';
import type { ReviewDesk } from './review-desk.ts';
import { quickly, runNormally } from './steps.ts';

export type WriteEnd =
  { kind: 'written' } | { kind: 'rejected'; by: string; reason?: string } | { kind: 'ask-again'; because: Reason[] };

interface EffectAt {
  decisionNo: number;
  name: string;
  title: string;
}

/** Writes a decision's effects downstream in order, and undoes them in reverse when one is refused or the case is taken back. */
export class EffectWriter {
  readonly #caseId: string;
  readonly #desk: ReviewDesk;
  /** Effects that are applied or may be, oldest first. */
  #done: (EffectAt & { reference: string })[] = [];
  #underWay: EffectAt | undefined;
  #maybe: EffectAt[] = [];
  #review: ReviewPlan | undefined;

  constructor(caseId: string, desk: ReviewDesk) {
    this.#caseId = caseId;
    this.#desk = desk;
  }

  get applied(): { name: string; reference: string }[] {
    return this.#done.map(({ name, reference }) => ({ name, reference }));
  }

  /** The same as people read it. */
  get written(): Written[] {
    return this.#done.map(({ title, reference }) => ({ title, reference }));
  }

  /** A former run was lost and may have written any of these: taking the case back undoes what the ledger knows of. */
  resume({ decisionNo, effects }: DecisionRef, review: ReviewPlan): void {
    this.#review = review;
    this.#maybe = effects.map((effect) => ({ decisionNo, ...effect }));
  }

  async write(decision: DecisionRef, review: ReviewPlan): Promise<WriteEnd> {
    this.#review = review;
    for (const [at, effect] of decision.effects.entries()) {
      const last = at === decision.effects.length - 1;
      const end = await this.#writeOne({ decisionNo: decision.decisionNo, ...effect }, last, decision.by);
      if (end.kind !== 'written') return end;
    }
    return { kind: 'written' };
  }

  /** Undoes everything that is applied or may be, newest first. Safe to call again. */
  async undoAll(why: string): Promise<void> {
    const known: EffectAt[] = [...this.#done, ...(this.#underWay ? [this.#underWay] : [])];
    const isKnown = ({ decisionNo, name }: EffectAt) =>
      known.some((one) => one.decisionNo === decisionNo && one.name === name);
    const effects = [...known, ...this.#maybe.filter((one) => !isKnown(one))].toReversed();
    if (effects.length === 0) return;
    upsertSearchAttributes([{ key: CS_STAGE, value: 'compensating' }]);
    setCurrentDetails(
      undoingDetails(
        effects.map(({ title }) => title),
        why,
      ),
    );
    for (const effect of effects) await this.#undoOne(effect, why);
    this.#done = [];
    this.#underWay = undefined;
    this.#maybe = [];
  }

  async #writeOne(effect: EffectAt, last: boolean, by: string): Promise<WriteEnd> {
    const { decisionNo, name, title } = effect;
    for (;;) {
      this.#underWay = effect;
      setCurrentDetails(writingDetails(title, by, this.written));
      const written = await runNormally('write', `Write: ${title}`, {
        caseId: this.#caseId,
        decisionNo,
        effect: name,
        last,
      });
      if (written.kind === 'applied') {
        this.#settle(effect, written.reference);
        return { kind: 'written' };
      }
      if (written.kind === 'identity-taken')
        return await this.#askAgain('identity-taken', `Already written by ${written.by}`);
      if (written.kind === 'refused')
        return await this.#askAgain('effect-refused', `${title}: refused, ${written.reason}`);
      if (written.kind === 'held-back') return await this.#heldBack(written.because);

      const reason: Reason = {
        code: 'effect-unknown',
        message: `${title}: sent, but the answer was lost, and the system cannot tell what became of it. Look whether it is there.`,
      };
      const answer = await this.#ask(effect, 'effect-unknown', reason);
      if (answer.kind === 'settled-by-hand') {
        this.#settle(effect, 'confirmed by hand');
        if (last)
          await quickly('closeCase', 'Record the end', { caseId: this.#caseId, outcome: 'written', by: answer.by });
        return { kind: 'written' };
      }
      if (answer.kind === 'decided') {
        // The reviewer says that it is not there and shall not be: what was applied before it goes too.
        this.#underWay = undefined;
        await this.undoAll('The reviewer rejected the rest');
        const { by, reason: why } = answer.decision;
        return why === undefined ? { kind: 'rejected', by } : { kind: 'rejected', by, reason: why };
      }
    }
  }

  #settle(effect: EffectAt, reference: string): void {
    this.#done.push({ ...effect, reference });
    this.#underWay = undefined;
  }

  async #askAgain(code: Reason['code'], message: string): Promise<WriteEnd> {
    this.#underWay = undefined;
    await this.undoAll('A later effect was refused');
    return { kind: 'ask-again', because: [{ code, message }] };
  }

  /** Nothing of this effect was sent; what was written before it goes too. */
  async #heldBack(because: Reason[]): Promise<WriteEnd> {
    this.#underWay = undefined;
    await this.undoAll('What was decided may not be written any more');
    return { kind: 'ask-again', because };
  }

  async #undoOne(effect: EffectAt, why: string): Promise<void> {
    const { decisionNo, name, title } = effect;
    for (;;) {
      const undone = await runNormally('compensate', `Undo: ${title}`, {
        caseId: this.#caseId,
        decisionNo,
        effect: name,
        why,
      });
      if (undone.kind !== 'refused') return;
      const reason: Reason = {
        code: 'compensation-refused',
        message: `Undo of "${title}" was refused: ${undone.reason}`,
      };
      const answer = await this.#ask(effect, 'compensation', reason);
      if (answer.kind === 'settled-by-hand') return;
    }
  }

  async #ask(effect: EffectAt, kind: 'effect-unknown' | 'compensation', reason: Reason) {
    const taskNo = this.#desk.nextTaskNo();
    const input = { caseId: this.#caseId, decisionNo: effect.decisionNo, effect: effect.name, taskNo, kind, reason };
    const question = await quickly('askAboutEffect', `Ask a person about: ${effect.title}`, input);
    if (!this.#review) throw new TypeError('undo before any write');
    return await this.#desk.settle(question, this.#review);
  }
}
