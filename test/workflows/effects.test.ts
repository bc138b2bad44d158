import { describe, expect, it, test } from 'vitest';
import type { Steps } from '../../src/activities/steps.ts';
import type { Reason } from '../../src/domain/route.ts';
import { useServer, verdict, withWorker } from './harness.ts';
import { accept, alwaysReview, inTurn, PAY, planOf, POST, questionOf, scriptedSteps } from './scripted-steps.ts';

const server = useServer();
const applied = { kind: 'applied', reference: 'ref' } as const;
const refused = { kind: 'refused', reason: 'period closed' } as const;
const unknown = { kind: 'unknown' } as const;

/** Straight through first; asked again after an effect was refused. */
const straightThenReview: Pick<Steps, 'validate'> = {
  validate: ({ taskNo, decisionNo }) =>
    Promise.resolve(
      decisionNo === undefined ? { kind: 'straight-through', decision: accept(1, [POST, PAY]) } : questionOf(taskNo),
    ),
};

describe('an effect that is refused', () => {
  it('undoes the earlier ones, and a person is asked again about the same output', async () => {
    const write = inTurn<'write'>(applied, refused, applied);
    const { activities, inputs, names } = scriptedSteps({ ...straightThenReview, write }, [POST, PAY]);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const { taskNo } = await case_.asked();
      expect(inputs('compensate')).toMatchObject([{ effect: 'post', decisionNo: 1 }]);
      expect(inputs('validate').at(-1)).toMatchObject({
        decisionNo: 1,
        because: [{ code: 'effect-refused', message: 'Pay 12.00 EUR: refused, period closed' }],
      });
      await case_.say('update', verdict('amend', taskNo));
      expect(await case_.handle.result()).toMatchObject({
        outcome: 'written',
        effects: [{ name: 'post' }, { name: 'pay' }],
      });
    });
    expect(names().filter((name) => name === 'write')).toHaveLength(4);
  });

  it('by a taken business identity says which case has it', async () => {
    const write = inTurn<'write'>({ kind: 'identity-taken', by: 'case/test-pack/OTHER' });
    const { activities, inputs } = scriptedSteps({ ...straightThenReview, write });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const { taskNo } = await case_.asked();
      expect(inputs('validate').at(-1)).toMatchObject({
        because: [{ code: 'identity-taken', message: 'Already written by case/test-pack/OTHER' }],
      });
      await case_.say('signal', verdict('reject', taskNo));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected' });
    });
    expect(inputs('compensate')).toEqual([]);
  });

  it('is not written by an earlier verdict that is sent again', async () => {
    const { activities, inputs } = scriptedSteps({ ...alwaysReview, write: inTurn<'write'>(refused, applied) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(1);
      await case_.say('update', verdict('approve', 1));
      await case_.asked(2);
      // The exact repeat gets its first answer, and nothing else happens.
      await case_.say('update', verdict('approve', 1));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await case_.view()).task?.taskNo).toBe(2);
      expect(inputs('write')).toHaveLength(1);
      await case_.say('update', verdict('approve', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('write')).toMatchObject([{ decisionNo: 1 }, { decisionNo: 2 }]);
  });
});

