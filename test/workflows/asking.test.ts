import { describe, expect, it } from 'vitest';
import type { ModelCalled, Steps } from '../../src/activities/steps.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { failure } from '../../src/failures.ts';
import { askAgainSignal } from '../../src/messages.ts';
import { typesOf, until, useServer, verdict, withWorker } from './harness.ts';
import { inTurn, planOf, questionOf, scriptedSteps } from './scripted-steps.ts';

const server = useServer();
const ok: ModelCalled = { callId: 'call-9', outcome: 'ok', model: 'm-1', costMicros: 1 };
const away: ModelCalled = {
  outcome: 'away',
  model: 'm-1',
  message: 'm-1: away (ProviderUnavailable), tried again in 5 s',
};
const broke: ModelCalled = { outcome: 'over-budget', model: 'm-1', message: 'The budget of the case is used up' };
const unavailable = { code: 'model-unavailable', message: away.message } as const;

/** Without an answer a person is asked, with the reasons that the models gave. */
function asking(plan: Partial<Plan['asking']>, script: Partial<Steps>) {
  return scriptedSteps({
    ingest: () => Promise.resolve({ kind: 'ready', plan: planOf({}, plan), unreadable: [], lastTaskNo: 0 }),
    validate: ({ callId, because, taskNo }) =>
      Promise.resolve(
        callId === undefined
          ? { ...questionOf(taskNo), reasons: because, effects: [] }
          : { kind: 'straight-through', decision: { decisionNo: 1, kind: 'accept', by: 'policy', effects: [] } },
      ),
    ...script,
  });
}

