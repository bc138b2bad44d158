import type { Ports } from './ports.ts';
import type { Steps } from './steps.ts';

/** How long a case waits for its providers; the ledger knows when they are tried again and who waits too. */
export const waitForModel =
  ({ modelCalls }: Pick<Ports, 'modelCalls'>): Steps['waitForModel'] =>
  async ({ caseId, models, round }) =>
    await modelCalls.waitMs(caseId, models, round);
