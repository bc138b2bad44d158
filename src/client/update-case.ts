import { isGrpcDeadlineError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { sha256 } from '../canonical.ts';

/** No worker confirmed a verdict or an answer in time. It may still be taken; the same can be sent again without harm. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

const CONFIRMED_MS = 15_000;

/**
 * Sends a message to an open case, under an id that an exact repeat shares. Undefined: the case is closed. Throws
 * `NotConfirmed`, naming `what` to send again, when no worker answered in 15 s.
 */
export async function updateCase<Answer>(
  temporal: Client,
  caseId: string,
  update: UpdateDefinition<Answer, [unknown]>,
  message: unknown,
  what: 'verdict' | 'answer',
): Promise<Answer | undefined> {
  const updateId = sha256(JSON.stringify(message)).slice(0, 32);
  try {
    const handle = temporal.workflow.getHandle(caseId);
    return await temporal.withDeadline(Date.now() + CONFIRMED_MS, () =>
      handle.executeUpdate(update, { args: [message], updateId }),
    );
  } catch (error) {
    if (isGrpcDeadlineError(error))
      throw new NotConfirmed(`${caseId}: no worker answered in ${CONFIRMED_MS / 1000} s; send the same ${what} again`);
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return undefined;
  }
}