describe('a provider that is away', () => {
  it('is waited for by one timer at a time, shown as such, and asked again', async () => {
    const { activities, inputs } = asking(
      { patienceMs: 60_000 },
      { callModel: inTurn<'callModel'>(away, away, away, away, ok), waitForModel: () => Promise.resolve(700) },
    );
    await withWorker(server, activities, async (run) => {
      const started = await run.start();
      const { handle } = started;
      await until(async () => {
        const { searchAttributes } = await handle.describe();
        return String(searchAttributes['CsStage']) === 'waiting-for-model' || undefined;
      });
      expect(await handle.result()).toMatchObject({ route: 'straight-through' });
      const types = typesOf(await started.history());
      expect(types.filter((type) => type === 'TIMER_STARTED')).toHaveLength(2);
      expect(types.filter((type) => type.startsWith('UPSERT'))).toHaveLength(1);
    });
    expect(inputs('waitForModel')).toMatchObject([{ round: 1 }, { round: 2 }]);
    expect(inputs('callModel')).toHaveLength(5);
  });

  it('is waited for as long as the pack has patience, then a person is asked', async () => {
    const { activities, inputs } = asking(
      { patienceMs: 9_000 },
      {
        callModel: () => Promise.reject(failure('ProviderAuth', '401', { final: true })),
        // Longer than there is patience: then it is asked once more at the end of that.
        waitForModel: () => Promise.resolve(600_000),
      },
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const task = await until(async () => (await case_.view()).task, 60_000);
      expect(task.reasons).toMatchObject([
        { code: 'model-unavailable', message: 'm-1: ProviderAuth' },
        { code: 'model-unavailable', message: 'm-2: ProviderAuth' },
      ]);
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('waitForModel')).toHaveLength(1);
    expect(inputs('callModel')).toHaveLength(4);
  });

  it('is not waited for while somebody waits, nor when a model said anything about the case', async () => {
    const invalid: ModelCalled = { callId: 'c', outcome: 'invalid', model: 'm-2', costMicros: 1 };
    for (const [interactive, replies] of [
      [true, [away]],
      [false, [away, invalid]],
      [false, [{ ...invalid, outcome: 'refusal' }]],
    ] as [boolean, ModelCalled[]][]) {
      const { activities, inputs } = asking({ patienceMs: 60_000 }, { callModel: inTurn<'callModel'>(...replies) });
      await withWorker(server, activities, async (run) => {
        const case_ = await run.start({ interactive });
        await case_.asked();
        await case_.signal(verdict('reject', 1));
        await case_.handle.result();
      });
      expect(inputs('waitForModel')).toEqual([]);
      expect(inputs('callModel')[0]).toMatchObject({ interactive });
    }
  });

  it('that comes back takes the question back from the people, unless they have answered', async () => {
    const { activities, inputs } = asking({}, { callModel: inTurn<'callModel'>(away, away, ok) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect((await case_.asked()).reasons).toEqual([unavailable, unavailable]);
      await case_.handle.signal(askAgainSignal);
      expect(await case_.handle.result()).toMatchObject({ route: 'straight-through' });
    });
    expect(inputs('recallTask')).toMatchObject([{ taskNo: 1 }]);
    expect(inputs('validate').map(({ taskNo }) => taskNo)).toEqual([1, 2]);
  });

  it('asks a person all the same when a verdict came while the question was taken back', async () => {
    const { activities, inputs } = asking(
      { patienceMs: 60_000 },
      {
        callModel: inTurn<'callModel'>(away, away, away, away, ok),
        // The first wait is over at once; the second lasts until the late verdict is in.
        waitForModel: ({ round }) => Promise.resolve(round === 1 ? 4_000 : 1),
        validate: ({ taskNo, because }) => Promise.resolve({ ...questionOf(taskNo), reasons: because }),
        judgeVerdict: inTurn<'judgeVerdict'>(
          {
            answer: { accepted: false, verdictId: 'late', refusal: { code: 'case-not-waiting', message: 'not now' } },
          },
          {
            answer: { accepted: true, verdictId: 'v' },
            then: { kind: 'decided', decision: { decisionNo: 1, kind: 'reject', by: 'rita', effects: [] } },
          },
        ),
      },
    );
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start({ interactive: true });
      await case_.asked(1);
      await case_.handle.signal(askAgainSignal);
      await until(() => inputs('waitForModel').length > 0 || undefined);
      await case_.signal(verdict('reject', 1));
      const task = await until(async () => {
        const { task: open } = await case_.view();
        return open?.taskNo === 2 ? open : undefined;
      }, 30_000);
      expect(task.reasons.map(({ code }) => code)).toEqual(['late-verdict']);
      await case_.signal(verdict('reject', 2));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected' });
    });
  });

  it('is asked about no more than three times by itself, and never for a request that was wrong', async () => {
    const { activities, inputs } = asking({}, { callModel: inTurn<'callModel'>(away) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      for (const taskNo of [1, 2, 3, 4]) {
        await case_.asked(taskNo);
        await case_.handle.signal(askAgainSignal);
      }
      await case_.say('update', verdict('reject', 4));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected' });
    });
    expect(inputs('recallTask')).toHaveLength(3);
    const wrong = failure('ProviderBadRequest', '400');
    const refused = asking({ patienceMs: 60_000 }, { callModel: () => Promise.reject(wrong) });
    await withWorker(server, refused.activities, async (run) => {
      const case_ = await run.start();
      const codes = (await case_.asked()).reasons.map(({ code }) => code);
      expect(codes).toEqual(['model-failed', 'model-failed']);
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(refused.inputs('waitForModel')).toEqual([]);
  });

  it('changes nothing for a question that is asked for another reason, or was answered meanwhile', async () => {
    const answered = asking({}, { callModel: inTurn<'callModel'>(away), recallTask: () => Promise.resolve(false) });
    const other = scriptedSteps({ validate: ({ taskNo }) => Promise.resolve(questionOf(taskNo)) });
    for (const { activities, inputs } of [answered, other]) {
      await withWorker(server, activities, async (run) => {
        const case_ = await run.start();
        await case_.asked();
        await case_.handle.signal(askAgainSignal);
        await case_.say('update', verdict('reject', 1));
        expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected' });
      });
      expect(inputs('validate')).toHaveLength(1);
    }
    expect(other.inputs('recallTask')).toEqual([]);
  });
});

describe('a budget that is used up', () => {
  it('takes the case to a person, or to the next model, as the pack says', async () => {
    for (const whenSpent of ['person', 'cheaper-model'] as const) {
      const budget = { perCaseMicros: 1, perDayMicros: null, whenSpent };
      const { activities, inputs } = asking({ budget }, { callModel: inTurn<'callModel'>(broke, ok) });
      await withWorker(server, activities, async (run) => {
        const case_ = await run.start();
        if (whenSpent === 'cheaper-model') {
          expect(await case_.handle.result()).toMatchObject({ route: 'straight-through' });
          return;
        }
        expect((await case_.asked()).reasons).toEqual([{ code: 'over-budget', message: broke.message }]);
        await case_.signal(verdict('reject', 1));
        await case_.handle.result();
      });
      expect(inputs('callModel')).toHaveLength(whenSpent === 'person' ? 1 : 2);
    }
  });
});
