import { expect, it } from 'vitest';
import { invoiceIntake } from '../../../src/packs/invoice-intake/pack.ts';

const text = ['ACME GmbH', 'USt-IdNr. DE 136 695 976', 'Rechnung Nr. R-1', 'Zahlbetrag 119,00 EUR'].join('\n');
const field = (value: string | null, quote: string) => ({ value, quote });
const answer = {
  supplierName: field('ACME GmbH ', 'ACME GmbH'),
  supplierVatId: field('DE136695976', 'USt-IdNr. DE 136 695 976'),
  invoiceNumber: field('R-1', 'Rechnung Nr. R-1'),
  issueDate: field('2026-03-01', 'made up'),
  dueDate: field(null, ''),
  currency: field('EUR', 'EUR'),
  netTotal: field('100.00', ''),
  vatTotal: field('19.00', ''),
  grossTotal: field('119.00', ''),
  payable: field('119.00', 'Zahlbetrag   119,00 EUR'),
  vatBreakdown: [{ rate: '19', net: '100.00', vat: '19.00', quote: '' }],
  iban: field(null, ''),
  orderReference: field(null, ''),
};

it('an answer becomes business values, each with its place in the source', () => {
  const read = invoiceIntake.read(answer, [{ name: 'a', text }]);
  if (!read.ok) throw new TypeError(read.problems.join());
  expect(read.value.output).toMatchObject({
    supplierName: 'ACME GmbH',
    payable: 11_900,
    iban: null,
    vatBreakdown: [{ ratePercent: 19, net: 10_000, vat: 1_900 }],
  });
  const { payable, issueDate } = read.value.evidence;
  expect(payable && text.slice(payable.start, payable.end)).toBe('Zahlbetrag 119,00 EUR');
  expect(issueDate).toBeNull();
  expect(read.value.evidence).not.toHaveProperty('iban');
});

it.each([
  ['an amount that reads two ways', { payable: field('1,119', '') }],
  ['a date that does not exist', { issueDate: field('2026-02-30', '') }],
  ['an invoice number without a digit', { invoiceNumber: field('none', '') }],
  ['a date that reads two ways', { issueDate: field('04/05/2026', '') }],
  ['a field too many', { approved: true }],
])('%s is an invalid answer', (_, change) => {
  expect(invoiceIntake.read({ ...answer, ...change }, []).ok).toBe(false);
});

it('what was copied as it stands is brought into form', () => {
  const change = {
    payable: field('119,00 EUR', ''),
    issueDate: field('5. Mai 2026', ''),
    currency: field('\u20ac', ''),
  };
  const read = invoiceIntake.read({ ...answer, ...change }, []);
  expect(read).toMatchObject({
    ok: true,
    value: { output: { payable: 11_900, issueDate: '2026-05-05', currency: 'EUR' } },
  });
});
