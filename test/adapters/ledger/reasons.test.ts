import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { Reason } from '../../../src/domain/route.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, decided, ingested, received, task } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const SUM: Reason = { code: 'rule-broken', message: 'sum: does not add up', field: 'total' };
const DATE: Reason = { code: 'rule-broken', message: 'date: in the future' };
const UNSURE: Reason = { code: 'low-confidence', message: 'total: confidence 0.25 is below 0.90', field: 'total' };
const DATA: Reason = { code: 'data-quality', message: 'the text looks cut off' };
const LONG_AGO = new Date(0);

async function asked(...reasons: Reason[]): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId, { reasons }));
  return caseId;
}

test('a case counts for each of its reasons once, and for one alone where it has no other', async () => {
  expect(await ledger.reads.reasons(LONG_AGO)).toEqual([]);
  // Not read yet: whether anybody will be asked is not known.
  await received(ledger, 'not read');
  const straight = await ingested(ledger);
  await decided(ledger, straight);
  await asked(SUM);
  await asked(SUM, { ...SUM, message: 'sum: again' });
  await asked(SUM, UNSURE, DATE);
  await asked(UNSURE);
  await asked(DATA);
  const expected = {
    ...{ packId: 'invoices', cases: 6, asked: 5 },
    reasons: [
      { code: 'rule-broken', what: 'sum', cases: 3, alone: 2 },
      { code: 'low-confidence', what: 'total', cases: 2, alone: 1 },
      { code: 'data-quality', what: null, cases: 1, alone: 1 },
      { code: 'rule-broken', what: 'date', cases: 1, alone: 0 },
    ],
  };
  expect(await ledger.reads.reasons(LONG_AGO)).toEqual([expected]);
  expect(await ledger.reads.reasons(LONG_AGO, ['invoices'])).toEqual([expected]);
  expect(await ledger.reads.reasons(LONG_AGO, ['others'])).toEqual([]);
  expect(await ledger.reads.reasons(LONG_AGO, [])).toEqual([]);
  expect(await ledger.reads.reasons(new Date(Date.now() + 1_000))).toEqual([]);
});

test('only the first question of a case counts, and none that came after a decision', async () => {
  const before = await ledger.reads.reasons(LONG_AGO);
  const first = await asked(SUM);
  await ledger.reviews.open(task(first, { taskNo: 2, seen: 'def456', reasons: [DATE] }));
  const straight = await ingested(ledger);
  await decided(ledger, straight);
  await ledger.reviews.open(task(straight, { reasons: [{ code: 'effect-refused', message: 'refused' }] }));
  const second = await asked(UNSURE);
  await ledger.reviews.record(approval(second, 'v-1'));
  const [now] = await ledger.reads.reasons(LONG_AGO);
  expect(now).toMatchObject({ cases: (before[0]?.cases ?? 0) + 3, asked: (before[0]?.asked ?? 0) + 2 });
  expect(now?.reasons.map(({ code }) => code)).not.toContain('effect-refused');
  expect(now?.reasons.find(({ what }) => what === 'date')?.cases).toBe(1);
});
