import { RawValue } from '@temporalio/common';
import { describe, expect, it, test } from 'vitest';
import type { Steps } from '../../src/activities/steps.ts';
import type { DecideCaseInput } from '../../src/messages.ts';
import { failure } from '../../src/failures.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { payloadsOf, typesOf, until, useServer, verdict, withWorker, type HistoryEvent } from './harness.ts';
import { accept, alwaysReview, inTurn, ledgerDown, PAY, planOf, POST, scriptedSteps } from './scripted-steps.ts';

const server = useServer();

describe('a case that goes straight through', () => {
  it('is written, in at most 24 events', async () => {
    const { activities, names } = scriptedSteps();
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.handle.result()).toMatchObject({
        outcome: 'written',
        route: 'straight-through',
        decidedBy: 'policy (test-pack 1.0.0)',
        effects: [{ name: 'post', reference: 'ref-post' }],
      });
      const events = await case_.history();
      expect(events.length, typesOf(events).join(' ')).toBeLessThanOrEqual(24);
      expect(typesOf(events)).not.toContain('UPSERT_WORKFLOW_SEARCH_ATTRIBUTES');
      expect(summariesOf(events)).toEqual(['Ask m-1 (1 of 2)', 'Write: Post 12.00 EUR']);
    });
    expect(names()).toEqual(['ingest', 'callModel', 'validate', 'write']);
  });

  it('writes its effects in order, and closes with the last', async () => {
    const { activities, inputs } = scriptedSteps({}, [POST, PAY]);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.handle.result();
      expect((await case_.history()).length).toBeLessThanOrEqual(30);
    });
    expect(inputs('write')).toMatchObject([
      { effect: 'post', last: false },
      { effect: 'pay', last: true },
    ]);
  });

  it('leaves no document content in its history', async () => {
    const marker = 'Strictly-Private-4711';
    const fakes = fakePorts();
    fakes.replies.splice(0, 1, replyOf({ amount: 12, supplier: marker }));
    const documents = await fakes.ports.documents.put([
      { name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from(`Pay 12 to ${marker}`) },
    ]);
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await run.start({ documents });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      const events = await case_.history();
      expect(payloadsOf(events)).toContain('test-pack');
      expect(payloadsOf(events)).not.toContain(marker);
      expect(JSON.stringify(events)).not.toContain(marker);
    });
    expect(fakes.asked[0]?.input).toContain(marker);
  });
});

