import { describe, expect, it, test } from 'vitest';
import type { Evidence, FeedItem, Feeds } from '../../../src/packs/pack.ts';
import { invoiceIntake, RATES } from '../../../src/packs/invoice-intake/pack.ts';
import { rules } from '../../../src/packs/invoice-intake/rules.ts';
import type { Invoice } from '../../../src/packs/invoice-intake/schema.ts';
import { good } from './good-invoice.ts';

const known: FeedItem = { key: 'DE136695976', text: 'ACME GmbH', data: { iban: good.iban } };

const rates = new Map(
  [
    ['GBP', '0.8'],
    ['PLN', '4.2'],
  ].map(([key = '', perEuro]) => [key, { key, text: key, data: { perEuro } }]),
);

async function broken(
  change: Partial<Invoice> = {},
  supplier: FeedItem | null = known,
  evidence: Record<string, Evidence | null> = {},
) {
  const feeds: Feeds = {
    lookUp: (feed, key) => Promise.resolve(feed === RATES ? rates.get(key) : (supplier ?? undefined)),
    similar: () => Promise.resolve([]),
  };
  const results = await invoiceIntake.judge({ ...good, ...change }, { sources: [], feeds, enrichment: null, evidence });
  return results.filter(({ holds }) => !holds).map(({ name }) => name);
}

it('a good invoice of a known supplier breaks no rule', async () => {
  expect(await broken()).toEqual([]);
});

describe('each rule fails for its own reason only:', () => {
  const table: [rule: string, change: Partial<Invoice>, supplier?: FeedItem | null][] = [
    ['totals-add-up', { grossTotal: 11_901 }],
    ['vat-adds-up', { vatBreakdown: [{ ratePercent: 19, net: 9_000, vat: 1_710 }] }],
    ['vat-rate-fits', { vatBreakdown: [{ ratePercent: 7, net: 10_000, vat: 1_900 }] }],
    ['iban-present', { iban: null }],
    ['known-supplier', {}, null],
    ['supplier-not-blocked', {}, { ...known, data: { ...known.data, blocked: true } }],
    ['supplier-name-fits', { supplierName: 'ACNE GmbH' }],
    ['iban-fits-supplier', { iban: 'GB82WEST12345698765432' }],
    ['due-after-issue', { dueDate: '2026-02-28' }],
    ['currency-allowed', { currency: 'PLN' }],
  ];
  test.each(table)('%s', async (rule, change, supplier = known) => {
    expect(await broken(change, supplier)).toEqual([rule]);
  });

  test('vat-id-check-digits', async () => {
    expect(await broken({ supplierVatId: 'DE136695975' })).toEqual(['vat-id-check-digits']);
  });

  test("iban-check-digits, which is not the register's either", async () => {
    expect(await broken({ iban: 'DE88370400440532013000' })).toEqual(['iban-check-digits', 'iban-fits-supplier']);
  });

  test('amount-limit, by what is payable as by the total', async () => {
    const net = 1_000_001;
    const large = { netTotal: net, vatTotal: 0, grossTotal: net, vatBreakdown: [{ ratePercent: 0, net, vat: 0 }] };
    expect(await broken({ ...large, payable: net })).toEqual(['amount-limit']);
    expect(await broken({ payable: net })).toContain('amount-limit');
  });

  test('amount-limit, in euro at the rate of the day, and not without a rate', async () => {
    const of = (net: number, currency: string) =>
      broken({
        ...{ currency, netTotal: net, vatTotal: 0, grossTotal: net, payable: net },
        vatBreakdown: [{ ratePercent: 0, net, vat: 0 }],
      });
    expect(await of(800_000, 'GBP')).toEqual([]);
    expect(await of(800_001, 'GBP')).toEqual(['amount-limit']);
    expect(await of(100, 'USD')).toEqual(['amount-limit']);
  });

  test('evidence-found names the fields that were made up', async () => {
    const place = { document: 0, start: 0, end: 1 };
    expect(await broken({}, known, { iban: null, payable: place })).toEqual(['evidence-found']);
    expect(await broken({}, known, { iban: place })).toEqual([]);
  });
});

