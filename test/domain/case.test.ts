import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { caseIdOf, faultOfCaseKey, parseCaseId, REVISABLE } from '../../src/domain/case.ts';
import { idempotencyKeyOf } from '../../src/domain/decision.ts';

const name = (caseKey: string, revision = 1) => ({ packId: 'invoice-intake', caseKey, revision });

describe('caseIdOf', () => {
  test.each([
    ['INV-2041', 'INV-2041'],
    ['2026/0041', '2026%2F0041'],
    ['A 17', 'A%2017'],
    ['100%', '100%25'],
    ['a%2Fb', 'a%252Fb'],
    ['MAIL-7#2', 'MAIL-7#2'],
    ['Größe/é', 'Größe%2Fé'],
    ['📄 1', '📄%201'],
    ['a\u00a0b', 'a%C2%A0b'],
    ['../x', '..%2Fx'],
    ['r2', 'r2'],
    ["it's", "it's"],
  ])('writes the key %j as %j', (key, written) => {
    expect(caseIdOf(name(key))).toBe(`case/invoice-intake/${written}`);
  });

  it('adds the revision from 2 on', () => {
    expect(caseIdOf(name('K', 1))).toBe('case/invoice-intake/K');
    expect(caseIdOf(name('K', 2))).toBe('case/invoice-intake/K/r2');
  });
});

const packId = fc.stringMatching(/^[a-z][a-z0-9-]{1,40}$/);
const odd = fc.constantFrom(
  '/',
  '%',
  '#',
  ' ',
  '%2F',
  '/r2',
  '\u2003',
  'é',
  'e\u0301',
  '📄',
  '👩‍👩‍👧',
  '\ufeff',
  '\\',
  '"',
  '?',
  '&',
);
const key = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc
      .array(fc.oneof(odd, fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 12 })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  )
  .filter((text) => faultOfCaseKey(text) === undefined);
const caseName = fc.record({ packId, caseKey: key, revision: fc.integer({ min: 1, max: 99 }) });

describe('parseCaseId', () => {
  it('is the inverse of caseIdOf for every allowed key', () => {
    fc.assert(
      fc.property(caseName, (given) => {
        expect(parseCaseId(caseIdOf(given))).toEqual(given);
      }),
    );
  });

  it('never takes two names for one case', () => {
    fc.assert(
      fc.property(caseName, caseName, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(caseIdOf(a)).not.toBe(caseIdOf(b));
      }),
    );
  });

  test.each([
    '',
    'case',
    'case/p',
    'case/p/',
    'case//k',
    'reverse/case/p/k/1',
    'case/p/k/1',
    'case/p/k/r0',
    'case/p/k/r',
    'case/p/%',
    'xcase/p/k',
  ])('knows that %j is no case id', (text) => expect(parseCaseId(text)).toBeUndefined());

  test.each(['case/p/k/r1', 'case/p/%41', 'case/p/a b'])(
    'does not take %j, which caseIdOf never writes, for a case',
    (text) => {
      const parsed = parseCaseId(text);
      expect(parsed && caseIdOf(parsed)).toBe(undefined);
    },
  );

  it('is not confused by an idempotency key, which begins with a case id', () => {
    expect(parseCaseId(idempotencyKeyOf('case/p/k', 1, 'post'))).toBeUndefined();
  });
});

describe('faultOfCaseKey', () => {
  test.each(['', undefined, null, 7, {}, 'a\nb', 'a\u0000', '\u007f', 'x'.repeat(201)])('refuses %j', (given) => {
    expect(faultOfCaseKey(given)).toMatch(/^caseKey/);
  });

  it.each(['\ud800', 'a\udc00'])('refuses half a character, which no other system stores: %j', (given) => {
    expect(faultOfCaseKey(given)).toMatch(/^caseKey/);
  });

  it('refuses a key whose case id is longer than the 1000 bytes of a workflow id', () => {
    const long = `A${'\u3000'.repeat(198)}Z`;
    const bytes = Buffer.byteLength(caseIdOf(name(long)));
    expect([bytes > 1000, faultOfCaseKey(long)]).toEqual([true, expect.stringMatching(/^caseKey/)]);
  });

  it('takes 200 characters', () => expect(faultOfCaseKey('x'.repeat(200))).toBeUndefined());
});

it('a key may be revised only when nothing of it stands downstream', () => {
  expect(REVISABLE).not.toContain('written');
  expect(REVISABLE).not.toContain('duplicate');
  expect(REVISABLE).not.toContain('split');
});
