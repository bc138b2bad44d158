import { RawValue } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Steps } from '../../src/activities/steps.ts';
import { until, useServer, verdict, withWorker } from './harness.ts';
import { alwaysReview, ledgerDown, scriptedSteps } from './scripted-steps.ts';

const server = useServer();

describe('a waiting case', () => {
  it('tells Temporal whom it waits for, why and until when', async () => {
    await withWorker(server, scriptedSteps(alwaysReview).activities, async (run) => {
      const case_ = await run.start();
      const { dueAt } = await case_.asked();
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({
        CsPack: ['test-pack'],
        CsOwner: ['olga'],
        CsStage: ['review'],
        CsGroup: ['clerks'],
        CsReasons: ['low-confidence'],
      });
      expect((searchAttributes['CsDueAt'] as Date[])[0]?.toISOString()).toBe(dueAt);
      const metadata = (await case_.handle.query('__temporal_workflow_metadata')) as { currentDetails: string };
      expect(metadata.currentDetails).toContain('Waiting for **clerks**');
      expect(metadata.currentDetails).toContain(`temporal workflow signal --workflow-id '${case_.handle.workflowId}'`);
      expect(metadata.currentDetails).toContain('seen-of-task-1');
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
  });

  it('survives what is no verdict, and takes the next good one', async () => {
    const { activities, inputs } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      for (const message of [null, 'approve', [], {}, 7, { verdict: { toString: 1 } }]) await case_.signal(message);
      await case_.handle.signal('verdict');
      await expect(case_.update('approve')).rejects.toThrow();
      expect(await case_.update({ nothing: 1 })).toMatchObject({ accepted: false, refusal: { code: 'malformed' } });
      await case_.signal(verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    // Seven signals and an update that were judged and recorded; what is no message at all is refused at the door.
    expect(inputs('judgeVerdict')).toHaveLength(9);
  });

  it('survives a message nested so deep that walking it overflows the stack', async () => {
    await withWorker(server, scriptedSteps(alwaysReview).activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.signal(nested(50_000));
      await case_.signal(verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      // Not for the recorded histories: 400 KB of brackets.
      run.handles.length = 0;
    });
  });

  it('takes one of two verdicts that come at once', async () => {
    let release = () => {};
    const bothAnswered = new Promise<void>((resolve) => (release = resolve));
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      write: async () => {
        await bothAnswered;
        return { kind: 'applied', reference: 'ref' };
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      const answers = await Promise.all([
        case_.update(verdict('approve', 1, { by: 'rita' })),
        case_.update(verdict('amend', 1, { by: 'lea' })),
      ]);
      release();
      expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
      const { decidedBy } = (await case_.handle.result()) as { decidedBy: string };
      expect(decidedBy).toBe(answers[0].accepted ? 'rita' : 'lea');
    });
    expect(inputs('judgeVerdict')).toHaveLength(2);
  });

  it('refuses a verdict that comes before anything is asked, and asks all the same', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { activities } = scriptedSteps({
      ...alwaysReview,
      callModel: async () => {
        await held;
        return { callId: 'call-1', outcome: 'ok', model: 'm-1', costMicros: 1 };
      },
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.update(verdict('approve', 1))).toMatchObject({ refusal: { code: 'case-not-waiting' } });
      release();
      await case_.asked();
      await case_.say('update', verdict('approve', 1, { verdictId: 'again' }));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });

  it('takes in a verdict that was accepted before the case itself knew that it asks', async () => {
    // The task is in the ledger, so people see it, while the step that opened it has not come back yet.
    let tries = 0;
    const scripted = scriptedSteps(alwaysReview);
    const steps: Steps = {
      ...scripted.activities,
      async validate(input) {
        // As a normal activity after the quick way failed: messages are delivered meanwhile.
        if (++tries <= 3) throw ledgerDown();
        const question = await scripted.activities.validate(input);
        await new Promise((resolve) => setTimeout(resolve, 800));
        return question;
      },
    };
    await withWorker(server, steps, async (run) => {
      const case_ = await run.start();
      const taken = async (at: number) =>
        (await case_.update(verdict('approve', 1, { verdictId: `v-${at}` }))).accepted || undefined;
      let at = 0;
      await until(() => taken(++at));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
  });
});

/** As raw text: no sender of ours could write it either. */
function nested(depth: number): RawValue {
  const data = Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  return RawValue.fromPayload({ metadata: { encoding: Buffer.from('json/plain') }, data });
}
