import { CancellationScope } from '@temporalio/workflow';

/** Messages to a case, one after the other, also while the case is being cancelled: what was taken in must be answered. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `step` when all that came before has ended, well or not. */
  async take<T>(step: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = CancellationScope.nonCancellable(async () => {
      await before;
      return await step();
    });
    this.#last = mine.catch(() => undefined);
    return await mine;
  }

  /** Waits until whatever came before now, or comes meanwhile, has been judged. */
  async over(): Promise<void> {
    for (let last; last !== this.#last; await last) last = this.#last;
  }
}