describe.each(['signal', 'update'] as const)('a reviewed case, answered by %s', (channel) => {
  it('approve: is written, in at most 33 events', async () => {
    const { activities } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      const task = await case_.asked();
      expect(task).toMatchObject({ taskNo: 1, kind: 'proposal', group: 'clerks', seen: 'seen-of-task-1' });
      await case_.say(channel, verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', route: 'review', decidedBy: 'rita' });
      const events = await case_.history();
      expect(events.length, typesOf(events).join(' ')).toBeLessThanOrEqual(33);
      expect(typesOf(events).filter((type) => type === 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES')).toHaveLength(1);
      expect(summariesOf(events)).toContain('Escalate to leads unless answered');
    });
  });

  it('amend: what was amended is written', async () => {
    const { activities, inputs } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.say(channel, verdict('amend', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
    expect(inputs('write')).toHaveLength(1);
  });

  it('reject: nothing is written', async () => {
    const { activities, inputs } = scriptedSteps(alwaysReview);
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.say(channel, verdict('reject', 1));
      expect(await case_.handle.result()).toMatchObject({
        outcome: 'rejected',
        decidedBy: 'rita',
        reason: 'looked at it',
      });
    });
    expect(inputs('write')).toEqual([]);
  });
});

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

describe('the model chain', () => {
  it('goes on to the next model when one stays down, and is straight when that answers', async () => {
    const { activities, inputs } = scriptedSteps({
      callModel: ({ model }) =>
        model.model === 'm-1'
          ? Promise.reject(failure('ProviderQuota', 'no quota'))
          : Promise.resolve({ callId: 'call-2', outcome: 'ok', model: 'm-2', costMicros: 1 }),
    });
    await withWorker(server, activities, async (run) => {
      expect(await (await run.start()).handle.result()).toMatchObject({ route: 'straight-through' });
    });
    expect(inputs('callModel')).toHaveLength(2);
    expect(inputs('validate')).toMatchObject([{ callId: 'call-2', because: [] }]);
  });

  it('tries each model as often as the plan says, then asks a person who starts from nothing', async () => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      callModel: () => Promise.reject(failure('ProviderUnavailable', 'down')),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('callModel')).toHaveLength(3);
    const because = ['m-1', 'm-2'].map((model) => ({
      code: 'model-unavailable',
      message: `${model}: ProviderUnavailable`,
    }));
    expect(inputs('validate')[0]).toMatchObject({ because });
    expect(inputs('validate')[0]).not.toHaveProperty('callId');
  });

  test.each([
    ['refusal', 'model-refused', 1],
    ['filtered', 'model-filtered', 1],
    ['truncated', 'model-truncated', 2],
    ['invalid', 'model-answer-invalid', 2],
  ] as const)('takes "%s" to a person as %s, after asking %i of the models', async (outcome, code, asked) => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      callModel: inTurn<'callModel'>({ callId: 'call-1', outcome, model: 'm-1', costMicros: 1 }),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('callModel')).toHaveLength(asked);
    expect(inputs('validate')).toHaveLength(1);
    expect(inputs('validate')[0]).toHaveProperty('because.0.code', code);
  });

  it('is not asked when no document could be read', async () => {
    const unreadable = [{ code: 'data-quality', message: 'a.txt: cannot be read' } as const];
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      ingest: () => Promise.resolve({ kind: 'ready', plan: planOf(), unreadable, lastTaskNo: 0 }),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('callModel')).toEqual([]);
    expect(inputs('validate')[0]).toMatchObject({ because: unreadable });
  });
});

describe('a step of the ledger', () => {
  it('that fails three times goes on as a normal activity, which an operator sees', async () => {
    const down = ledgerDown();
    const straight = { kind: 'straight-through', decision: accept() } as const;
    const { activities, calls } = scriptedSteps({ validate: inTurn<'validate'>(down, down, down, straight) });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
      expect(summariesOf(await case_.history())).toContain(
        'Check schema, rules and confidence (again: the quick way failed)',
      );
    });
    expect(calls.filter(({ name }) => name === 'validate').map(({ isLocal }) => isLocal)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('that hangs is given up after its time, and goes on as a normal activity', async () => {
    const { activities, calls } = scriptedSteps({
      validate: async () => {
        if (calls.filter(({ name }) => name === 'validate').length <= 3)
          await new Promise((resolve) => setTimeout(resolve, 2_600));
        return { kind: 'straight-through', decision: accept() };
      },
    });
    await withWorker(server, activities, async (run) => {
      expect(await (await run.start()).handle.result()).toMatchObject({ outcome: 'written' });
    });
  });

  it('parses documents that are large or no plain text in a normal activity', async () => {
    const { activities, calls } = scriptedSteps();
    const pdf = { hash: 'b'.repeat(64), name: 'a.pdf', mediaType: 'application/pdf', size: 10 };
    await withWorker(server, activities, async (run) => {
      await (await run.start({ documents: [pdf] })).handle.result();
      await (await run.start({ documents: [{ ...pdf, mediaType: 'text/plain', size: 70_000 }] })).handle.result();
      await (await run.start()).handle.result();
    });
    expect(calls.filter(({ name }) => name === 'ingest').map(({ isLocal }) => isLocal)).toEqual([false, false, true]);
  });
});

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

function summariesOf(events: readonly HistoryEvent[]): string[] {
  return events.flatMap(({ eventType, userMetadata }) =>
    /(ACTIVITY_TASK_SCHEDULED|TIMER_STARTED)$/.test(eventType) && userMetadata?.summary
      ? [JSON.parse(Buffer.from(userMetadata.summary.data, 'base64').toString('utf8')) as string]
      : [],
  );
}

/** As raw text: no sender of ours could write it either. */
function nested(depth: number): RawValue {
  const data = Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  return RawValue.fromPayload({ metadata: { encoding: Buffer.from('json/plain') }, data });
}
