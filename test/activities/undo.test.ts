import { describe, expect, it, test } from 'vitest';
import { definePack } from '../../src/packs/define-pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, waiting } from './arrange.ts';

const { review } = definition();
const undo = [{ when: { field: 'amount', atLeast: 100 }, for: '10 minutes' }];

/** A case whose proposal is held back for ten minutes once it is approved. */
async function held(amount = 5000) {
  const fakes = fakePorts(testPack({ review: { ...review, undo } }));
  const all = await waiting({ answer: { amount, supplier: 'ACME' } }, fakes);
  const withdraw = (more: Record<string, unknown> = {}) =>
    all.judge({ verdictId: 'w-1', verdict: 'withdraw', by: 'lea', ...more });
  const end = () => all.activities.endUndo({ caseId: CASE, decisionNo: 1 });
  return { ...all, withdraw, end };
}

describe('an approval with an undo window', () => {
  it('is decided, and says until when it is held back', async () => {
    const { judge, ledger, question } = await held();
    const window = { until: '2026-03-02T09:10:00.000Z', seen: question.seen };
    expect(await judge({})).toMatchObject({
      answer: { accepted: true, heldUntil: window.until },
      then: { kind: 'decided', decision: { undo: window } },
    });
    expect(ledger.decisions).toMatchObject([{ kind: 'accept', undo: window }]);
    expect(ledger.case(CASE).stage).toBe('undo-window');
  });

  it('is judged by the amended values: they may have no window, or come to have one', async () => {
    const { judge, ledger } = await held();
    await judge({ verdict: 'amend', output: { amount: 99, supplier: 'ACME' } });
    expect(ledger.decisions[0]).not.toHaveProperty('undo');
    const other = await held(2000);
    await other.judge({ verdict: 'amend', output: { amount: 100, supplier: 'ACME' } });
    expect(other.ledger.decisions[0]).toHaveProperty('undo');
  });

  it('does not hold a rejection back', async () => {
    const { judge, ledger } = await held();
    await judge({ verdict: 'reject', reason: 'no' });
    expect(ledger.decisions[0]).not.toHaveProperty('undo');
  });

  it('can be taken back by anybody named, once, and its exact repeat gets the same answer', async () => {
    const { judge, withdraw, ledger, end } = await held();
    await judge({});
    const taken = await withdraw({ reason: 'the wrong one' });
    expect(taken).toEqual({
      answer: { accepted: true, verdictId: 'w-1' },
      then: { kind: 'withdrawn', decisionNo: 1, by: 'lea', reason: 'the wrong one' },
    });
    expect(await withdraw({ reason: 'the wrong one' })).toEqual(taken);
    expect(ledger.withdrawn).toHaveLength(1);
    expect((await withdraw({ verdictId: 'w-2' })).answer).toMatchObject({ refusal: { code: 'already-decided' } });
    expect(await end()).toEqual({ by: 'lea', reason: 'the wrong one' });
  });

  it('can no longer be taken back once its window is closed, and says how to undo it then', async () => {
    const { judge, withdraw, end, ledger } = await held();
    await judge({});
    expect(await end()).toBeNull();
    const { answer } = await withdraw();
    expect(answer).toMatchObject({ accepted: false, refusal: { code: 'window-over' } });
    expect(answer).toHaveProperty('refusal.message', expect.stringContaining(`countersign reverse '${CASE}'`));
    expect(ledger.withdrawn).toEqual([]);
  });

  it('can no longer be taken back when its time is over, also where the window is not closed yet', async () => {
    const { judge, withdraw, now } = await held();
    await judge({});
    now.at = new Date('2026-03-02T09:10:00Z');
    expect((await withdraw()).answer).toMatchObject({ refusal: { code: 'window-over' } });
  });

  it('refuses a withdrawal that names another question', async () => {
    const { judge, withdraw } = await held();
    await judge({});
    expect((await withdraw({ seen: '000000000000' })).answer).toMatchObject({ refusal: { code: 'stale' } });
  });
});

it('without an undo window nothing can be withdrawn', async () => {
  const { judge } = await waiting();
  const before = await judge({ verdictId: 'w-0', verdict: 'withdraw' });
  expect(before.answer).toMatchObject({ refusal: { code: 'nothing-to-withdraw' } });
  await judge({});
  const after = await judge({ verdictId: 'w-1', verdict: 'withdraw' });
  expect(after.answer).toMatchObject({ refusal: { code: 'nothing-to-withdraw' } });
});

test.each([
  [{ when: {}, for: 'soon' }, "review.undo.for: 'soon' is no duration"],
  [
    { when: { field: 'total', atLeast: 1 }, for: '1 hour' },
    "review.undo.when.field: 'total' is no field of the output",
  ],
  [{ when: { field: 'amount' }, for: '1 hour' }, 'review.undo.when: field and atLeast go together'],
  [{ when: { confidenceBelow: 7 }, for: '1 hour' }, 'review.undo.when.confidenceBelow: 7 must be'],
])('a pack with the rule %j is refused', (rule, message) => {
  expect(() => definePack(definition({ review: { ...review, undo: [rule] } }))).toThrow(message);
});
