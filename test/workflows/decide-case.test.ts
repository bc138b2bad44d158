import { describe, expect, it, test } from 'vitest';
import { failure } from '../../src/failures.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { payloadsOf, summariesOf, typesOf, useServer, verdict, withWorker } from './harness.ts';
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
      await case_.askedUnseen();
      const { task } = await case_.view();
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

  it('asks a person who starts from nothing when no model answers', async () => {
    const { activities, inputs } = scriptedSteps({
      ...alwaysReview,
      callModel: () => Promise.reject(failure('ProviderUnavailable', 'down', { final: true })),
    });
    await withWorker(server, activities, async (run) => {
      const case_ = await run.start();
      await case_.asked();
      await case_.signal(verdict('reject', 1));
      await case_.handle.result();
    });
    expect(inputs('callModel')).toHaveLength(2);
    const because = ['m-1', 'm-2'].map((model) => ({
      code: 'model-unavailable',
      message: `${model}: ProviderUnavailable`,
    }));
    expect(inputs('validate')[0]).toMatchObject({ because });
    expect(inputs('validate')[0]).not.toHaveProperty('callId');
  });

  test.each([
    ['refusal', 'model-refused', ['first']],
    ['filtered', 'model-filtered', ['first']],
    ['truncated', 'model-truncated', ['first', 'longer', 'first', 'longer']],
    ['invalid', 'model-answer-invalid', ['first', 'repair', 'first', 'repair']],
  ] as const)('takes "%s" to a person as %s, after the calls %j', async (outcome, code, asked) => {
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
    expect(inputs('callModel').map(({ turn }) => turn)).toEqual(asked);
    expect(inputs('callModel').map(({ after }) => after)).toEqual(
      asked.map((turn) => (turn === 'first' ? undefined : 'call-1')),
    );
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
