import { describe, expect, it, test } from 'vitest';
import { fakePorts } from '../support/fake-ports.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { CASE, decided, proposed, waiting } from './arrange.ts';

const accepted = { accepted: true, verdictId: 'v-1' };
const refused = (code: string) => ({ accepted: false, refusal: { code } });

describe('a verdict that fits', () => {
  it('approve: what was shown takes effect', async () => {
    const { judge, ledger } = await waiting();
    expect(await judge({})).toMatchObject({ answer: accepted, then: { kind: 'decided', decision: { by: 'rita' } } });
    expect(ledger.decisions).toMatchObject([{ kind: 'accept', output: { amount: 12 }, taskNo: 1 }]);
    expect(ledger.decisions[0]?.effects).toEqual(ledger.tasks[0]?.effects);
  });

  it('approve also where the pinned pack version is gone: what was shown is what is written', async () => {
    const { judge, usePacks } = await waiting();
    usePacks([]);
    expect(await judge({})).toMatchObject({ answer: accepted, then: { kind: 'decided' } });
  });

  it('amend: the amended values and the effects that follow from them', async () => {
    const { judge, ledger } = await waiting();
    const output = { amount: 13, supplier: 'ACME' };
    expect(await judge({ verdict: 'amend', output })).toMatchObject({ answer: accepted });
    expect(ledger.decisions).toMatchObject([{ output, effects: [{ title: 'Post 13' }, { title: 'Pay 13' }] }]);
  });

  it('amend with values on which a rule of the pack breaks down is refused, and the next verdict is heard', async () => {
    const { rules } = definition();
    const breaks: (typeof rules)[number] = {
      ...{ name: 'breaks', severity: 'soft' },
      holds: ({ amount }) => amount !== 13 || (undefined as unknown as string).trim(),
    };
    const { judge } = await waiting(undefined, fakePorts(testPack({ rules: [...rules, breaks] })));
    const amend = (verdictId: string, amount: number) =>
      judge({ verdictId, verdict: 'amend', output: { amount, supplier: 'ACME' } });
    const { answer } = await amend('v-0', 13);
    expect(answer).toMatchObject(refused('amendment-invalid'));
    expect(answer).toMatchObject({
      refusal: { message: expect.stringContaining('the pack cannot judge these values') },
    });
    expect((await amend('v-1', 14)).answer).toMatchObject(accepted);
  });

  it('reject: nothing takes effect, with its reason', async () => {
    const { judge, ledger } = await waiting();
    const judged = await judge({ verdict: 'reject', reason: 'not ours' });
    expect(judged).toMatchObject({
      answer: accepted,
      then: { decision: { kind: 'reject', reason: 'not ours', effects: [] } },
    });
    expect(ledger.case(CASE).outcome).toBe('rejected');
  });

  it('reject with a code of the pack keeps it, another one is refused and names those there are', async () => {
    const { review } = definition();
    const rejectReasons = [{ code: 'not-ours', words: 'Not for us' }];
    const { judge, ledger } = await waiting(undefined, fakePorts(testPack({ review: { ...review, rejectReasons } })));
    const said = { verdict: 'reject', reason: 'Not for us' } as const;
    const wrong = await judge({ ...said, verdictId: 'v-0', reasonCode: 'duplicate' });
    expect(wrong.answer).toMatchObject({
      accepted: false,
      refusal: { code: 'malformed', message: expect.stringContaining('none of not-ours;') },
    });
    expect(ledger.decisions).toEqual([]);
    expect(await judge({ ...said, reasonCode: 'not-ours' })).toMatchObject({ answer: accepted });
    expect(ledger.verdicts.at(-1)?.verdict).toMatchObject({ reasonCode: 'not-ours' });
  });

  it("approve against a soft rule is a person's to decide", async () => {
    const { judge } = await waiting({ answer: { amount: 5000, supplier: 'ACME' } });
    expect(await judge({})).toMatchObject({ answer: accepted });
  });
});

