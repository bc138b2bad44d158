import { describe, expect, test } from 'vitest';
import { numberStylesIn, readNumber } from '../../../src/packs/quality/numbers.ts';

describe('a printed number', () => {
  test.each([
    ['1.234,56', '1234.56'],
    ['1,234.56', '1234.56'],
    ['1 234,56', '1234.56'],
    ['1\u202f234,56', '1234.56'],
    ["1'234.56", '1234.56'],
    ['1\u2019234\u2019567.00', '1234567.00'],
    ['1.234.567', '1234567'],
    ['12,5', '12.5'],
    ['0,123', '0.123'],
    ['1 234,567', '1234.567'],
    ['1234', '1234'],
    ['\u20ac 12.60', '12.60'],
    ['12,60 EUR', '12.60'],
    ['CHF 1\u2019000.50', '1000.50'],
    ['Fr. 99.95', '99.95'],
    ['-12,00', '-12.00'],
    ['12,00-', '-12.00'],
    ['(12.00)', '-12.00'],
    ['\u2212\u20ac5.00', '-5.00'],
  ])('%s is %s', (text, value) => expect(readNumber(text)).toEqual({ kind: 'one', value }));

  test('that may be a thousand or three decimals is left open, until the document tells its habit', () => {
    expect(readNumber('1.234')).toEqual({ kind: 'either', values: ['1234', '1.234'] });
    expect(readNumber('1,234')).toEqual({ kind: 'either', values: ['1234', '1.234'] });
    expect(readNumber('1.234', 'comma')).toEqual({ kind: 'one', value: '1234' });
    expect(readNumber('1.234', 'point')).toEqual({ kind: 'one', value: '1.234' });
  });

  test.each(['', 'EUR', '1.23,456.7', '12,34,56', '1.2.3', '12.', '(12.00', 'twelve', '1.234,56,7'])(
    '%j is none',
    (text) => expect(readNumber(text)).toBeUndefined(),
  );
});

test('a document shows its number format by amounts that have both signs, and by no date, version or time', () => {
  expect(numberStylesIn('Summe 4.743,75 EUR')).toEqual(['comma']);
  expect(numberStylesIn('Total EUR 4,743.75')).toEqual(['point']);
  expect(numberStylesIn('4.743,75 and 1,234,567.00')).toEqual(['comma', 'point']);
  expect(numberStylesIn('13.04.2018, 12.60, version 1.234.56, 1.234')).toEqual([]);
});
