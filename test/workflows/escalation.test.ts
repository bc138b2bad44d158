import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import { typesOf, until, useServer, verdict, withWorker } from './harness.ts';
import { accept, alwaysReview, planOf, questionOf, scriptedSteps } from './scripted-steps.ts';

const server = useServer();

function asking(review: Partial<Plan['review']>, script: Parameters<typeof scriptedSteps>[0] = {}) {
  const plan = planOf(review);
  return scriptedSteps({
    ...alwaysReview,
    ingest: () => Promise.resolve({ kind: 'ready', plan, unreadable: [], lastTaskNo: 0 }),
    ...script,
  });
}

describe('an unanswered review task', () => {
  it('goes to the next group, which Temporal shows, and decides nothing', async () => {
    const { activities, inputs } = asking({ escalateAfterMs: 1_000, deadlineMs: 600_000 });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.asked()).toMatchObject({ group: 'clerks' });
      await until(async () => (await case_.view()).task?.group === 'leads' || undefined);
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({ CsGroup: ['leads'], CsStage: ['review'] });
      expect(inputs('write')).toEqual([]);
      await case_.say('update', verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
      const upserts = typesOf(await case_.history()).filter((type) => type.startsWith('UPSERT'));
      expect(upserts).toHaveLength(2);
    });
    expect(inputs('escalate')).toMatchObject([{ taskNo: 1, group: 'leads' }]);
    expect(inputs('applyDeadline')).toEqual([]);
  });

  it('passes through every group in turn', async () => {
    const { activities, inputs } = asking({ groups: ['a', 'b', 'c'], escalateAfterMs: 1_000, deadlineMs: 600_000 });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(async () => (await case_.view()).task?.group === 'c' || undefined);
      await case_.say('update', verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('escalate').map(({ group }) => group)).toEqual(['b', 'c']);
  });

  it('is rejected at its deadline where the pack says so', async () => {
    const { activities, inputs } = asking(
      { groups: ['clerks'], deadlineMs: 1_000, deadlineDefault: 'reject' },
      {
        applyDeadline: () =>
          Promise.resolve({
            kind: 'decided',
            decision: { decisionNo: 1, kind: 'reject', by: 'policy (deadline)', effects: [] },
          }),
      },
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected', decidedBy: 'policy (deadline)' });
    });
    expect(inputs('applyDeadline')).toMatchObject([{ kind: 'reject', taskNo: 1 }]);
    expect(inputs('write')).toEqual([]);
  });

  it('keeps waiting past its deadline otherwise, and is never accepted by time', async () => {
    const { activities, inputs } = asking({ groups: ['clerks'], deadlineMs: 1_000 });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('applyDeadline').length > 0 || undefined);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(inputs('applyDeadline')).toMatchObject([{ kind: 'keep-waiting' }]);
      expect((await case_.handle.describe()).status.name).toBe('RUNNING');
      expect(inputs('write')).toEqual([]);
      await case_.say('update', verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
  });

  it('gives each group its own time, as its steps say, which a calendar may change on the way', async () => {
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    const deadlineAt = inMs(600_000);
    const { activities, inputs } = asking(
      { groups: ['a', 'b', 'c'] },
      {
        validate: ({ taskNo }) =>
          Promise.resolve({ ...questionOf(taskNo), times: { escalateAt: inMs(1_000), deadlineAt } }),
        escalate: ({ group }) =>
          Promise.resolve({
            ...{ kind: 'asked', times: { escalateAt: inMs(group === 'b' ? 1_000 : 500_000), deadlineAt: inMs(3_000) } },
          }),
      },
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(async () => (await case_.view()).task?.group === 'c' || undefined);
      await until(() => inputs('applyDeadline').length > 0 || undefined);
      await case_.say('update', verdict('approve', 1));
      await case_.handle.result();
    });
    expect(inputs('escalate').map(({ group }) => group)).toEqual(['b', 'c']);
  });

  it('is handed at its deadline to whom the pack names, and waits for them', async () => {
    const { activities, inputs } = asking({
      ...{ groups: ['clerks'], deadlineMs: 1_000, deadlineDefault: 'hand-to', handTo: 'petra' },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(async () => (await case_.view()).task?.group === 'petra' || undefined);
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({ CsGroup: ['petra'], CsStage: ['review'] });
      const told: { currentDetails: string } = await case_.handle.query('__temporal_workflow_metadata');
      expect(told.currentDetails).toContain('Waiting for **petra**');
      expect(told.currentDetails).toContain('Asked before, without an answer: clerks.');
      expect(inputs('write')).toEqual([]);
      await case_.say('update', verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(inputs('applyDeadline')).toMatchObject([{ kind: 'hand-to', group: 'petra' }]);
  });

  it('does not lose a verdict that is taken in while it is being escalated', async () => {
    const { activities, inputs } = asking(
      { escalateAfterMs: 1_000, deadlineMs: 600_000 },
      {
        // Recorded before the verdict, answered after it; three failures make it a normal activity.
        escalate: async () => {
          if (inputs('escalate').length <= 3) throw new Error('no connection');
          await until(() => inputs('judgeVerdict').length > 0 || undefined);
          await new Promise((resolve) => setTimeout(resolve, 500));
          return null;
        },
      },
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await until(() => inputs('escalate').length > 3 || undefined);
      await case_.say('update', verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
    expect(inputs('applyDeadline')).toEqual([]);
  });

  it('goes on with the decision that the ledger already holds when its escalation finds one', async () => {
    const { activities } = asking(
      { escalateAfterMs: 1_000 },
      { escalate: () => Promise.resolve({ kind: 'decided', decision: accept(1, undefined, 'rita') }) },
    );
    await withWorker(server, activities, async (run) => {
      expect(await (await run.start()).handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
  });
});
