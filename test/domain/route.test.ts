import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  codesOf,
  routeOf,
  type Finding,
  type Reason,
  type RouteInput,
  type RuleResult,
} from '../../src/domain/route.ts';

const nothing: RouteInput = { because: [], findings: [], rules: [], confidence: { a: 0.9 }, threshold: 0.8 };
const rule = (change: Partial<RuleResult>): RuleResult => ({ name: 'r', severity: 'hard', holds: true, ...change });
const finding = (severity: Finding['severity']): Finding => ({ name: 'f', severity, message: 'odd' });

describe('routeOf', () => {
  test.each<[string, Partial<RouteInput>]>([
    ['nothing speaks against it', {}],
    ['the confidence is exactly the threshold', { confidence: { a: 0.8 } }],
    ['there is only a note', { findings: [finding('note')] }],
    ['all rules hold', { rules: [rule({}), rule({ severity: 'soft' })] }],
    ['the pack names no critical field', { confidence: {} }],
  ])('is straight-through when %s', (_, change) => {
    expect(routeOf({ ...nothing, ...change })).toEqual({ kind: 'straight-through' });
  });

  test.each<[string, Partial<RouteInput>, Reason]>([
    ['a reason from before', { because: [{ code: 'pack-moved', message: 'm' }] }, { code: 'pack-moved', message: 'm' }],
    ['a finding for review', { findings: [finding('review')] }, { code: 'data-quality', message: 'odd' }],
    ['a finding to refuse', { findings: [finding('refuse')] }, { code: 'data-quality', message: 'odd' }],
    ['a broken hard rule', { rules: [rule({ holds: false })] }, { code: 'rule-broken', message: 'r: does not hold' }],
    [
      'a broken soft rule, with its field and sentence',
      { rules: [rule({ severity: 'soft', holds: false, message: 'too much', field: 'a' })] },
      { code: 'rule-broken', message: 'r: too much', field: 'a' },
    ],
    [
      'one field of low confidence',
      { confidence: { a: 0.9, b: 0.799 } },
      { code: 'low-confidence', field: 'b', message: 'b: confidence 0.79 is below 0.80' },
    ],
    [
      'no confidence',
      { confidence: { a: undefined } },
      { code: 'low-confidence', field: 'a', message: 'a: the model gave no confidence' },
    ],
  ])('is review for %s', (_, change, reason) => {
    expect(routeOf({ ...nothing, ...change })).toEqual({ kind: 'review', reasons: [reason] });
  });

  it('is review when the confidence is no number', () => {
    expect(routeOf({ ...nothing, confidence: { a: NaN } }).kind).toBe('review');
  });

  it('lists every reason', () => {
    const route = routeOf({
      because: [{ code: 'effect-refused', message: 'closed' }],
      findings: [finding('review')],
      rules: [rule({ holds: false })],
      confidence: { a: 0.1, b: undefined },
      threshold: 0.5,
    });
    expect(route).toHaveProperty('reasons.length', 5);
  });

  it('never lets anything through below the threshold, whatever else holds', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.option(probability, { nil: undefined })),
        probability,
        (confidence, threshold) => {
          const allSure = Object.values(confidence).every((value) => value !== undefined && value >= threshold);
          expect(routeOf({ ...nothing, confidence, threshold }).kind).toBe(allSure ? 'straight-through' : 'review');
        },
      ),
    );
  });
});

it('codesOf gives each code once, in order', () => {
  const reasons = (['rule-broken', 'low-confidence', 'rule-broken'] as const).map((code) => ({ code, message: '' }));
  expect(codesOf(reasons)).toEqual(['rule-broken', 'low-confidence']);
});
