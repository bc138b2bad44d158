import { describe, expect, test } from 'vitest';
import { reasonCodeRefusalOf, REJECT_REASONS, rejectReasonsOf } from '../../src/domain/reject-reasons.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { de } from '../../src/web/i18n/de.ts';
import { en } from '../../src/web/i18n/en.ts';
import { definition, testPack } from '../support/fake-pack.ts';

const COMMON = { verdictId: 'v', by: 'rita', seen: 'abc123' };
const OWN = [{ code: 'too-late', words: 'It came too late' }];

describe('a code of a reason', () => {
  test.each<[string, Verdict, string | undefined]>([
    ['that is offered', { ...COMMON, verdict: 'reject', reason: 'late', reasonCode: 'too-late' }, undefined],
    ['that is left out', { ...COMMON, verdict: 'reject', reason: 'late' }, undefined],
    ['of another verdict', { ...COMMON, verdict: 'approve' }, undefined],
    ['that is not offered', { ...COMMON, verdict: 'reject', reason: 'd', reasonCode: 'duplicate' }, 'malformed'],
    ['in another spelling', { ...COMMON, verdict: 'reject', reason: 'd', reasonCode: 'TOO-LATE' }, 'malformed'],
  ])('%s', (_, verdict, code) => {
    expect(reasonCodeRefusalOf(verdict, OWN)?.code).toBe(code);
  });

  test('is one of the default where a pack names none', () => {
    expect(rejectReasonsOf(undefined)).toBe(REJECT_REASONS);
    expect(rejectReasonsOf({})).toBe(REJECT_REASONS);
    expect(rejectReasonsOf({ rejectReasons: OWN })).toBe(OWN);
  });
});

test('the desk has words for each reason of the default, in English the same', () => {
  const words = en as Record<string, string>;
  const german = de as Record<string, string>;
  for (const reason of REJECT_REASONS) {
    expect(words[`reject.${reason.code}`]).toBe(reason.words);
    expect(german[`reject.${reason.code}`]).toBeTruthy();
  }
});

describe('reasons of a pack', () => {
  const { review } = definition();
  const pack = (rejectReasons: typeof OWN) => testPack({ review: { ...review, rejectReasons } });

  test('stand in what is stored of its version, and in no plan', () => {
    const made = pack(OWN);
    expect(made.manifest.review.rejectReasons).toEqual(OWN);
    const models = { primary: { provider: 'p', model: 'm' }, fallback: undefined };
    expect(JSON.stringify(made.plan(models))).not.toContain('too-late');
  });

  test.each<[string, typeof OWN]>([
    ['give 1 to 9', []],
    ['give 1 to 9', Array.from({ length: 10 }, (_, n) => ({ code: `reason-${n}`, words: 'w' }))],
    ["'Too late' must be kebab-case", [{ code: 'Too late', words: 'w' }]],
    ["'too-late' needs words", [{ code: 'too-late', words: ' ' }]],
    ['a code of its own', [...OWN, ...OWN]],
  ])('that cannot work stop the program: %s', (message, reasons) => {
    expect(() => pack(reasons)).toThrow(`review.rejectReasons: `);
    expect(() => pack(reasons)).toThrow(message);
  });
});
