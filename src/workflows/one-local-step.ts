import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/**
 * Lets one local activity of a case run at a time. A verdict may be judged while a timer's step runs. Where both are under
 * way at once, their results come one after the other, but on replay together, and what follows from them is in another
 * order: the case could not go on after a restart of its worker.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    outbound: [
      {
        async scheduleLocalActivity(input, next) {
          const before = last;
          const mine = (async () => {
            await before;
            return await next(input);
          })();
          last = mine.catch(() => undefined);
          return await mine;
        },
      },
    ],
  };
};
