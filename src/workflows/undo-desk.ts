import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { DecisionRef, Withdrawn } from '../activities/question.ts';
import { CS_DUE_AT, CS_STAGE, type CaseView, type VerdictAnswer } from '../messages.ts';
import { undoDetails, type Refused } from './details.ts';
import { quickly } from './steps.ts';
import { refusedOf } from './verdict-message.ts';

/** Holds an approval back for its undo window: nothing is written before it ends, and nothing if it is taken back in it. */
export class UndoDesk {
  readonly #caseId: string;
  readonly #withdrawn = new Map<number, Withdrawn>();
  #open: DecisionRef | undefined;
  #refused: Refused | undefined;

  constructor(caseId: string) {
    this.#caseId = caseId;
  }

  /** What the query shows while an approval is held back. */
  get view(): CaseView['undo'] {
    return this.#open?.undo && { ...this.#open.undo, by: this.#open.by };
  }

  /** A withdrawal that the ledger has taken. It may come before the wait begins. */
  take(withdrawn: Withdrawn): void {
    this.#withdrawn.set(withdrawn.decisionNo, withdrawn);
  }

  refused(message: unknown, answer: Extract<VerdictAnswer, { accepted: false }>): void {
    if (!this.#open) return;
    this.#refused = refusedOf(message, answer, this.#refused);
    this.#tell();
  }

  /** Waits for the end of the window. Returns the withdrawal; undefined: the decision is to be written now. */
  async wait(decision: DecisionRef): Promise<Withdrawn | undefined> {
    const { undo, decisionNo } = decision;
    if (!undo) return undefined;
    const withdrawn = () => this.#withdrawn.get(decisionNo);
    const leftMs = Date.parse(undo.until) - Date.now();
    if (leftMs > 0 && !withdrawn()) {
      this.#open = decision;
      upsertSearchAttributes([
        { key: CS_STAGE, value: 'undo-window' },
        { key: CS_DUE_AT, value: new Date(undo.until) },
      ]);
      this.#tell();
      const summary = `Undo window: written at ${undo.until} unless taken back`;
      await condition(() => withdrawn() !== undefined, leftMs, { summary });
    }
    // The ledger closes the window: a withdrawal that it took before is not lost, and none is taken after.
    const standing = withdrawn() ?? (await this.#end(decisionNo));
    this.#open = undefined;
    this.#refused = undefined;
    return standing;
  }

  async #end(decisionNo: number): Promise<Withdrawn | undefined> {
    const taken = await quickly('endUndo', 'The undo window is over', { caseId: this.#caseId, decisionNo });
    return taken ? { kind: 'withdrawn', decisionNo, ...taken } : undefined;
  }

  #tell(): void {
    if (this.#open) setCurrentDetails(undoDetails(this.#open, this.#caseId, this.#refused));
  }
}
