import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { NotConfirmed, updateCase } from '../../src/client/update-case.ts';
import { submitVerdict } from '../../src/messages.ts';

const CASE = 'case/test-pack/K-1';
const ACCEPTED = { accepted: true, verdictId: 'v-1' };
/** As gRPC says it. */
const DEADLINE_EXCEEDED = { code: 4, details: '', metadata: {} };

let ids: string[] = [];
beforeEach(() => void (ids = []));

/** A client whose updates end as `reply` does, within the deadline that it notes. */
function clientOf(reply: () => Promise<unknown>) {
  const waits: number[] = [];
  const executeUpdate = async (_: unknown, { updateId }: { updateId: string }) => {
    ids.push(updateId);
    return await reply();
  };
  const temporal = {
    workflow: { getHandle: () => ({ executeUpdate }) },
    withDeadline: async (deadline: number, call: () => Promise<unknown>) => {
      waits.push(deadline - Date.now());
      return await call();
    },
  } as unknown as Client;
  return { temporal, waits };
}
const send = async (temporal: Client, message: unknown = { verdictId: 'v-1' }) =>
  await updateCase(temporal, CASE, submitVerdict, message, 'verdict');

describe('a message to an open case', () => {
  it('is answered, waited for 15 s, and under one id when it is the same', async () => {
    const { temporal, waits } = clientOf(() => Promise.resolve(ACCEPTED));
    expect(await send(temporal)).toEqual(ACCEPTED);
    await send(temporal);
    await send(temporal, { verdictId: 'v-2' });
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(waits[0]).toBeGreaterThan(14_000);
    expect(waits[0]).toBeLessThanOrEqual(15_000);
  });

  it('that no worker takes in time says what to send again', async () => {
    const { temporal } = clientOf(() => Promise.reject(Object.assign(new Error(), DEADLINE_EXCEEDED)));
    const sending = send(temporal);
    await expect(sending).rejects.toBeInstanceOf(NotConfirmed);
    await expect(sending).rejects.toThrow(`${CASE}: no worker answered in 15 s; send the same verdict again`);
  });

  it('is none when the case is closed; any other fault is passed on', async () => {
    const closed = clientOf(() => Promise.reject(new WorkflowNotFoundError('', CASE, '')));
    expect(await send(closed.temporal)).toBeUndefined();
    const broken = clientOf(() => Promise.reject(new TypeError('broken')));
    await expect(send(broken.temporal)).rejects.toThrow('broken');
  });
});
