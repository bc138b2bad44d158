import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createDocumentReader } from '../../../src/adapters/document-reader/document-reader.ts';
import { invoiceIntake } from '../../../src/packs/invoice-intake/pack.ts';
import type { FeedItem, Feeds, SourceDocument } from '../../../src/packs/pack.ts';
import { likeness, shinglesOf } from '../../../src/packs/quality/alike.ts';

const now = new Date('2026-01-15T12:00:00Z');
const INVOICE = [
  'Hansen GmbH\nRechnung RE-1\nRechnungsdatum: 13.01.2026\nUSt-IdNr.: DE297781499',
  'Beratung 1.000,00\nRechnungsbetrag 1.190,00 EUR\nZu zahlen 1.190,00 \u20ac\nBitte zahlen bis 20.01.2026',
].join('\n');
const examine = (text: string) =>
  invoiceIntake.examine([{ name: 'a.txt', text }], now).map(({ name, severity }) => `${severity} ${name}`);

test('a usual invoice gives no finding', () => expect(examine(INVOICE)).toEqual([]));

describe('refused, because it is', () => {
  test.each([
    [
      'an order confirmation',
      'Auftragsbest\u00e4tigung AB-1\nzu Ihrer Bestellung vom 1.1.2026\nSumme 10,00 EUR, Rechnung folgt',
    ],
    ['a delivery note', 'Acme Ltd\n*** DELIVERY NOTE ***\nNo. 4, 3 boxes, please check on arrival of the goods'],
    ['a reminder', 'From: a@b.example\nSubject: Zahlungserinnerung zu Rechnung RE-1\n\nNoch offen: 10,00 EUR'],
    ['a reminder', 'Final reminder\nInvoice RE-1 over 10.00 EUR has been due for 30 days now'],
    ['a quotation', 'Angebot 4711\nWir bieten Ihnen an: Beratung 10,00 EUR je Stunde, frei bleibend'],
    ['a newsletter', 'Spring offers!\nAll shoes from 19.99. To unsubscribe, click here. We wish you a nice spring'],
    [
      'a text without any amount',
      'Dear all, lunch is at noon on Friday. Please bring something sweet along for everyone.',
    ],
  ])('%s', (_, text) => expect(examine(text)).toContain('refuse not-an-invoice'));

  test('empty, or nearly', () => expect(examine('Rechnung 1,00')).toContain('refuse too-little-text'));
  test('not readable', () => expect(examine(`${'\ufffd'.repeat(30)} ${INVOICE}`)).toContain('refuse garbled-text'));
});

test('an invoice that mentions an order, a delivery note or a reminder stays one', () => {
  const also = 'Lieferschein 8 vom 2.1.2026\nIhre Auftragsbest\u00e4tigung 7\nGutschrift auf Ihr Konto folgt nicht';
  expect(examine(`${INVOICE}\n${also}`)).not.toContain('refuse not-an-invoice');
});

describe('flagged, because of', () => {
  test.each([
    ['review several-invoices', `${INVOICE}\nRechnungsnummer: RE-2`],
    ['review number-formats-mixed', `${INVOICE}\nUSD total 1,190.00`],
    ['review issue-date-ambiguous', INVOICE.replace('13.01.2026', '04/05/2025')],
    ['review issue-date-in-future', INVOICE.replace('13.01.2026', '13.03.2026')],
    ['note old-document', INVOICE.replaceAll('.2026', '.2020')],
    ['review currency-contradicts', INVOICE.replace('1.190,00 EUR', 'USD 1.190,00')],
    ['review credit-or-correction', INVOICE.replace('Rechnung RE-1', 'Rechnungskorrektur RE-1')],
    ['review page-without-text', `${INVOICE}\n[page 2 of 2 has no text layer]`],
    ['review truncated', `${INVOICE}\nSeite 1 von 2`],
    ['review very-long', INVOICE.padEnd(60_001, ' x')],
  ])('%s', (finding, text) => expect(examine(text)).toEqual([finding]));
});

test('the same number twice, one strange date or both marks of one currency say nothing', () => {
  const text = `${INVOICE}\nRechnungsnummer: RE-1\nBelegnummer re-1.\n31/12/2025 und 04/05/2025\nEUR 5,00 \u20ac 6,00`;
  expect(examine(text)).toEqual([]);
});

describe('the register', () => {
  const known: FeedItem = { key: 'DE297781499', text: 'Hansen', data: { blocked: true } };
  const feeds: Feeds = {
    lookUp: (_, key) => Promise.resolve(key === known.key ? known : undefined),
    similar: () => Promise.resolve([]),
  };
  const noteOn = async (text: string) =>
    (await invoiceIntake.prepare([{ name: 'a.txt', text }], feeds, now)).findings.map(({ message }) => message);

  test('is looked into, and what was found and what not is noted without naming anyone', async () => {
    expect(await noteOn(`${INVOICE}\nIhre USt-IdNr.: DE 892561511`)).toEqual([
      'the supplier register knows 1 of 2 VAT ids in the document, blocked there',
    ]);
    expect(await noteOn(INVOICE.replace('DE297781499', 'folgt'))).toEqual([
      'no VAT id was found to look up in the supplier register',
    ]);
  });
});

describe('the 63 samples', () => {
  const samples: { key: string; sources: { name: string; text: string }[] }[] = [];
  beforeAll(async () => {
    const folder = fileURLToPath(new URL('../../../samples/invoice-intake/', import.meta.url));
    const manifest = JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')) as {
      key: string;
      file: string;
      mediaType: string;
    }[];
    const reader = createDocumentReader();
    try {
      for (const { key, file, mediaType } of manifest) {
        const { text, attachments } = await reader.read({ name: key, mediaType, bytes: readFileSync(folder + file) });
        const inside = await Promise.all(attachments.map(async (one) => (await reader.read(one)).text));
        samples.push({ key, sources: [text, ...inside].map((one) => ({ name: key, text: one })) });
      }
    } finally {
      await reader.close();
    }
  }, 60_000);

  test('need a person for their quality only where one corrects an earlier invoice', () => {
    const found = samples.flatMap(({ key, sources }) =>
      invoiceIntake
        .examine(sources, now)
        .filter(({ severity }) => severity !== 'note')
        .map(({ name, severity }) => `${key} ${severity} ${name}`),
    );
    expect(samples).toHaveLength(63);
    expect(found).toEqual(['inv-01-18a-1 review credit-or-correction']);
  });

  test('are never taken for each other, and each for itself when it comes again with other dates', () => {
    const { least, differ } = invoiceIntake.alike ?? { least: 0, differ: () => true };
    const same = (a: readonly SourceDocument[], b: readonly SourceDocument[]) =>
      !differ(a, b) &&
      a.some((one) => b.some((other) => likeness(shinglesOf(one.text), shinglesOf(other.text)) >= least));
    const confused = samples.flatMap((one, at) =>
      samples.slice(at + 1).flatMap((other) => (same(one.sources, other.sources) ? `${one.key} ${other.key}` : [])),
    );
    expect(confused).toEqual([]);
    const again = ({ sources }: (typeof samples)[number]) =>
      sources.map(({ name, text }) => {
        const dated = text
          .replaceAll(/\d{2}\.\d{2}\.\d{4}/g, '01.02.2019')
          .replaceAll(/\d{4}-\d{2}-\d{2}/g, '2019-02-01');
        return { name, text: `Copy, printed on 12 March 2026\n${dated}\nReceived 14.03.2026` };
      });
    expect(samples.filter((one) => !same(one.sources, again(one))).map(({ key }) => key)).toEqual([]);
  });
});
