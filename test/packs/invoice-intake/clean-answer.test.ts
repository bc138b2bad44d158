import { describe, expect, test } from 'vitest';
import { cleanAnswer } from '../../../src/packs/invoice-intake/clean-answer.ts';

const document = (text: string) => [{ name: 'a.txt', text }];
const cleaned = (field: string, value: unknown, text = 'Summe 4.743,75') =>
  (cleanAnswer({ [field]: { value, quote: 'q' } }, document(text)) as Record<string, { value: unknown }>)[field]?.value;

describe('an answer that was copied as it stands is brought into form:', () => {
  test.each([
    ['netTotal', '1.234,56', '1234.56'],
    ['netTotal', '1.234', '1234.00'],
    ['payable', '12,5', '12.50'],
    ['payable', '12', '12.00'],
    ['issueDate', '13. April 2018', '2018-04-13'],
    ['dueDate', null, null],
    ['currency', '\u20ac', 'EUR'],
    ['supplierVatId', 'DE 297 781 499', 'DE297781499'],
    ['iban', 'de15 9955', 'DE159955'],
  ])('%s %s', (field, value, expected) => expect(cleaned(field, value)).toBe(expected));

  test('VAT parts too', () => {
    const vatBreakdown = [{ rate: '19 %', net: '1.000,00', vat: '190', quote: '' }, 'odd'];
    expect(cleanAnswer({ vatBreakdown }, document(''))).toEqual({
      vatBreakdown: [{ rate: '19', net: '1000.00', vat: '190.00', quote: '' }, 'odd'],
    });
  });
});

describe('left as it is, so that the schema refuses it:', () => {
  test.each([
    ['netTotal', '1.234', 'no amount tells the format'],
    ['netTotal', '1.234', '4.743,75 and 4,743.75'],
    ['netTotal', '1.2345,6', ''],
    ['issueDate', '04/05/2018', ''],
    ['currency', 'gold', ''],
  ])('%s %s', (field, value, text) => expect(cleaned(field, value, text)).toBe(value));
  test.each([[null], ['text'], [[1]]])('%j', (answer) => expect(cleanAnswer(answer, [])).toEqual(answer));
});

test('what has the asked form is never read again, whatever the document looks like', () => {
  expect(cleaned('netTotal', '1234.56')).toBe('1234.56');
  expect(cleaned('issueDate', '2018-04-05')).toBe('2018-04-05');
});
