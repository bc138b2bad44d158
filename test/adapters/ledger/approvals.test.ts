import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, caseOf, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

/** A case whose question needs so many approvals. */
async function asked(needed = 2): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId, { approvals: { needed, by: [] }, groups: ['directors'], group: 'directors' }));
  return caseId;
}

function by(name: string) {
  return { verdict: { verdict: 'approve', verdictId: `v-${name}`, by: name, seen: 'abc123' } } as const;
}

const approve = (caseId: string, name: string) => ledger.reviews.record(approval(caseId, `v-${name}`, by(name)));

test('the first approval is recorded and counts; the second decides, and the decision names both', async () => {
  const caseId = await asked();
  const first = await approve(caseId, 'rita');
  expect(first).toEqual({ kind: 'accepted', decision: null, approvals: { needed: 2, by: ['rita'] } });
  expect(await approve(caseId, 'rita')).toEqual(first);
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ approvals: { by: ['rita'] }, groups: ['directors'] });
  expect((await caseOf(ledger, caseId)).stage).toBe('review');
  expect(await approve(caseId, 'lea')).toMatchObject({ decision: { approvedBy: ['rita', 'lea'] } });
  expect((await ledger.reviews.former(caseId, 'v-rita'))?.judged).toEqual(first);
  expect((await ledger.reviews.latestDecision(caseId))?.approvedBy).toEqual(['rita', 'lea']);
  const file = await ledger.reads.caseFile(caseId);
  expect(file?.audit.slice(3).map(({ kind, data }) => [kind, data['approvals'] ?? data['approvedBy']])).toEqual([
    ['verdict-accepted', { given: 1, needed: 2 }],
    ['verdict-accepted', undefined],
    ['decision', ['rita', 'lea']],
  ]);
});

test('of several who approve at once exactly as many count as are needed, whatever the order', async () => {
  for (let round = 0; round < 10; round++) {
    const caseId = await asked(3);
    const names = ['a', 'b', 'c', 'd', 'A ', ' b'];
    const judged = await Promise.all(names.map((name) => approve(caseId, name)));
    const decisions = judged.filter((one) => one.kind === 'accepted' && one.decision !== null);
    const counted = judged.filter((one) => one.kind === 'accepted' && one.approvals);
    expect([decisions.length, counted.length]).toEqual([1, 2]);
    const approvedBy = (await ledger.reviews.latestDecision(caseId))?.approvedBy ?? [];
    expect(new Set(approvedBy.map((name) => name.trim().toLowerCase())).size).toBe(3);
  }
});

test('an amendment opens the next question and closes this one, in one step', async () => {
  const caseId = await asked();
  await approve(caseId, 'rita');
  const opening = task(caseId, { taskNo: 2, seen: 'def456', approvals: { needed: 2, by: ['lea'] } });
  const amendment = approval(caseId, 'v-amend', {
    verdict: { verdict: 'amend', verdictId: 'v-amend', by: 'lea', seen: 'abc123', output: { total: 2 } },
    askAnew: { taskNo: 1, opening },
  });
  const { decide: _, ...input } = amendment;
  const judged = await ledger.reviews.record(input);
  expect(judged).toEqual({ kind: 'accepted', decision: null, askedAnew: 2 });
  expect(await ledger.reviews.record(input)).toEqual(judged);
  expect((await ledger.reviews.former(caseId, 'v-amend'))?.judged).toEqual(judged);
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ taskNo: 2, approvals: { by: ['lea'] } });
  expect(await ledger.reviews.task(caseId, 1)).toMatchObject({ open: false });
  expect(await approve(caseId, 'kim')).toMatchObject({ kind: 'refused', refusal: { code: 'already-decided' } });
  expect((await trail(ledger, caseId)).slice(3)).toEqual([
    ...['verdict-accepted', 'verdict-accepted', 'task-opened', 'verdict-refused'],
  ]);
});
