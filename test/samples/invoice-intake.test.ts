import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isValidIBAN } from 'ibantools';
import { checkVAT, countries } from 'jsvat';
import PostalMime from 'postal-mime';
import { extractText } from 'unpdf';
import { describe, expect, test } from 'vitest';
import { readInvoice, type Truth } from '../../scripts/make-invoices/invoice.ts';
import { parseXml, rootOf } from '../../scripts/make-invoices/tree.ts';

type Entry = { key: string; file: string; mediaType: string; layout: string; language: 'de' | 'en'; source: string; faults: string[]; duplicateOf: string | null; otherIbans: string[]; truth: Truth }; // prettier-ignore
type MultiEntry = { key: string; file: string; language: 'de'; invoices: { key: string; attachment: string; truth: Truth }[] }; // prettier-ignore

const folder = join(import.meta.dirname, '../../samples/invoice-intake');
const load = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const manifest = load('manifest.json') as Entry[];
const [multi] = load('multi/manifest.json') as MultiEntry[];
const suppliers: { vatId: string; name: string; country: string; iban: string; blocked: string }[] = parse(
  readFileSync(join(folder, 'suppliers.csv')),
  { columns: true },
);
const withFault = (fault: string): Entry[] => manifest.filter(({ faults }) => faults.includes(fault));
const isValidVatId = (vatId: string): boolean => checkVAT(vatId, [...countries]).isValid;

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ');
const pdfText = async (bytes: Uint8Array): Promise<string> =>
  squeezed((await extractText(new Uint8Array(bytes), { mergePages: true })).text);

async function readDocument({ file, mediaType }: Entry): Promise<string> {
  const bytes = readFileSync(join(folder, file));
  if (mediaType === 'application/pdf') return pdfText(bytes);
  if (mediaType === 'text/plain') return squeezed(bytes.toString('utf8'));
  const mail = await PostalMime.parse(bytes);
  const [attachment] = mail.attachments;
  return attachment === undefined ? squeezed(mail.text ?? '') : pdfText(attachment.content as Uint8Array);
}

const money = (minor: number, language: 'de' | 'en'): string =>
  new Intl.NumberFormat(language === 'de' ? 'de-DE' : 'en-GB', { minimumFractionDigits: 2 }).format(minor / 100);

const english = (iso: string): string =>
  new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const dateForms = (iso: string): string[] => [iso, iso.split('-').toReversed().join('.'), english(iso)];

/** What the document must contain for the truth to be readable from it. */
function expectPrinted(text: string, truth: Truth, language: 'de' | 'en'): void {
  const compact = text.replaceAll(' ', '');
  expect(text).toContain(truth.invoiceNumber);
  expect(text).toContain(truth.supplierName);
  for (const total of [truth.netTotal, truth.vatTotal, truth.grossTotal, truth.payable]) {
    expect(text).toContain(money(total, language));
  }
  for (const { net, vat } of truth.vatBreakdown) {
    expect(text).toContain(money(net, language));
    expect(text).toContain(money(vat, language));
  }
  for (const date of [truth.issueDate, truth.dueDate].filter((found) => found !== null)) {
    expect(dateForms(date).some((form) => text.includes(form))).toBe(true);
  }
  for (const id of [truth.supplierVatId, truth.iban, truth.orderReference].filter((found) => found !== null)) {
    expect(compact).toContain(id);
  }
}

