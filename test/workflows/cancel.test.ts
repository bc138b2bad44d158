import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it, test } from 'vitest';
import { getCase, withdrawSignal } from '../../src/messages.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { until, useServer, verdict, withWorker, type CaseHandle } from './harness.ts';
import { accept, alwaysReview, inTurn, PAY, planOf, POST, scriptedSteps } from './scripted-steps.ts';

const server = useServer();
const OPERATOR = { outcome: 'cancelled', by: 'operator (unauthenticated)', reason: 'cancelled in Temporal' };
const PETRA = { outcome: 'cancelled', by: 'petra', reason: 'sent by mistake' };

/** Taken back by a native cancel or by the signal of a named person; both end the case the same way. */
const ways = {
  'a native cancel': {
    end: (case_: CaseHandle) => case_.handle.cancel(),
    recorded: OPERATOR,
    ended: async (case_: CaseHandle) => {
      await expect(case_.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
    },
  },
  'a withdrawal': {
    end: (case_: CaseHandle) => case_.handle.signal(withdrawSignal, { by: 'petra', reason: 'sent by mistake' }),
    recorded: PETRA,
    ended: async (case_: CaseHandle) => {
      expect(await case_.handle.result()).toMatchObject({
        outcome: 'cancelled',
        decidedBy: 'petra',
        reason: 'sent by mistake',
      });
    },
  },
};

/** A step that stays until it is let go. */
function held() {
  let release = () => {};
  const until_ = new Promise<void>((resolve) => (release = resolve));
  return { wait: until_, release: () => release() };
}

/** Waits until the workflow has asked the activity that runs to stop. */
async function cancelReached({ handle }: CaseHandle): Promise<void> {
  await until(async () => {
    const { events } = await handle.fetchHistory();
    return events?.some((event) => event.activityTaskCancelRequestedEventAttributes) || undefined;
  });
}

describe.each(Object.entries(ways))('%s', (_, { end, recorded, ended }) => {
  it('while the model is asked: nothing is written', async () => {
    const { wait, release } = held();
    const { activities, inputs } = scriptedSteps({
      callModel: async () => {
        await wait;
        return { callId: 'call-1', outcome: 'ok', model: 'm-1', costMicros: 1 };
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('callModel').length > 0 || undefined);
      await end(case_);
      await ended(case_);
      release();
    });
    expect(inputs('closeCase')).toMatchObject([recorded]);
    expect([...inputs('write'), ...inputs('compensate')]).toEqual([]);
  });

  it('while a person is asked: nothing is written, and a late verdict finds no case', async () => {
    const { activities, inputs } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await end(case_);
      await ended(case_);
      await expect(case_.signal(verdict('approve', 1))).rejects.toThrow();
    });
    expect(inputs('closeCase')).toMatchObject([recorded]);
    expect(inputs('write')).toEqual([]);
  });

  it('while the only effect is under way: it is undone when it turns out written', async () => {
    const { wait, release } = held();
    const { activities, inputs } = scriptedSteps({
      write: async () => {
        await wait;
        return { kind: 'applied', reference: 'ref' };
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('write').length > 0 || undefined);
      await end(case_);
      await cancelReached(case_);
      release();
      await ended(case_);
    });
    expect(inputs('compensate')).toMatchObject([{ effect: 'post' }]);
    expect(inputs('closeCase')).toMatchObject([recorded]);
  });

  it('while an effect is tried again and again: what became of it is settled, then undone', async () => {
    const { activities, inputs } = scriptedSteps({ write: () => Promise.reject(new Error('the sink is down')) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('write').length > 0 || undefined);
      await end(case_);
      await ended(case_);
    });
    expect(inputs('compensate')).toMatchObject([{ effect: 'post' }]);
  });

  it('after the first of two effects: both are undone, newest first', async () => {
    const { wait, release } = held();
    const { activities, inputs } = scriptedSteps(
      {
        write: async ({ effect }) => {
          if (effect === 'pay') await wait;
          return { kind: 'applied', reference: effect };
        },
      },
      [POST, PAY],
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('write').length > 1 || undefined);
      await end(case_);
      await cancelReached(case_);
      release();
      await ended(case_);
    });
    expect(inputs('compensate')).toMatchObject([{ effect: 'pay' }, { effect: 'post' }]);
    expect(inputs('closeCase')).toMatchObject([recorded]);
  });

  it('while an effect is in doubt: it is undone before the case ends', async () => {
    const { activities, inputs } = scriptedSteps({ write: inTurn<'write'>({ kind: 'unknown' }) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(2);
      await end(case_);
      await ended(case_);
    });
    expect(inputs('compensate')).toMatchObject([{ effect: 'post' }]);
  });

  it('waits for a person when the undo is refused, and still ends', async () => {
    const { activities, inputs } = scriptedSteps({
      write: inTurn<'write'>({ kind: 'unknown' }),
      compensate: inTurn<'compensate'>({ kind: 'refused', reason: 'it is unknown whether it was applied' }),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(2);
      await end(case_);
      await case_.asked(3);
      await case_.say('update', verdict('confirm', 3));
      await ended(case_);
    });
    expect(inputs('closeCase')).toMatchObject([recorded]);
  });

  it('undoes all that a lost run may have written, also what this run did not come to', async () => {
    const { activities, inputs } = scriptedSteps({
      ingest: () =>
        Promise.resolve({ kind: 'decided', plan: planOf(), lastTaskNo: 1, decision: accept(1, [POST, PAY], 'rita') }),
      write: () => Promise.reject(new Error('the sink is down')),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('write').length > 0 || undefined);
      await end(case_);
      await ended(case_);
    });
    expect(inputs('compensate').map(({ effect }) => effect)).toEqual(['pay', 'post']);
  });
});