describe('an effect whose outcome is unknown', () => {
  it('confirm: is there, the next one follows', async () => {
    const { activities, inputs } = scriptedSteps({ write: inTurn<'write'>(unknown, applied) }, [POST, PAY]);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.asked()).toMatchObject({ kind: 'effect-unknown', taskNo: 2 });
      await case_.say('update', verdict('confirm', 2));
      expect(await case_.handle.result()).toMatchObject({
        outcome: 'written',
        effects: [{ name: 'post', reference: 'confirmed by hand' }, { name: 'pay' }],
      });
    });
    expect(inputs('closeCase')).toEqual([]);
  });

  it('confirm of the last one closes the case', async () => {
    const { activities, inputs } = scriptedSteps({ write: inTurn<'write'>(unknown) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(2);
      await case_.say('signal', verdict('confirm', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('closeCase')).toMatchObject([{ outcome: 'written', by: 'rita' }]);
  });

  it('approve: is not there, it is written again', async () => {
    const { activities, inputs } = scriptedSteps({ write: inTurn<'write'>(unknown, unknown, applied) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      for (const taskNo of [2, 3]) {
        await case_.asked(taskNo);
        await case_.say('update', verdict('approve', taskNo));
      }
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('write')).toHaveLength(3);
  });

  it('reject: is not there and shall not be, and what was written before it is undone', async () => {
    const { activities, inputs } = scriptedSteps({ write: inTurn<'write'>(applied, unknown) }, [POST, PAY]);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(2);
      await case_.say('update', verdict('reject', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected', decidedBy: 'rita' });
    });
    expect(inputs('compensate')).toMatchObject([{ effect: 'post' }]);
  });

  it('waits for a person past any deadline, whatever its default', async () => {
    const plan = planOf({ groups: ['clerks'], deadlineMs: 1_000, deadlineDefault: 'reject' });
    const { activities, inputs } = scriptedSteps({
      ingest: () => Promise.resolve({ kind: 'ready', plan, unreadable: [], lastTaskNo: 0 }),
      write: inTurn<'write'>(unknown, applied),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(2);
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      expect(inputs('applyDeadline')).toMatchObject([{ kind: 'keep-waiting' }]);
      await case_.say('update', verdict('approve', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });

  it('is not taken for rejected by an earlier verdict that is sent again', async () => {
    const { activities } = scriptedSteps({ ...alwaysReview, write: inTurn<'write'>(unknown, applied) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(1);
      await case_.say('signal', verdict('approve', 1));
      await case_.asked(2);
      await case_.say('update', verdict('approve', 1));
      expect((await case_.asked()).taskNo).toBe(2);
      await case_.say('update', verdict('approve', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });
});

describe('a compensation that is refused', () => {
  test.each(['confirm', 'approve'] as const)('waits for a person: %s', async (said) => {
    const { activities, inputs } = scriptedSteps(
      {
        ...straightThenReview,
        write: inTurn<'write'>(applied, refused, applied),
        compensate: inTurn<'compensate'>({ kind: 'refused', reason: 'already paid' }, { kind: 'compensated' }),
      },
      [POST, PAY],
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.asked(2)).toMatchObject({ kind: 'compensation' });
      expect(inputs('askAboutEffect')).toMatchObject([
        {
          kind: 'compensation',
          effect: 'post',
          reason: { message: 'Undo of "Post 12.00 EUR" was refused: already paid' },
        },
      ]);
      await case_.say('update', verdict(said, 2));
      await case_.asked(3);
      await case_.say('update', verdict('approve', 3));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    // Approve tries the compensation again, confirm says that it was done by hand.
    expect(inputs('compensate')).toHaveLength(said === 'approve' ? 2 : 1);
  });
});

describe('reverseCase', () => {
  const written = [
    { decisionNo: 1, effect: 'pay', title: PAY.title },
    { decisionNo: 1, effect: 'post', title: POST.title },
  ];
  const reverse = async (script: Partial<Steps>) => {
    const scripted = scriptedSteps({ effectsToReverse: () => Promise.resolve(written), ...script });
    const result = await withWorker(server, scripted.activities, async (run) => {
      const handle = await run.client.workflow.start('reverseCase', {
        workflowId: `reverse/case/test-pack/K-1/${crypto.randomUUID()}`,
        taskQueue: run.taskQueue,
        args: [{ caseId: 'case/test-pack/K-1', by: 'petra', reason: 'wrong supplier' }],
      });
      run.handles.push(handle);
      return await handle.result().catch((error: unknown): unknown => error);
    });
    return { ...scripted, result };
  };

  it('undoes every applied effect, newest first, and records the reversal', async () => {
    const { result, inputs } = await reverse({});
    expect(result).toMatchObject({ outcome: 'reversed', decidedBy: 'petra', reason: 'wrong supplier' });
    expect(inputs('compensate')).toMatchObject([{ effect: 'pay' }, { effect: 'post' }]);
    expect(inputs('closeCase')).toMatchObject([{ outcome: 'reversed', by: 'petra' }]);
  });

  it('stops at the first that is refused, and says what stands', async () => {
    const compensate = inTurn<'compensate'>({ kind: 'refused', reason: 'already paid' });
    const { result, inputs } = await reverse({ compensate });
    expect(result).toMatchObject({
      cause: { type: 'EffectRefused', message: expect.stringContaining('already paid') },
    });
    expect(inputs('compensate')).toHaveLength(1);
    expect(inputs('closeCase')).toEqual([]);
  });
});

it('sweep runs its one step and reports it', async () => {
  const { activities, names } = scriptedSteps();
  await withWorker(server, activities, async (run) => {
    const handle = await run.client.workflow.start('sweep', {
      workflowId: `sweep-${run.taskQueue}`,
      taskQueue: run.taskQueue,
    });
    run.handles.push(handle);
    expect(await handle.result()).toEqual({ started: [], orphaned: [], resent: [], askedAgain: [] });
  });
  expect(names()).toEqual(['sweep']);
});

describe('an effect that is held back because it is not what was countersigned', () => {
  it('goes to a person with the reason, and what was written before it is undone', async () => {
    const because: Reason[] = [{ code: 'tampering', message: 'What the ledger holds is not what was countersigned' }];
    const write = inTurn<'write'>(applied, { kind: 'held-back', because }, applied);
    const { activities, inputs } = scriptedSteps({ ...straightThenReview, write }, [POST, PAY]);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const { taskNo } = await case_.asked();
      expect(inputs('compensate')).toMatchObject([{ effect: 'post', decisionNo: 1 }]);
      expect(inputs('validate').at(-1)).toMatchObject({ decisionNo: 1, because });
      await case_.say('update', verdict('amend', taskNo));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('write')).toHaveLength(4);
  });
});