describe.each(manifest)('$key ($layout, $language)', (entry) => {
  const { truth, faults } = entry;

  test('the document says what the truth says', async () => {
    expectPrinted(await readDocument(entry), truth, entry.language);
  });

  test('the completed XML gives the truth, and nothing of it is left open', () => {
    const xml = readFileSync(join(folder, 'truth', `${entry.key}.xml`), 'utf8');
    expect(readInvoice(rootOf(parseXml(xml))).truth).toEqual(truth);
    expect(xml).not.toMatch(/\[|…|Dummy|EmbeddedDocumentBinaryObject/);
  });

  test('its numbers add up and its check digits are right, unless it is labelled as faulty', () => {
    const vat = truth.vatBreakdown.reduce((sum, part) => sum + part.vat, 0);
    const net = truth.vatBreakdown.reduce((sum, part) => sum + part.net, 0);
    expect(net).toBe(truth.netTotal);
    expect(truth.netTotal + vat).toBe(truth.grossTotal);
    expect(truth.vatTotal - vat).toBe(faults.includes('vat-total-off') ? 100 : 0);
    if (truth.iban !== null) expect(isValidIBAN(truth.iban)).toBe(!faults.includes('iban-check-digits'));
    if (truth.supplierVatId !== null) {
      expect(isValidVatId(truth.supplierVatId)).toBe(!faults.includes('vat-id-check-digits'));
    }
    if (truth.dueDate !== null) expect(truth.dueDate < truth.issueDate).toBe(faults.includes('due-before-issue'));
  });

  test('its supplier is in the register with this VAT id and IBAN, unless it is labelled as faulty', () => {
    const registered = suppliers.find(({ name }) => name === truth.supplierName);
    expect(registered === undefined).toBe(faults.includes('unknown-supplier'));
    if (registered === undefined) return;
    if (truth.iban !== null) expect(truth.iban === registered.iban).toBe(!faults.includes('iban-check-digits'));
    if (truth.supplierVatId !== null) {
      expect(truth.supplierVatId === registered.vatId).toBe(!faults.includes('vat-id-check-digits'));
    }
  });
});

test('each kind of fault occurs once', () => {
  const kinds = ['iban-check-digits', 'vat-id-check-digits', 'unknown-supplier', 'vat-total-off', 'due-before-issue', 'duplicate']; // prettier-ignore
  expect(manifest.flatMap(({ faults }) => faults).toSorted()).toEqual(kinds.toSorted());
});

test('every invoice is distinct, except the one that was sent again', () => {
  const [repeated] = withFault('duplicate');
  const first = manifest.find(({ key }) => key === repeated?.duplicateOf);
  expect(first?.truth).toEqual(repeated?.truth);
  expect(first?.layout).not.toBe(repeated?.layout);
  const all = [...manifest.filter((entry) => entry !== repeated).map(({ truth }) => truth), ...(multi?.invoices ?? []).map(({ truth }) => truth)]; // prettier-ignore
  expect(new Set(all.map(({ supplierName, invoiceNumber }) => `${supplierName} ${invoiceNumber}`)).size).toBe(
    all.length,
  );
  expect(new Set(manifest.map(({ key }) => key)).size).toBe(manifest.length);
});

test('the mail with two invoices carries both', async () => {
  if (multi === undefined) throw new Error('no mail with two invoices');
  const mail = await PostalMime.parse(readFileSync(join(folder, multi.file)));
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(multi.invoices.map(({ attachment }) => attachment));
  expect(mail.attachments).toHaveLength(2);
  for (const [index, { truth }] of multi.invoices.entries()) {
    expectPrinted(await pdfText(mail.attachments[index]?.content as Uint8Array), truth, multi.language);
  }
});

test('the register holds valid VAT ids and IBANs, each once', () => {
  expect(suppliers.length).toBeGreaterThanOrEqual(18);
  for (const { vatId, iban } of suppliers) {
    expect(isValidVatId(vatId)).toBe(true);
    expect(isValidIBAN(iban)).toBe(true);
  }
  expect(new Set(suppliers.map(({ vatId }) => vatId)).size).toBe(suppliers.length);
  expect(new Set(suppliers.map(({ iban }) => iban)).size).toBe(suppliers.length);
});

test('the folder holds exactly the documents of the manifest', () => {
  const listed = manifest.map(({ file }) => file.replace('documents/', '')).toSorted();
  expect(readdirSync(join(folder, 'documents')).toSorted()).toEqual(listed);
});
