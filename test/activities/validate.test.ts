import { describe, expect, it, test } from 'vitest';
import type { ModelReply } from '../../src/activities/ports.ts';
import type { Reason } from '../../src/domain/route.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { testPack } from '../support/fake-pack.ts';
import { called, callIdOf, CASE, decided, failed, proposed, startOf, waiting } from './arrange.ts';

const good = { amount: 12, supplier: 'ACME' };

describe('validate', () => {
  it('decides by policy when nothing speaks against it, and records what will be written', async () => {
    const { activities, callId, packHash, ledger } = await proposed();
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    expect(question).toMatchObject({
      kind: 'straight-through',
      decision: { decisionNo: 1, kind: 'accept', by: 'policy (test-pack 1.0.0)' },
    });
    expect(ledger.decisions).toMatchObject([{ output: good, effects: [{ name: 'post' }, { name: 'pay' }] }]);
    expect(ledger.tasks).toEqual([]);
  });

  const routed: [why: string, reply: ModelReply, code: Reason['code'], says: RegExp][] = [
    ['low confidence', replyOf(good, 0.5), 'low-confidence', /amount: confidence 0.25 is below 0.80/],
    ['no confidence at all', { ...replyOf(good), tokens: [] }, 'low-confidence', /gave no confidence/],
    ['a broken hard rule', replyOf({ ...good, amount: 0 }), 'rule-broken', /positive/],
    ['a broken soft rule', replyOf({ ...good, amount: 1111 }), 'rule-broken', /small/],
    ['an answer that is no JSON', replyOf('I think 12'), 'model-answer-invalid', /schema/],
    ['an answer that breaks the schema', replyOf({ amount: '12', supplier: 'A' }), 'model-answer-invalid', /amount/],
    ['an answer with more than was asked', replyOf({ ...good, approve: true }), 'model-answer-invalid', /approve/],
    ['an answer that the output refuses', replyOf({ amount: 12, supplier: '' }), 'model-answer-invalid', /supplier/],
  ];
  test.each(routed)('asks a person for %s', async (_, reply, code, says) => {
    const fakes = fakePorts();
    await fakes.activities.ingest({ caseId: CASE, start: startOf() });
    fakes.replies.splice(0, 1, reply);
    const callId = callIdOf(await called(fakes));
    const { activities, ledger, pack } = fakes;
    const question = await activities.validate({ caseId: CASE, packHash: pack.hash, taskNo: 1, callId, because: [] });
    expect(question).toMatchObject({ kind: 'review', taskNo: 1, taskKind: 'proposal' });
    expect(question).toHaveProperty('reasons.0', { code, message: expect.stringMatching(says), ...fieldOf(question) });
    expect(ledger.decisions).toEqual([]);
    expect(ledger.tasks[0]?.output === null).toBe(code === 'model-answer-invalid');
  });

  it('asks a person for a finding, and not for a note', async () => {
    for (const [severity, kind] of [
      ['review', 'review'],
      ['refuse', 'review'],
      ['note', 'straight-through'],
    ] as const) {
      const quality = [{ name: 'odd', kind: 'flag', severity, notices: () => 'odd' }] as const;
      const { activities, callId, packHash } = await proposed({}, fakePorts(testPack({ quality })));
      const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
      expect([severity, question.kind]).toEqual([severity, kind]);
    }
  });

  it('asks a person for what was known before, although the proposal is good', async () => {
    const { activities, callId, packHash } = await proposed();
    const because: Reason[] = [{ code: 'pack-moved', message: 'moved' }];
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because });
    expect(question).toMatchObject({ kind: 'review', reasons: because });
  });

  it('never lets a case without a proposal through, also when the answer is gone from the ledger', async () => {
    const { activities, packHash, ledger } = await proposed();
    const input = { caseId: CASE, packHash, taskNo: 1, because: [] };
    const question = await activities.validate({ ...input, callId: 'call-that-is-lost' });
    expect(question).toMatchObject({ kind: 'review', effects: [] });
    expect(ledger.decisions).toEqual([]);
  });

  it('bases a new question on a former decision whose effect was refused', async () => {
    const { activities, packHash, ledger } = await decided();
    const because: Reason[] = [{ code: 'effect-refused', message: 'period closed' }];
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, decisionNo: 1, because });
    expect(question).toMatchObject({ kind: 'review', reasons: because, effects: ['Post 12', 'Pay 12'] });
    expect(ledger.tasks[0]?.output).toEqual(good);
  });

  it('says so when this worker lacks the pinned version, and never uses another', async () => {
    const { activities, callId, packHash, usePacks, ledger } = await proposed();
    usePacks([testPack({ version: '2.0.0' })]);
    const input = { caseId: CASE, packHash, taskNo: 1, callId, because: [] };
    expect(await activities.validate(input)).toEqual({ kind: 'pack-version-gone' });
    expect(ledger.tasks).toEqual([]);
  });

  it('leaves at most twelve reasons in the history, all of them in the ledger', async () => {
    const { activities, callId, packHash, ledger } = await proposed();
    const because = Array.from({ length: 30 }, (_, at): Reason => ({ code: 'data-quality', message: `${at}` }));
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because });
    expect(question).toHaveProperty('reasons.length', 12);
    expect(ledger.tasks[0]?.reasons).toHaveLength(30);
  });

  it('shows a digest that changes with what is shown', async () => {
    const seen = async (amount: number) =>
      (await waiting({ answer: { amount, supplier: 'A' }, probability: 0.1 })).question.seen;
    expect(await seen(12)).toMatch(/^[0-9a-f]{12}$/);
    expect(await seen(12)).not.toBe(await seen(13));
  });

  it('fails for good where nothing was ingested', async () => {
    const { activities, pack } = fakePorts();
    const input = { caseId: CASE, packHash: pack.hash, taskNo: 1, because: [] };
    expect((await failed(activities.validate(input))).type).toBe('NotStarted');
  });
});

describe('validate, tried again after its result was lost,', () => {
  it('puts the question that people already see, also when a fact changed in between', async () => {
    const { activities, callId, packHash, question, feeds, ledger } = await waiting();
    feeds.set('suppliers/ACME', { key: 'ACME', text: '', data: { blocked: true } });
    const again = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    expect(again).toEqual(question);
    expect(ledger.tasks).toHaveLength(1);
  });

  it('keeps the decision that policy already recorded', async () => {
    const { activities, callId, packHash, feeds, ledger } = await decided();
    feeds.set('suppliers/ACME', { key: 'ACME', text: '', data: { blocked: true } });
    const again = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    expect(again).toMatchObject({ kind: 'straight-through', decision: { decisionNo: 1 } });
    expect(ledger.tasks).toEqual([]);
  });
});

function fieldOf(question: unknown): { field?: string } {
  const { reasons } = question as { reasons: Reason[] };
  return reasons[0]?.field === undefined ? {} : { field: reasons[0].field };
}
