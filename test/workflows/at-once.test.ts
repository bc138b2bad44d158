import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { DecisionRef } from '../../src/activities/question.ts';
import type { Steps } from '../../src/activities/steps.ts';
import type { VerdictAnswer } from '../../src/messages.ts';
import { until, useServer, verdict, withWorker, type Run } from './harness.ts';
import { accept, alwaysReview, planOf, scriptedSteps, seenOf } from './scripted-steps.ts';

const server = useServer();

/** How long judging the second verdict takes: a third one and a timer come meanwhile, and wait for the worker together. */
const BUSY_MS = 1_200;
const TIMER_MS = 1_000;
const late = (id: string) => verdict('approve', 1, { verdictId: id, seen: 'long-gone' });

/** Judges slowly: the first at once, the second while all of it is played, the third in this time. */
function slowJudge(steps: Pick<Steps, 'judgeVerdict'>, thirdMs: number): Steps['judgeVerdict'] {
  const delays = new Map([
    ['late-1', BUSY_MS],
    ['late-2', thirdMs],
  ]);
  return async (input) => {
    await sleep(delays.get((input.message as { verdictId: string }).verdictId) ?? 0);
    return await steps.judgeVerdict(input);
  };
}

/** Sends two late verdicts, so that the second is judged at the same time as what the timer leads to. */
async function sendLate(run: Run): Promise<void> {
  const [handle] = run.handles;
  if (!handle) throw new Error('no case was started');
  await handle.signal('verdict', late('late-1'));
  const answer = handle.executeUpdate<VerdictAnswer, [unknown]>('submitVerdict', { args: [late('late-2')] });
  expect(await answer).toMatchObject({ accepted: false });
}

/** On another worker its history must lead to the same, or the case could not go on there. */
async function expectReplayed(run: Run): Promise<void> {
  const [handle] = run.handles;
  const workflowBundle = { code: readFileSync(server.codePath, 'utf8') };
  await Worker.runReplayHistory({ workflowBundle }, await handle?.fetchHistory(), handle?.workflowId);
}

describe.each([
  ['sooner', 100, 500],
  ['later', 500, 100],
])('a verdict that is judged %s than a step that runs at the same time', (_, judgeMs, stepMs) => {
  it('leaves the end of an undo window as it is, on every worker', async () => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      endUndo: async () => {
        await sleep(stepMs);
        return null;
      },
    });
    const judgeVerdict: Steps['judgeVerdict'] = async (input) => {
      const said = await activities.judgeVerdict(input);
      if (said.then?.kind !== 'decided') return said;
      const undo = { until: new Date(Date.now() + TIMER_MS).toISOString(), seen: seenOf(1) };
      const decision: DecisionRef = { ...accept(1), undo };
      return { ...said, then: { kind: 'decided', decision } };
    };
    await withWorker(server, { ...activities, judgeVerdict: slowJudge({ judgeVerdict }, judgeMs) }, async (run) => {
      const case_ = await run.start();
      const { seen } = await case_.asked();
      await case_.say('update', verdict('approve', 1, { seen }));
      await sendLate(run);
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      await expectReplayed(run);
    });
    expect(inputs('endUndo')).toHaveLength(1);
  });

  it('leaves an escalation as it is, on every worker', async () => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      ingest: () =>
        Promise.resolve({
          ...{ kind: 'ready', unreadable: [], lastTaskNo: 0 },
          plan: planOf({ escalateAfterMs: TIMER_MS }),
        }),
      escalate: async () => {
        await sleep(stepMs);
        return null;
      },
    });
    const judgeVerdict = slowJudge(activities, judgeMs);
    await withWorker(server, { ...activities, judgeVerdict }, async (run) => {
      const case_ = await run.start();
      const { seen } = await case_.asked();
      await sendLate(run);
      await until(async () => (await case_.view()).task?.group === 'leads' || undefined);
      await case_.say('update', verdict('approve', 1, { seen }));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      await expectReplayed(run);
    });
    expect(inputs('escalate')).toHaveLength(1);
  });
});

it('a step that falls due while messages are judged is not taken once one of them has moved it', async () => {
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const { activities, inputs } = scriptedSteps({
    ...alwaysReview,
    ingest: () =>
      Promise.resolve({
        ...{ kind: 'ready', unreadable: [], lastTaskNo: 0 },
        plan: planOf({ deadlineMs: TIMER_MS, deadlineDefault: 'reject' }),
      }),
    replanTask: () => Promise.resolve({ group: 'kim', rest: [], escalateAt: later, deadlineAt: later }),
  });
  await withWorker(server, { ...activities, judgeVerdict: slowJudge(activities, 0) }, async (run) => {
    const case_ = await run.start();
    const { seen } = await case_.asked();
    await case_.handle.signal('verdict', late('late-1'));
    await case_.handle.signal('replan');
    await until(async () => (await case_.view()).task?.group === 'kim' || undefined);
    expect((await case_.view()).task).toMatchObject({ dueAt: later });
    await case_.say('update', verdict('approve', 1, { seen }));
    expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    await expectReplayed(run);
  });
  expect(inputs('replanTask')).toHaveLength(1);
  expect(inputs('applyDeadline')).toEqual([]);
});
