import { describe, expect, it, test } from 'vitest';
import { applies, undoWindowMs, type Condition, type Considered } from '../../src/domain/policy.ts';

const considered: Considered = {
  output: { total: 1000, name: 'ACME', open: null, currency: 'USD' },
  reasons: [{ code: 'rule-broken', message: 'sum' }],
  confidence: { total: 0.6, name: 0.9 },
};

const of = (per: Record<string, number>) => ({ unit: 'currency', per });

describe('a condition of the review policy', () => {
  test.each<[what: string, condition: Condition, holds: boolean]>([
    ['nothing stated', {}, true],
    ['the amount is reached', { field: 'total', atLeast: 1000 }, true],
    ['the amount is not reached', { field: 'total', atLeast: 1001 }, false],
    ['a field that is no number', { field: 'name', atLeast: 1 }, true],
    ['a field that is empty', { field: 'open', atLeast: 1 }, true],
    ['the amount of its currency is reached', { field: 'total', atLeast: of({ EUR: 2000, USD: 1000 }) }, true],
    ['the amount of its currency is not reached', { field: 'total', atLeast: of({ EUR: 900, USD: 1001 }) }, false],
    ['a currency that is not named', { field: 'total', atLeast: of({ EUR: 9000 }) }, true],
    ['a unit that is no text', { field: 'total', atLeast: { unit: 'open', per: { null: 9000 } } }, true],
    ['the reason is there', { reason: 'rule-broken' }, true],
    ['the reason is not there', { reason: 'low-confidence' }, false],
    ['less sure', { confidenceBelow: 0.7 }, true],
    ['sure enough', { confidenceBelow: 0.6 }, false],
    ['all that is stated holds', { field: 'total', atLeast: 1, reason: 'rule-broken', confidenceBelow: 1 }, true],
    ['one of them does not', { field: 'total', atLeast: 1, reason: 'over-budget' }, false],
  ])('%s', (_, condition, holds) => {
    expect(applies(condition, considered)).toBe(holds);
  });

  it('holds of an unknown confidence, and of no proposal as far as it asks for no amount', () => {
    expect(applies({ confidenceBelow: 0.1 }, { ...considered, confidence: { total: undefined } })).toBe(true);
    expect(applies({ confidenceBelow: 0.1 }, { ...considered, confidence: {} })).toBe(true);
    expect(applies({ field: 'total', atLeast: 0 }, { ...considered, output: null })).toBe(false);
  });
});

test('the longest undo window of those that apply counts; without one there is none', () => {
  const rules = [
    { when: { field: 'total', atLeast: 500 }, forMs: 5 },
    { when: {}, forMs: 7 },
    { when: { field: 'total', atLeast: 5000 }, forMs: 9 },
  ];
  expect(undoWindowMs(rules, considered)).toBe(7);
  expect(undoWindowMs(rules.slice(2), considered)).toBe(0);
  expect(undoWindowMs([], considered)).toBe(0);
});