describe('a withdrawal', () => {
  test.each([null, 'petra', { by: 'petra' }, { by: '', reason: 'x' }])(
    'that names nobody or no reason is none: %j',
    async (message) => {
      const { activities } = scriptedSteps(alwaysReview);
      await withWorker(server, activities, async (run) => {
        const case_ = await run.start();
        await case_.asked();
        await case_.handle.signal('withdraw', message);
        await case_.say('update', verdict('approve', 1));
        expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      });
    },
  );

  it('with the start itself ends the case before anything is read', async () => {
    const { activities, names } = scriptedSteps();
    await withWorker(server, activities, async (run) => {
      const handle = await run.client.workflow.signalWithStart('decideCase', {
        workflowId: 'case/test-pack/withdrawn',
        taskQueue: run.taskQueue,
        args: [{ packId: 'test-pack', caseKey: 'withdrawn', documents: [] }],
        signal: withdrawSignal,
        signalArgs: [{ by: 'petra', reason: 'sent by mistake' }],
      });
      run.handles.push(handle);
      expect(await handle.result()).toMatchObject({ outcome: 'cancelled', decidedBy: 'petra' });
    });
    expect(names()).toEqual(['judgeWithdrawal', 'closeCase']);
  });

  it('that comes twice counts once: the first name stands', async () => {
    const { activities, inputs } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.handle.signal(withdrawSignal, { by: 'petra', reason: 'first' });
      await case_.handle.signal(withdrawSignal, { by: 'quinn', reason: 'second' }).catch(() => undefined);
      expect(await case_.handle.result()).toMatchObject({ decidedBy: 'petra', reason: 'first' });
    });
    // The step may run again when the second one comes while the case ends; it says the same.
    expect(inputs('closeCase').every(({ by }) => by === 'petra')).toBe(true);
  });
});

it('a terminated case runs no code: the sweep finds it in the ledger', async () => {
  const fakes = fakePorts();
  fakes.replies.splice(0, 1, new TypeError('never answers'));
  await withWorker(server, fakes.activities, async (run) => {
    const documents = await fakes.ports.documents.put([
      { name: 'a', mediaType: 'text/plain', bytes: Buffer.from('Pay') },
    ]);
    const case_ = await run.start({ documents });
    await until(async () => (await case_.handle.query(getCase)).stage === 'proposing' || undefined);
    await case_.handle.terminate('by hand');
    await expect(case_.handle.result()).rejects.toThrow();
    const caseId = case_.handle.workflowId;
    expect(fakes.ledger.case(caseId).outcome).toBeNull();
    fakes.ports.temporal.status = () => Promise.resolve('closed');
    expect((await fakes.activities.sweep()).orphaned).toEqual([caseId]);
  });
});