describe('a verdict that changes nothing is refused and recorded:', () => {
  const malformed: [why: string, message: unknown, names: RegExp][] = [
    ['null', null, /whole|Invalid/],
    ['text', 'approve', /whole|Invalid/],
    ['a list', [], /whole|Invalid/],
    ['no verdict', { verdictId: 'v', by: 'r', seen: '123456' }, /verdict/],
    ['an unknown verdict', { verdictId: 'v', verdict: 'accept', by: 'r', seen: '123456' }, /verdict/],
    ['reject without a reason', { verdictId: 'v', verdict: 'reject', by: 'r', seen: '123456' }, /reason/],
    [
      'reject with a blank reason',
      { verdictId: 'v', verdict: 'reject', by: 'r', seen: '123456', reason: ' ' },
      /reason/,
    ],
    ['nobody', { verdictId: 'v', verdict: 'approve', by: '', seen: '123456' }, /by/],
    ['nothing seen', { verdictId: 'v', verdict: 'approve', by: 'r' }, /seen/],
    ['amend without output', { verdictId: 'v', verdict: 'amend', by: 'r', seen: '123456' }, /output/],
    ['a field too many', { verdictId: 'v', verdict: 'approve', by: 'r', seen: '123456', output: {} }, /output/],
    ['an id too long', { verdictId: 'v'.repeat(201), verdict: 'approve', by: 'r', seen: '123456' }, /verdictId/],
  ];
  test.each(malformed)('%s is malformed', async (_, message, names) => {
    const { activities, ledger } = await waiting();
    const { answer, then } = await activities.judgeVerdict({ caseId: CASE, channel: 'signal', message });
    expect(answer).toMatchObject(refused('malformed'));
    expect(answer).toHaveProperty('refusal.message', expect.stringMatching(names));
    expect(then).toBeUndefined();
    expect(ledger.refusals).toHaveLength(1);
    expect(ledger.decisions).toEqual([]);
  });

  const unfit: [why: string, code: string, verdict: Record<string, unknown>][] = [
    ['a stale digest', 'stale', { seen: '000000000000' }],
    ["the submitter's own", 'four-eyes', { by: 'sam' }],
    ['confirm of a proposal', 'not-allowed-here', { verdict: 'confirm', reason: 'did it' }],
    [
      'an amendment with an unknown field',
      'amendment-invalid',
      { verdict: 'amend', output: { amount: 1, supplier: 'A', x: 1 } },
    ],
    ['an amendment without a field', 'amendment-invalid', { verdict: 'amend', output: { amount: 1 } }],
    [
      'an amendment of the wrong type',
      'amendment-invalid',
      { verdict: 'amend', output: { amount: '1', supplier: 'A' } },
    ],
    ['an amendment against a hard rule', 'rule-broken', { verdict: 'amend', output: { amount: -1, supplier: 'A' } }],
  ];
  test.each(unfit)('%s', async (_, code, verdict) => {
    const { judge, ledger } = await waiting();
    const { answer, then } = await judge(verdict);
    expect(answer).toMatchObject(refused(code));
    expect(then).toBeUndefined();
    expect(ledger.refusals).toHaveLength(1);
    expect(ledger.decisions).toEqual([]);
    expect(ledger.tasks[0]?.open).toBe(true);
  });

  it('names the field of an invalid amendment', async () => {
    const { judge } = await waiting();
    const { answer } = await judge({ verdict: 'amend', output: { amount: 'x', supplier: 'A' } });
    expect(answer).toHaveProperty('refusal.message', expect.stringContaining('amount'));
  });

  it('approve of what breaks a hard rule', async () => {
    const { judge } = await waiting({ answer: { amount: -5, supplier: 'ACME' } });
    expect((await judge({})).answer).toMatchObject(refused('rule-broken'));
  });

  it('approve of an empty proposal', async () => {
    const { activities, packHash } = await proposed();
    const because = [{ code: 'model-refused', message: 'refused' } as const];
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, because });
    const message = {
      verdictId: 'v-1',
      verdict: 'approve',
      by: 'rita',
      seen: question.kind === 'review' && question.seen,
    };
    const judged = await activities.judgeVerdict({ caseId: CASE, channel: 'update', message });
    expect(judged.answer).toMatchObject(refused('nothing-to-approve'));
  });

  it('one that comes before anything is asked', async () => {
    const { activities } = await proposed();
    const message = { verdictId: 'v-1', verdict: 'approve', by: 'rita', seen: '123456789012' };
    const judged = await activities.judgeVerdict({ caseId: CASE, channel: 'signal', message });
    expect(judged.answer).toMatchObject(refused('case-not-waiting'));
  });

  it('an amendment where the pinned version is gone: the case is asked again, on a repeat too', async () => {
    const { judge, usePacks } = await waiting();
    usePacks([testPack({ version: '2.0.0' })]);
    const amend = { verdict: 'amend', output: { amount: 13, supplier: 'ACME' } } as const;
    const first = await judge(amend);
    expect(first).toMatchObject({ answer: refused('pack-version-gone'), then: { kind: 'pack-version-gone' } });
    expect(await judge(amend)).toEqual(first);
  });
});

