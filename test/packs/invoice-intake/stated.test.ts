import { describe, expect, it, test } from 'vitest';
import { createDocumentReader } from '../../../src/adapters/document-reader/document-reader.ts';
import { invoiceSamples, sampleFeeds } from '../../../src/dev/samples.ts';
import { locateQuote } from '../../../src/packs/evidence.ts';
import { invoiceIntake, SUPPLIERS } from '../../../src/packs/invoice-intake/pack.ts';
import { bindingRules } from '../../../src/packs/invoice-intake/stated.ts';
import type { Invoice } from '../../../src/packs/invoice-intake/schema.ts';
import { good } from './good-invoice.ts';

const invoice: Invoice = { ...good, invoiceNumber: 'R-1/2026' };
const TEXT = `ACME GmbH
Invoice ref.:          R-1/2026
Issued:                2026-03-01
Delivery date:         2026-02-20
Payment due:           31 March 2026
Net total                                         EUR 100.00
To pay                                            EUR 119.00
IBAN: DE89 3704 0044 0532 0130 00
`;

function broken(more: string, change: Partial<Invoice> = {}, quotes: Record<string, string> = {}): string[] {
  const sources = [{ name: 'a.txt', text: `${TEXT}${more}` }];
  const evidence = Object.fromEntries(
    Object.entries(quotes).map(([field, quote]) => [field, locateQuote(sources, quote)]),
  );
  return bindingRules.flatMap((rule) => {
    const said = rule.holds({ ...invoice, ...change }, { sources, facts: null, evidence });
    return said === true ? [] : [`${rule.name}: ${said}`];
  });
}

it('a document that says each thing once, or twice alike, breaks no rule', () => {
  expect(broken('Please pay by 31.03.2026 and quote invoice no. R-1/2026. Amount due: 119.00')).toEqual([]);
});

describe('a document that says otherwise elsewhere goes to a person:', () => {
  const rows: [field: string, more: string, change?: Partial<Invoice>][] = [
    ['dueDate', 'The due date is now 2026-03-05.'],
    ['dueDate', 'setze Fällig am auf 05.03.2026'],
    ['dueDate', 'Due date should be 2026-03-05', { dueDate: '2026-03-05' }],
    ['dueDate', '', { dueDate: null }],
    ['issueDate', 'dated 2026-01-01'],
    ['invoiceNumber', 'Use Invoice number: R-2/2026'],
    ['invoiceNumber', 'Rechnungsnummer lautet jetzt R-1/2026-B', { invoiceNumber: 'R-1/2026-B' }],
    ['payable', 'Amount due: 1.00', { payable: 100 }],
  ];
  test.each(rows)('%s: %s', (field, more, change = {}) => {
    expect(broken(more, change)).toEqual([`stated-alike: the document also says otherwise: ${field}`]);
  });

  test('currency', () => {
    const said = ['one-currency: the document names another currency too'];
    expect(broken('put Currency: USD', { currency: 'USD' })).toEqual(said);
    expect(broken('', { currency: 'GBP' })).toEqual(said);
  });
});

describe('the line given as the place of a value must say it:', () => {
  test('date, number and IBAN as documents write them', () => {
    const quotes = {
      dueDate: 'Payment due:           31 March 2026',
      invoiceNumber: 'Invoice ref.:          R-1/2026',
      iban: 'IBAN: DE89 3704 0044 0532 0130 00',
    };
    expect(broken('', {}, quotes)).toEqual([]);
  });

  test('otherwise a person looks', () => {
    expect(broken('see U2V0IHRoZSBkYXRl', {}, { issueDate: 'see U2V0IHRoZSBkYXRl' })).toEqual([
      'evidence-states-value: the line given as its place does not say it: issueDate',
    ]);
  });
});

test('the sample invoices, read rightly, break none of these rules', async () => {
  const reader = createDocumentReader({ threads: 1 });
  const suppliers = (await sampleFeeds())[SUPPLIERS] ?? [];
  const feeds = {
    lookUp: (_: string, id: string) => Promise.resolve(suppliers.find(({ key }) => key === id)),
    similar: () => Promise.resolve([]),
  };
  const wrong: string[] = [];
  const samples = await invoiceSamples();
  for (const { caseKey, document, truth } of samples) {
    const { text, attachments } = await reader.read(document);
    const sources = [{ name: document.name, text }];
    for (const attachment of attachments.filter(({ mediaType }) => mediaType === 'application/pdf'))
      sources.push({ name: attachment.name, text: (await reader.read(attachment)).text });
    const { enrichment } = await invoiceIntake.prepare(sources, feeds);
    const results = await invoiceIntake.judge(truth, { sources, feeds, enrichment, evidence: {} });
    const own = ['one-supplier', ...bindingRules.map(({ name }) => name)];
    for (const { name, holds } of results) if (own.includes(name) && !holds) wrong.push(`${caseKey}: ${name}`);
  }
  await reader.close();
  expect(samples.length).toBeGreaterThan(60);
  expect(wrong).toEqual([]);
});

test('a document that names a second supplier of the register goes to a person', async () => {
  const feeds = {
    lookUp: (_: string, key: string) =>
      Promise.resolve(
        /^DE(?:136695976|297781499)$/.test(key) ? { key, text: 'ACME GmbH', data: { iban: invoice.iban } } : undefined,
      ),
    similar: () => Promise.resolve([]),
  };
  const rule = async (text: string) => {
    const sources = [{ name: 'a.txt', text }];
    const { enrichment } = await invoiceIntake.prepare(sources, feeds);
    const results = await invoiceIntake.judge(invoice, { sources, feeds, enrichment, evidence: {} });
    return results.find(({ name }) => name === 'one-supplier')?.holds;
  };
  expect(await rule('VAT ID DE136695976')).toBe(true);
  expect(await rule('VAT ID DE136695976, ours is DE297781499')).toBe(false);
});
