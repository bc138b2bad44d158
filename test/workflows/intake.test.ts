import { describe, expect, it, test } from 'vitest';
import type { DecideCaseInput } from '../../src/messages.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { useServer, verdict, withWorker } from './harness.ts';
import { accept, alwaysReview, inTurn, planOf, POST, scriptedSteps } from './scripted-steps.ts';

const server = useServer();

describe('intake', () => {
  it('ends at once as duplicate when the ledger decided the key before', async () => {
    const { activities, names } = scriptedSteps({
      ingest: ({ caseId }) =>
        Promise.resolve({ kind: 'duplicate', result: { caseId, outcome: 'duplicate', route: 'none' } }),
    });
    await withWorker(server, activities, async (run) => {
      expect(await (await run.start()).handle.result()).toMatchObject({ outcome: 'duplicate' });
    });
    expect(names()).toEqual(['ingest']);
  });

  it('starts each part of a mail as a case of its own', async () => {
    const { activities } = scriptedSteps({
      ingest: ({ start }) => {
        const { caseKey } = start;
        if (caseKey.includes('#'))
          return Promise.resolve({ kind: 'ready', plan: planOf(), unreadable: [], lastTaskNo: 0 });
        const documents = [{ hash: 'c'.repeat(64), name: 'p.txt', mediaType: 'text/plain', size: 1 }];
        const parts = [1, 2].map((at) => ({ caseKey: `${caseKey}#${at}`, revision: 1, documents }));
        return Promise.resolve({ kind: 'split', parts, owner: 'olga' });
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const { parts } = (await case_.handle.result()) as { parts: string[] };
      expect(parts).toEqual([1, 2].map((at) => `${case_.handle.workflowId}#${at}`));
      for (const part of parts) {
        const child = run.client.workflow.getHandle(part);
        expect(await child.result()).toMatchObject({ outcome: 'written' });
        expect((await child.describe()).searchAttributes).toMatchObject({ CsPack: ['test-pack'], CsOwner: ['olga'] });
      }
    });
  });

  const wrong: [why: string, input: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['text', 'invoice'],
    ['documents that are null', { packId: 'test-pack', caseKey: 'W', documents: null }],
    ['a document that is null', { packId: 'test-pack', caseKey: 'W', documents: [null] }],
    ['a document that is text', { packId: 'test-pack', caseKey: 'W', documents: ['Pay 12'] }],
    ['a media type that is a number', { packId: 'test-pack', caseKey: 'W', documents: [{ mediaType: 5 }] }],
  ];
  test.each(wrong)(
    'fails for good on a start message with %s, and does not hang',
    async (_, input) => {
      await withWorker(server, fakePorts().activities, async (run) => {
        const handle = await run.client.workflow.start('decideCase', {
          workflowId: 'case/test-pack/W',
          taskQueue: run.taskQueue,
          args: [input as DecideCaseInput],
        });
        await expect(handle.result()).rejects.toThrow(/failed/);
      });
    },
    20_000,
  );

  it('goes on with a decision that a lost run had recorded, and numbers its tasks after the former', async () => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      ingest: () =>
        Promise.resolve({
          kind: 'decided',
          plan: planOf(),
          decision: { decisionNo: 4, kind: 'accept', by: 'rita', effects: [POST] },
          lastTaskNo: 3,
        }),
      write: inTurn<'write'>({ kind: 'refused', reason: 'period closed' }, { kind: 'applied', reference: 'r' }),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(4);
      await case_.say('update', verdict('approve', 4));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('callModel')).toEqual([]);
    expect(inputs('validate')).toMatchObject([{ taskNo: 4, decisionNo: 4 }]);
  });
});

describe('a pack version that is gone', () => {
  it('moves the case visibly to the current one, and asks again', async () => {
    const { activities, inputs } = scriptedSteps({
      validate: ({ packHash, taskNo }) =>
        packHash === 'hash-1'
          ? Promise.resolve({ kind: 'pack-version-gone' })
          : alwaysReview.validate({ taskNo } as never),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const { taskNo } = await case_.asked();
      expect(inputs('validate').at(-1)).toMatchObject({ packHash: 'hash-2', because: [{ code: 'pack-moved' }] });
      await case_.say('update', verdict('approve', taskNo));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });

  it('found only by an amendment moves it too, and the question is put anew', async () => {
    let amended = false;
    const { activities } = scriptedSteps({
      ...alwaysReview,
      judgeVerdict: ({ message }) => {
        const { verdictId } = message as { verdictId: string };
        if (amended) {
          const decision = accept(1, [POST], 'rita');
          return Promise.resolve({ answer: { accepted: true, verdictId }, then: { kind: 'decided', decision } });
        }
        amended = true;
        const refusal = { code: 'pack-version-gone', message: 'asked again' } as const;
        return Promise.resolve({
          answer: { accepted: false, verdictId, refusal },
          then: { kind: 'pack-version-gone' },
        });
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked(1);
      expect(await case_.update(verdict('amend', 1))).toMatchObject({ refusal: { code: 'pack-version-gone' } });
      await case_.asked(2);
      await case_.say('update', verdict('approve', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });
});