describe('a verdict sent again', () => {
  it('exactly gets the first answer, and is not recorded again', async () => {
    const { judge, ledger } = await waiting();
    const first = await judge({});
    expect(await judge({}, 'signal')).toEqual(first);
    expect(ledger.verdicts).toHaveLength(1);
    expect(ledger.decisions).toHaveLength(1);
  });

  it('with other content under its id is refused', async () => {
    const { judge, ledger } = await waiting();
    await judge({});
    expect((await judge({ verdict: 'reject', reason: 'no' })).answer).toMatchObject(refused('verdict-id-reused'));
    expect(ledger.decisions).toHaveLength(1);
  });

  it('by someone else under another id comes too late, and learns the decision that stands', async () => {
    const { judge, ledger } = await waiting();
    const open = await judgeAfterRead(ledger, () => judge({ verdictId: 'v-2', by: 'lea' }));
    expect(open.answer).toMatchObject({ accepted: false, verdictId: 'v-2', refusal: { code: 'already-decided' } });
    expect(open.then).toMatchObject({ kind: 'decided', decision: { by: 'rita' } });

    async function judgeAfterRead(_: unknown, late: () => ReturnType<typeof judge>) {
      // Both read the open task; the other one is recorded first.
      const [, second] = await Promise.all([judge({}), late()]);
      return second;
    }
  });
});

describe('a verdict on an effect that only a person can settle', () => {
  async function inDoubt(kind: 'effect-unknown' | 'compensation' = 'effect-unknown') {
    const all = await decided();
    const { activities, write, sink } = all;
    sink.capability = 'neither';
    sink.script = ['lost-after'];
    await write().catch(() => undefined);
    await write();
    const reason = { code: 'effect-unknown', message: 'lost' } as const;
    const about = { caseId: CASE, decisionNo: 1, effect: 'post', taskNo: 1, kind, reason };
    const question = await activities.askAboutEffect(about);
    const judge = (verdict: Record<string, unknown>) =>
      activities.judgeVerdict({
        caseId: CASE,
        channel: 'update',
        message: { verdictId: 'v-1', by: 'rita', seen: question.seen, ...verdict },
      });
    return { ...all, question, judge };
  }

  it('confirm: it is there', async () => {
    const { judge, stateOf } = await inDoubt();
    expect(await judge({ verdict: 'confirm', reason: 'it is there' })).toMatchObject({
      then: { kind: 'settled-by-hand', by: 'rita' },
    });
    expect(stateOf()).toBe('applied');
  });

  it('approve: it is not there, it is written again', async () => {
    const { judge, write, sink } = await inDoubt();
    expect(await judge({ verdict: 'approve' })).toMatchObject({ then: { kind: 'try-again' } });
    expect(await write()).toMatchObject({ kind: 'applied' });
    expect(sink.calls.filter((call) => call.startsWith('apply'))).toHaveLength(2);
  });

  it('reject: it is not there and shall not be', async () => {
    const { judge, stateOf } = await inDoubt();
    expect(await judge({ verdict: 'reject', reason: 'no' })).toMatchObject({ then: { decision: { kind: 'reject' } } });
    expect(stateOf()).toBe('abandoned');
  });

  it('amend is refused: what may be downstream cannot be amended', async () => {
    const { judge, ledger } = await inDoubt();
    const { answer } = await judge({ verdict: 'amend', output: { amount: 99, supplier: 'X' } });
    expect(answer).toMatchObject(refused('not-allowed-here'));
    expect(ledger.decisions).toHaveLength(1);
  });

  test.each(['amend', 'reject'] as const)('%s of a compensation is refused', async (verdict) => {
    const { judge } = await inDoubt('compensation');
    const more = verdict === 'amend' ? { output: { amount: 1, supplier: 'A' } } : { reason: 'no' };
    expect((await judge({ verdict, ...more })).answer).toMatchObject(refused('not-allowed-here'));
  });

  it('fails where there is no such effect', async () => {
    const { activities } = fakePorts();
    const reason = { code: 'effect-unknown', message: 'lost' } as const;
    const about = { caseId: CASE, decisionNo: 1, effect: 'post', taskNo: 1, kind: 'compensation', reason } as const;
    await expect(activities.askAboutEffect(about)).rejects.toThrow(/no effect 'post'/);
  });
});
