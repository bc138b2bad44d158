import { beforeAll, describe, expect, test } from 'vitest';
import { invoiceIntake } from '../../src/packs/invoice-intake/pack.ts';
import { ticketTriage } from '../../src/packs/ticket-triage/pack.ts';
import { htmlOf } from '../../src/profile/html.ts';
import { profileOf, type DocumentProfile, type Profile, type ProfileInput } from '../../src/profile/profile.ts';
import { summaryOf, type Summary } from '../../src/profile/summary.ts';
import { makePdf } from '../adapters/document-reader/pdf.ts';

const now = new Date('2026-01-15T12:00:00Z');
const INVOICE = [
  'Hansen GmbH',
  'Rechnung RE-1',
  'Rechnungsnummer: RE-1',
  'Rechnungsdatum: 13.01.2026',
  'USt-IdNr.: DE297781499',
  'Wir berechnen Ihnen f\u00fcr die Beratung im Dezember die folgenden Leistungen, die wir f\u00fcr Sie erbracht haben.',
  'Beratung vor Ort an drei Tagen 1.000,00 EUR, Anfahrt und Abfahrt sind in diesem Preis enthalten.',
  'Rechnungsbetrag 1.190,00 EUR',
  'Bitte zahlen bis 20.02.2026',
].join('\n');
const mail = (parts: readonly string[]) =>
  [
    'From: a@b.example\nTo: c@d.example\nSubject: Rechnungen\nMIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nanbei die Rechnung\n',
    ...parts.map(
      (text, at) => `--x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=${at}.txt\n\n${text}\n`,
    ),
    '--x--\n',
  ].join('\n');

async function* inputs(texts: Record<string, string | Uint8Array>): AsyncGenerator<ProfileInput> {
  for (const [name, content] of Object.entries(texts)) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    yield { name, bytes, modifiedAt: new Date('2024-06-01T10:00:00Z') };
  }
}

describe('a folder of documents', () => {
  let profile: Profile;
  let summary: Summary;
  const one = (name: string): DocumentProfile => {
    const found = profile.documents.find((document) => document.name === name);
    if (!found) throw new TypeError(`${name} is not in the profile`);
    return found;
  };
  beforeAll(async () => {
    const files = {
      'a.txt': INVOICE,
      'b.pdf': await makePdf((page) => page.text('Delivery note 4 for the boxes that we sent to you', 50, 50)),
      'copy.txt': INVOICE,
      'again.txt': `RECEIVED 14.01.2026\n${INVOICE.replace('13.01.2026', '14.01.2026')}`,
      'next.txt': INVOICE.replaceAll('RE-1', 'RE-2'),
      'empty.txt': '',
      'page.html': '<!doctype html><p>Rechnung</p>',
      'two.eml': mail([
        INVOICE.replaceAll('RE-1', 'RE-7'),
        'Lieferschein 9\nnur zur Info, drei Kartons auf einer Palette, ohne Preise',
      ]),
    };
    profile = await profileOf(inputs(files), invoiceIntake, { now });
    summary = summaryOf(profile);
  }, 30_000);

  test('is read as cases would be: a mail with two invoices is two', () => {
    expect(profile.documents.map(({ name }) => name)).toEqual([
      ...['a.txt', 'b.pdf', 'copy.txt', 'again.txt', 'next.txt', 'empty.txt', 'page.html', 'two.eml#1', 'two.eml#2'],
    ]);
  });

  test('tells format, language, size, age, pages, fields and number format of each', () => {
    expect(one('a.txt')).toMatchObject({
      format: 'text/plain',
      language: 'de',
      bytes: Buffer.byteLength(INVOICE),
      pages: null,
      characters: INVOICE.length,
      newestDate: { day: '2026-01-13', from: 'text' },
      ageDays: 2,
      findings: [],
      numberFormats: ['comma'],
    });
    expect(one('a.txt').fields).toEqual([
      ...['supplierName', 'supplierVatId', 'invoiceNumber', 'issueDate', 'dueDate', 'currency', 'grossTotal'],
    ]);
    expect(one('b.pdf')).toMatchObject({ pages: 1, language: 'en', newestDate: { day: '2024-06-01', from: 'file' } });
  });

  test('says why something cannot be read, or is not taken', () => {
    expect(one('empty.txt').unreadable).toBe('the file is empty');
    expect(one('page.html').unreadable).toMatch(/^text\/html is not taken by the pack; send one of application\/pdf/);
    expect(one('page.html').findings).toMatchObject([{ name: 'unreadable', severity: 'refuse' }]);
  });

  test('names exact and near copies, and takes the next invoice for none', () => {
    expect(one('copy.txt').lookAlike).toMatchObject({ of: 'a.txt', exact: true });
    expect(one('again.txt').lookAlike).toMatchObject({
      of: 'a.txt',
      exact: false,
      finding: { name: 'near-duplicate' },
    });
    expect(one('next.txt').lookAlike).toBeNull();
  });

  test('in figures: what the rules would do', () => {
    expect(summary).toMatchObject({
      documents: 9,
      readable: 7,
      routes: { through: 3, review: 2, refuse: 4 },
      exactCopies: 1,
      nearCopies: 1,
    });
    const counted = Object.fromEntries(summary.rules.map(({ name, count }) => [name, count]));
    expect(counted).toMatchObject({ unreadable: 2, 'not-an-invoice': 2, 'very-long': 0, 'supplier-register': null });
    expect(summary.rules[0]?.severity).toBe('refuse');
    expect(summary.fields.find(({ name }) => name === 'iban')).toEqual({ name: 'iban', count: 0, share: 0 });
    expect(summary.ages.map(({ name, count }) => [name, count])).toEqual([
      ['up to 30 days', 5],
      ['up to 2 years', 4],
    ]);
  });

  test('as a page: nothing from outside, names escaped, no content of the documents', () => {
    const named = { ...one('a.txt'), name: '<script>alert("x")</script>', findings: [] };
    const html = htmlOf({ ...profile, documents: [named] }, summary, 'in/<b>');
    expect(html).not.toMatch(/<script|<link|<img|<iframe|url\(|https?:|@import/);
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(html).toContain('in/&lt;b&gt;');
    expect(html).not.toContain('Hansen');
  });
});

test('messages: fields that nothing tells have no share, and equal texts are copies', async () => {
  const rows = { 'row 1': 'Where is my card?', 'row 2': 'where is my card', 'row 3': 'Where is my card?' };
  const profile = await profileOf(inputs(rows), ticketTriage, { now });
  const { fields, exactCopies, nearCopies } = summaryOf(profile);
  expect({ fields, exactCopies, nearCopies }).toEqual({
    fields: [{ name: 'intent', count: 0, share: null }],
    exactCopies: 1,
    nearCopies: 0,
  });
});