describe('what still holds:', () => {
  test.each<[string, Partial<Invoice>, FeedItem?]>([
    [
      'a cent of rounding per rate',
      { netTotal: 10_003, grossTotal: 11_903, vatBreakdown: [{ ratePercent: 19, net: 10_003, vat: 1_900 }] },
    ],
    [
      'exactly the limit',
      {
        netTotal: 1_000_000,
        vatTotal: 0,
        grossTotal: 1_000_000,
        payable: 1_000_000,
        vatBreakdown: [{ ratePercent: 0, net: 1_000_000, vat: 0 }],
      },
    ],
    ['no due date', { dueDate: null }],
    ['due on the day', { dueDate: '2026-03-01' }],
    ['the name in other case and punctuation', { supplierName: 'Acme, G.m.b.H.'.replaceAll('.', '') }],
    [
      'several rates',
      {
        vatBreakdown: [
          { ratePercent: 19, net: 8_000, vat: 1_520 },
          { ratePercent: 7, net: 2_000, vat: 140 },
        ],
        vatTotal: 1_660,
        grossTotal: 11_660,
        payable: 11_660,
      },
    ],
  ])('%s', async (_, change, supplier = known) => {
    expect(await broken(change, supplier)).toEqual([]);
  });

  test('no VAT id at all: the supplier cannot be known by it', async () => {
    expect(await broken({ supplierVatId: null })).toEqual(['known-supplier']);
  });
});

describe('what must not slip through:', () => {
  test('a negative amount', async () => {
    const credit = { netTotal: -10_000, vatTotal: -1_900, grossTotal: -11_900, payable: -11_900 };
    expect(await broken({ ...credit, vatBreakdown: [{ ratePercent: 19, net: -10_000, vat: -1_900 }] })).not.toEqual([]);
  });

  test('more to pay than the invoice says', async () => {
    expect(await broken({ payable: 99_000 })).not.toEqual([]);
  });

  test('an IBAN that the register does not have, because it has none', async () => {
    expect(await broken({}, { ...known, data: {} })).toEqual(['iban-fits-supplier']);
  });
});

it('every rule has a test here', () => {
  const tested = [
    ...['totals-add-up', 'vat-adds-up', 'vat-rate-fits', 'iban-check-digits', 'iban-present', 'vat-id-check-digits'],
    ...['known-supplier', 'supplier-not-blocked', 'supplier-name-fits', 'iban-fits-supplier', 'due-after-issue'],
    ...['amount-limit', 'currency-allowed', 'evidence-found', 'amounts-not-negative', 'payable-within-total'],
    // In stated.test.ts.
    ...['one-supplier', 'stated-alike', 'one-currency', 'evidence-states-value'],
  ];
  expect(tested.toSorted()).toEqual(expect.arrayContaining(rules.map(({ name }) => name).toSorted()));
});

describe('the business identity', () => {
  const identity = (change: Partial<Invoice>) => invoiceIntake.effects({ ...good, ...change }, 'case/x/y')[0]?.identity;

  test.each<[string, Partial<Invoice>]>([
    ['other case', { invoiceNumber: 'r-1' }],
    ['another file of the same invoice', { orderReference: 'PO 7' }],
    ['spaces within the number', { invoiceNumber: 'R -1' }],
    ['another dash', { invoiceNumber: 'R\u20131' }],
  ])('is the same for %s', (_, change) => expect(identity(change)).toBe(identity({})));

  test.each<[string, Partial<Invoice>]>([
    ['another number', { invoiceNumber: 'R-2' }],
    ['another supplier', { supplierVatId: 'DE297781499' }],
  ])('differs for %s', (_, change) => expect(identity(change)).not.toBe(identity({})));

  it('is claimed by one effect only', () => {
    const effects = invoiceIntake.effects(good, 'case/x/y');
    expect(effects.map(({ name, identity: claimed }) => [name, claimed !== undefined])).toEqual([
      ['posting', true],
      ['payment-proposal', false],
    ]);
    expect(effects.map(({ title }) => title)).toEqual([
      'Post 119.00 EUR to accounts payable',
      'Propose payment of 119.00 EUR',
    ]);
  });
});
