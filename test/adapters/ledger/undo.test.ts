import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { useLedger } from '../../support/postgres.ts';
import { EFFECT, approval, caseOf, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const undo = { until: '2999-01-01T00:00:00.000Z', seen: 'abc123' };
const decide = { taskNo: 1, kind: 'accept', output: { total: 1.5 }, effects: [EFFECT] } as const;
const verdict: Verdict = { verdict: 'withdraw', verdictId: 'w', by: 'carl', seen: 'abc123', reason: 'too quick' };

/** A case whose approval is held back. */
async function held(window = undo): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId));
  await ledger.reviews.record(approval(caseId, 'v1', { decide: { ...decide, effects: [EFFECT], undo: window } }));
  return caseId;
}

const withdraw = (caseId: string, verdictId = 'w') =>
  ledger.reviews.record({
    ...{ caseId, channel: 'signal', contentHash: `content of ${verdictId}`, withdraw: true },
    verdict: { ...verdict, verdictId },
  });

test('an approval is held back until its window ends, and then not withdrawn any more', async () => {
  const caseId = await held();
  expect((await caseOf(ledger, caseId)).stage).toBe('undo-window');
  expect((await ledger.reviews.latestDecision(caseId))?.undo).toEqual(undo);
  expect(await ledger.reviews.endUndo(caseId, 1)).toBeUndefined();
  expect(await ledger.reviews.endUndo(caseId, 1)).toBeUndefined();
  expect((await caseOf(ledger, caseId)).stage).toBe('deciding');
  expect(await withdraw(caseId)).toMatchObject({ kind: 'refused', refusal: { code: 'window-over' } });
  expect((await trail(ledger, caseId)).slice(4)).toEqual(['decision', 'undo-window-over', 'verdict-refused']);
});

test('a withdrawal is kept with its name and reason; a repeat gets the same answer', async () => {
  const caseId = await held();
  const taken = await withdraw(caseId);
  expect(taken).toEqual({ kind: 'accepted', decision: null, withdrawn: 1 });
  expect(await withdraw(caseId)).toEqual(taken);
  expect((await ledger.reviews.former(caseId, 'w'))?.judged).toEqual(taken);
  expect(await withdraw(caseId, 'w2')).toMatchObject({ kind: 'refused', refusal: { code: 'already-decided' } });
  expect(await ledger.reviews.endUndo(caseId, 1)).toEqual({ by: 'carl', reason: 'too quick' });
  expect((await caseOf(ledger, caseId)).stage).toBe('proposing');
  // What the sweep would send again is the approval, never the withdrawal.
  expect((await ledger.reviews.acceptedVerdict(caseId))?.verdict).toBe('approve');
  const file = await ledger.reads.caseFile(caseId);
  expect(file?.decisions).toMatchObject([{ decisionNo: 1, undo, withdrawnBy: 'carl' }]);
  expect(file?.audit.find(({ kind }) => kind === 'decision-withdrawn')?.data).toEqual({
    ...{ decisionNo: 1, by: 'carl', reason: 'too quick' },
  });
});

test('a withdrawal whose time is over is refused, closed window or not', async () => {
  const caseId = await held({ ...undo, until: '2020-01-01T00:00:00.000Z' });
  expect(await withdraw(caseId)).toMatchObject({ kind: 'refused', refusal: { code: 'window-over' } });
});

test('of a withdrawal and the end of the window that come at once, one wins, and both know which', async () => {
  const won = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const caseId = await held();
    const both = [() => withdraw(caseId), () => ledger.reviews.endUndo(caseId, 1)] as const;
    const [taken, ended] =
      round % 2 === 0
        ? await Promise.all([both[0](), both[1]()])
        : (await Promise.all([both[1](), both[0]()])).toReversed();
    const accepted = taken !== undefined && 'kind' in taken && taken.kind === 'accepted';
    expect(ended !== undefined).toBe(accepted);
    won.add(accepted ? 'withdrawal' : 'end');
    expect((await caseOf(ledger, caseId)).stage).toBe(accepted ? 'proposing' : 'deciding');
  }
  expect(won.size).toBe(2);
});
