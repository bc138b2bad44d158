import { expect, test } from 'vitest';
import { findDates } from '../../../../src/dev/stand-in-model/lexical/dates.ts';
import { decimalSign, findNumbers } from '../../../../src/dev/stand-in-model/lexical/numbers.ts';
import { readerFor } from '../../../../src/dev/stand-in-model/lexical/readers.ts';
import { sampleOf } from '../../../../src/dev/stand-in-model/lexical/sample.ts';
import { shapeOf } from '../../../../src/dev/stand-in-model/lexical/schema.ts';

test.each([
  ['on 2016-04-04 at', '2016-04-04'],
  ['am 04.04.2016 um', '2016-04-04'],
  ['4.4.16', '2016-04-04'],
  ['4 April 2016', '2016-04-04'],
  ['4. April 2016', '2016-04-04'],
  ['3. März 2021', '2021-03-03'],
  ['15 Dez. 2020', '2020-12-15'],
  ['Apr 4, 2016', '2016-04-04'],
  ['the 3rd of Sept 2020', '2020-09-03'],
  ['31/12/2016', '2016-12-31'],
  ['12/31/2016', '2016-12-31'],
])('a date is read: %s', (text, iso) => {
  expect(findDates(text, true).map((date) => date.iso)).toEqual([iso]);
});

test('no date is made of what is none, and an ambiguous one has a second reading', () => {
  expect(findDates('31.02.2016, 1.2.3.4, 2016-13-01, 99/99/2016', true)).toEqual([]);
  expect(findDates('03/04/2016', true)).toMatchObject([{ iso: '2016-04-03', other: '2016-03-04' }]);
  expect(findDates('03/04/2016', false)).toMatchObject([{ iso: '2016-03-04', other: '2016-04-03' }]);
});

test.each([
  ['1.234,56 €', ['1234.56']],
  ['EUR1,234.56', ['1234.56']],
  ["CHF 1'234.56", ['1234.56']],
  ['Total 1 234,56', ['1234.56']],
  ['Cable 2 100,00 200,00', ['2', '100.00', '200.00']],
  ['-5,00', ['-5.00']],
  ['7 % of 3.50', ['7%', '3.50']],
  ['INV-123, 2016-04-04, 10:30, DE123, a.4', []],
])('numbers are read: %s', (text, values) => {
  expect(findNumbers(text, '.').map(({ value, percent }) => value + (percent ? '%' : ''))).toEqual(values);
});

test('the document says what a single sign before three digits means', () => {
  expect(decimalSign('1,50 and 2,75')).toBe(',');
  expect(findNumbers('1.234', ',')[0]?.value).toBe('1234');
  expect(findNumbers('1.234', '.')[0]?.value).toBe('1.234');
});

const read = (schema: Record<string, unknown>, line: string, words = '') =>
  readerFor(shapeOf(schema, {}), words, { decimal: '.', dayFirst: true })
    ?.find(line)
    .map(({ value }) => value);

test.each([
  [
    { type: 'string', pattern: '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$' },
    'No: GB29 NWBK 6016 1331 9268 19 or',
    ['GB29NWBK60161331926819'],
  ],
  [{ type: 'string', pattern: '^DE\\d{9}$' }, 'Nr. DE 123 456 789.', ['DE123456789']],
  [{ type: 'string', pattern: '^-?\\d+\\.\\d{2}$' }, '1.234,5', ['1234.50']],
  [{ type: 'string', pattern: '^[A-Z]{3}$' }, 'THE SUM OF 5 USD', ['USD']],
  [{ type: 'string', enum: ['EUR', 'GBP'] }, 'pay £5', ['GBP']],
  [{ type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' }, '4 May 2020', ['2020-05-04']],
  [{ type: 'string', format: 'email' }, 'to a.b@c.example now', ['a.b@c.example']],
  [{ type: 'integer' }, '2.5 and 3', [3]],
])('a value is told by the schema: %j in %s', (schema, line, values) => {
  expect(read(schema, line)).toEqual(values);
});

test('any text will do where the schema asks for nothing in particular', () => {
  expect(read({ type: 'string' }, 'x')).toBeUndefined();
  expect(read({ type: 'string', pattern: '^\\S.*$' }, 'x')).toBeUndefined();
});

test.each([
  '^[A-Z]{2}\\d{9}$',
  '^(?:yes|no)$',
  '^\\d+\\.\\d{2}$',
  '^[^a-z]+-\\w?$',
  '^#(?:[0-9a-f]{3}){1,2}$',
  '^\\p{Lu}\\p{N}{3}$',
])('a sample fits its pattern: %s', (pattern) => {
  expect(sampleOf(pattern)).toMatch(new RegExp(pattern, 'u'));
});
