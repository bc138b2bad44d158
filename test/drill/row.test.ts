import { describe, expect, test } from 'vitest';
import { faultsOf, passed } from '../../src/dev/drill/report.ts';
import { historyLengths, rowOf, standingOf } from '../../src/dev/drill/row.ts';
import { aCall, aCase, aTask, booked, course, facts } from './facts.ts';

const open = { stage: 'proposing', outcome: null, threshold: 0.6, findings: [] } as const;
const runs = { running: true, events: 12 };
const openTask = aTask({ open: true });
const effect = (caseId: string) => ({ key: `${caseId}/1/ticket`, state: 'applied', calls: 1 });

describe('where a case stands', () => {
  test.each([
    ['with an outcome is decided', aCase('a'), 'decided'],
    ['that runs with an open task waits', aCase('a', { record: open, run: runs, tasks: [openTask] }), 'waiting'],
    ['that runs without one is open', aCase('a', { record: open, run: runs }), 'open'],
    ['with a closed task is open, not waiting', aCase('a', { record: open, run: runs, tasks: [aTask()] }), 'open'],
    [
      'accepted and not yet started is open',
      aCase('a', { record: { ...open, stage: 'received' }, run: undefined }),
      'open',
    ],
    ['that no ledger knows is lost', aCase('a', { record: undefined }), 'lost'],
    ['that ended without a decision is lost', aCase('a', { record: { ...open, outcome: 'orphaned' } }), 'lost'],
    ['whose run is gone in the middle is lost', aCase('a', { record: open, run: undefined }), 'lost'],
    ['whose run ended while a person is asked is lost', aCase('a', { record: open, tasks: [openTask] }), 'lost'],
  ] as const)('one %s', (_, one, standing) => expect(standingOf(one)).toBe(standing));
});

describe('the row of a scenario', () => {
  test('counts who is decided and who waits before the reviewer begins, and whom a person was ever asked about', () => {
    const reasons = [
      { code: 'low-confidence', message: 'intent' },
      { code: 'low-confidence', message: 'queue' },
    ] as const;
    const asked = aTask({ open: true, reasons: [...reasons, { code: 'rule-broken', message: 'x' }] });
    const before = [aCase('a'), aCase('b', { record: open, run: runs, tasks: [asked] })];
    const after = [aCase('a'), aCase('b', { tasks: [{ ...asked, open: false }] })];
    const row = rowOf(course, facts(before), facts(after));
    expect(row).toMatchObject({ cases: 2, decided: 1, waiting: 1, asked: 1, lost: 0 });
    expect(row.reasons).toEqual({ 'low-confidence': 1, 'rule-broken': 1 });
    expect(passed(row)).toBe(true);
  });

  test('fails on a case that is lost at either moment, and names it', () => {
    const row = rowOf(course, facts([aCase('a', { record: undefined })]), facts([aCase('a')]));
    expect(row.lost).toBe(1);
    expect(faultsOf(row)).toEqual(['lost: a']);
    expect(passed(row)).toBe(false);
  });

  test('fails on a case that is open when everything was answered', () => {
    const row = rowOf(course, facts([]), facts([aCase('a', { record: open, run: runs })]));
    expect(row).toMatchObject({ lost: 0, faults: [expect.stringContaining('did not end')] });
    expect(passed(row)).toBe(false);
  });

  test('counts what stands twice in the books, whatever our keys are, and not what was reversed', () => {
    const again = { id: 'tickets-2', reference: 'a/2/ticket' };
    const effects = [effect('a'), { ...effect('a'), key: 'a/2/ticket' }];
    const twice = [booked('a'), booked('a', again)];
    expect(rowOf(course, facts([]), facts([], { books: twice, effects })).writtenTwice).toBe(1);
    const undone = [booked('a', { reversed: true }), booked('a', again)];
    expect(rowOf(course, facts([]), facts([], { books: undone, effects })).writtenTwice).toBe(0);
  });

  test('counts an effect that was undone twice', () => {
    const undo = booked('a', { kind: 'reversal', reference: 'a/1/ticket/undo' });
    const row = rowOf(course, facts([]), facts([], { books: [undo, { ...undo, id: 'other' }] }));
    expect(row).toMatchObject({ writtenTwice: 1, writtenTwiceWhat: ['a/1/ticket/undo (2 times)'] });
  });

  test('fails where ledger and books disagree, either way', () => {
    const unknown = rowOf(course, facts([]), facts([], { books: [booked('a')] }));
    expect(unknown.faults).toEqual([expect.stringContaining('which the ledger does not know')]);
    const missing = rowOf(course, facts([]), facts([], { effects: [effect('a')] }));
    expect(missing.faults).toEqual([expect.stringContaining('not in the books')]);
  });
});

describe('the money of a scenario', () => {
  const money = (...calls: ReturnType<typeof aCall>[]) => rowOf(course, facts([]), facts([aCase('a', { calls })]));

  test('is extra for every paid answer but the last of its case', () => {
    const row = money(
      aCall({ outcome: 'invalid', requestHash: 'first', costMicros: 70 }),
      aCall({ outcome: 'failed', failureType: 'ProviderBusy', costMicros: null }),
      aCall({ costMicros: 100 }),
    );
    expect(row).toMatchObject({ totalCost: 170, extraCost: 70, paidTwice: 0, possiblyPaid: 0 });
    expect(row.failedCalls).toEqual({ invalid: 1, ProviderBusy: 1 });
  });

  test('was paid twice when the same question was answered twice, and not when the answer was used again', () => {
    expect(money(aCall(), aCall({ responseId: 'resp_2' }))).toMatchObject({ paidTwice: 1, extraCost: 100 });
    expect(money(aCall(), aCall({ reused: true }))).toMatchObject({ paidTwice: 0, extraCost: 0 });
    expect(money(aCall(), aCall({ requestHash: 'another' })).paidTwice).toBe(0);
  });

  test('may be paid for a call that never ended, or that broke off', () => {
    const broken = aCall({ outcome: 'failed', possiblyPaid: true, costMicros: null });
    expect(money(aCall({ outcome: 'started', costMicros: null }), broken)).toMatchObject({
      possiblyPaid: 2,
      possiblyPaidCost: 800,
    });
  });

  test('was paid for answers that the provider counts and the ledger never saw', () => {
    const answer = { model: 'stand-in-large', outcome: 'reset', metadata: {}, inputTokens: 1_000, outputTokens: 100 };
    const provided = [
      { ...answer, id: 'resp_1', status: 200 },
      { ...answer, id: 'resp_2', status: 200 },
      { ...answer, id: 'call_3', status: 429 },
    ];
    const cases = [aCase('a')];
    expect(rowOf(course, facts([]), facts(cases, { provided }))).toMatchObject({ unseenAnswers: 1, unseenCost: 1_400 });
    const forgot = rowOf(course, facts([]), facts(cases, { provided: undefined }));
    expect(forgot).toMatchObject({ unseenAnswers: null, unseenCost: null });
  });
});

test('histories are compared with the usual length of the same kind of case only', () => {
  const straight = (caseId: string, events: number) => aCase(caseId, { run: { running: false, events } });
  const usual = historyLengths([straight('a', 24), straight('b', 22), straight('c', 30)]);
  const rejected = aCase('z', { record: { ...open, outcome: 'rejected' }, run: { running: false, events: 90 } });
  const ended = facts([straight('x', 26), straight('y', 34), rejected]);
  const row = rowOf({ ...course, baseline: usual }, facts([]), ended);
  expect(row.extraEvents).toEqual({ most: 10, mean: 6, compared: 2 });
});
