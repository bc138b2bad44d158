import { describe, expect, it, test } from 'vitest';
import type { Level } from '../../src/domain/policy.ts';
import { definePack } from '../../src/packs/define-pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, waiting } from './arrange.ts';

const { review } = definition();
const LEVELS: Level[] = [
  { when: { field: 'amount', atLeast: 10_000 }, approvals: 3, groups: ['directors'] },
  { when: { field: 'amount', atLeast: 1000 }, approvals: 2 },
];

/** A case of an amount that a soft rule stops, so that a person is asked in any case. */
async function asked(amount: number, more: Partial<typeof review> = {}) {
  const fakes = fakePorts(testPack({ review: { ...review, levels: LEVELS, ...more } }));
  const all = await waiting({ answer: { amount, supplier: 'ACME' } }, fakes);
  let at = 0;
  const say = async (verdict: string, by: string, rest: Record<string, unknown> = {}) =>
    await all.judge({ verdictId: `v-${(at += 1)}`, verdict: verdict as 'approve', by, ...rest });
  return { ...all, say };
}
const output = (amount: number) => ({ output: { amount, supplier: 'ACME' } });

describe('a question that two must approve', () => {
  it('says so when it is put, also when the same is put again after its result was lost', async () => {
    const { question, activities, callId, packHash } = await asked(5000);
    expect(question).toMatchObject({ approvals: { needed: 2, by: [] } });
    expect(question).not.toHaveProperty('groups');
    const again = { caseId: CASE, packHash, taskNo: 1, callId, because: [] };
    expect(await activities.validate(again)).toEqual(question);
  });

  it('is decided by the second person; the first is told that it counts', async () => {
    const { say, ledger } = await asked(5000);
    expect(await say('approve', 'rita')).toEqual({
      answer: { accepted: true, verdictId: 'v-1', approvals: { given: 1, needed: 2 } },
      approvals: { needed: 2, by: ['rita'] },
    });
    expect(ledger.decisions).toEqual([]);
    const second = await say('approve', 'lea');
    expect(second).toMatchObject({ then: { kind: 'decided', decision: { by: 'rita and lea' } } });
    expect(ledger.decisions).toMatchObject([{ by: { name: 'lea' }, approvedBy: ['rita', 'lea'] }]);
  });

  it.each(['rita', ' RITA ', 'Rita'])('is not approved twice by one person, written "%s"', async (by) => {
    const { say, ledger } = await asked(5000);
    await say('approve', 'rita');
    expect((await say('approve', by)).answer).toMatchObject({ refusal: { code: 'same-person' } });
    expect(ledger.decisions).toEqual([]);
  });

  it('is not approved by who submitted it, whatever the pack says of four eyes', async () => {
    const { say } = await asked(5000, { fourEyes: false });
    expect((await say('approve', 'Sam')).answer).toMatchObject({ refusal: { code: 'four-eyes' } });
    expect((await say('amend', 'sam', output(5001))).answer).toMatchObject({ refusal: { code: 'four-eyes' } });
  });

  it('is rejected by one, also by one who approved before', async () => {
    const { say } = await asked(5000);
    await say('approve', 'rita');
    const rejected = await say('reject', 'rita', { reason: 'looked again' });
    expect(rejected).toMatchObject({ then: { decision: { kind: 'reject' } } });
  });

  it('takes the exact repeat of the first approval for one', async () => {
    const { judge, say, ledger } = await asked(5000);
    const first = await judge({});
    expect(await judge({})).toEqual(first);
    await say('approve', 'lea', { verdictId: 'v-9' });
    expect(ledger.decisions).toHaveLength(1);
    expect(await judge({})).toEqual(first);
  });

  it('is put anew when someone amends it, and counts from who amended it', async () => {
    const { say, ledger, question } = await asked(5000);
    await say('approve', 'rita');
    const amended = await say('amend', 'lea', output(6000));
    const task = ledger.tasks.at(-1);
    expect(amended).toMatchObject({
      answer: { accepted: true },
      then: {
        kind: 'asked-anew',
        question: { taskNo: 2, effects: ['Post 6000', 'Pay 6000'], approvals: { needed: 2, by: ['lea'] } },
      },
    });
    expect(task).toMatchObject({ taskNo: 2, open: true, output: { amount: 6000 } });
    expect(task?.seen).not.toBe(question.seen);
    expect(task?.reasons.at(-1)?.message).toContain('Amended by a reviewer (amount)');
    expect((await say('approve', 'rita')).answer).toMatchObject({ refusal: { code: 'stale' } });
    const seen = { seen: task?.seen };
    expect((await say('approve', 'Lea', seen)).answer).toMatchObject({ refusal: { code: 'same-person' } });
    expect(await say('approve', 'rita', seen)).toMatchObject({ then: { decision: { by: 'lea and rita' } } });
    expect(ledger.decisions).toMatchObject([{ output: { amount: 6000 } }]);
  });

  it('gets the same question again for an exact repeat of the amendment', async () => {
    const { judge } = await asked(5000);
    const first = await judge({ verdict: 'amend', ...output(6000) });
    expect(await judge({ verdict: 'amend', ...output(6000) })).toEqual(first);
  });

  it('needs no fewer people when its amount is amended below the limit', async () => {
    const { say } = await asked(5000);
    const { then } = await say('amend', 'rita', output(10));
    expect(then).toMatchObject({ kind: 'asked-anew', question: { approvals: { needed: 2, by: ['rita'] } } });
  });
});

it('an amendment that reaches a higher level is put to that level', async () => {
  const { say } = await asked(-1);
  const { then } = await say('amend', 'rita', output(20_000));
  expect(then).toMatchObject({
    kind: 'asked-anew',
    question: { approvals: { needed: 3, by: ['rita'] }, groups: ['directors'] },
  });
});

it('below all levels one person decides', async () => {
  const { say, question } = await asked(-1);
  expect(question).not.toHaveProperty('approvals');
  expect(await say('amend', 'rita', output(10))).toMatchObject({ then: { decision: { by: 'rita' } } });
});

test.each([
  [{ when: {}, approvals: 0 }, 'review.levels.approvals: 0 must be'],
  [{ when: {}, approvals: 2, groups: [' '] }, 'review.levels.groups: a group needs a name'],
  [{ when: { field: 'total', atLeast: 1 }, approvals: 2 }, "review.levels.when.field: 'total'"],
  [
    { when: { field: 'amount', atLeast: { unit: 'currency', per: { EUR: 1 } } }, approvals: 2 },
    "review.levels.when.atLeast.unit: 'currency' is no field of the output",
  ],
  [
    { when: { field: 'amount', atLeast: { unit: 'supplier', per: {} } }, approvals: 2 },
    'review.levels.when.atLeast.per: name at least one unit',
  ],
  [
    { when: { field: 'amount', atLeast: { unit: 'supplier', per: { EUR: NaN } } }, approvals: 2 },
    'review.levels.when.atLeast.per.EUR: NaN is no amount',
  ],
])('a pack with the level %j is refused', (level, message) => {
  expect(() => definePack(definition({ review: { ...review, levels: [level as Level] } }))).toThrow(message);
});
