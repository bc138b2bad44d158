// Makes samples/invoice-intake from a folder of UBL invoices: supplier invoices as people receive them, with the truth
// about each. Deterministic: the same folder gives the same bytes.
//   node scripts/make-invoices.ts <folder with XML> <output folder>
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { complete } from './make-invoices/complete.ts';
import { inject } from './make-invoices/faults.ts';
import { readInvoice, type Invoice, type Truth } from './make-invoices/invoice.ts';
import { coverNote, renderMail } from './make-invoices/mail.ts';
import { renderPdf } from './make-invoices/pdf.ts';
import { plan, type Planned } from './make-invoices/plan.ts';
import { sheet } from './make-invoices/sheet.ts';
import { registerCsv } from './make-invoices/suppliers.ts';
import { renderMailBody, renderText } from './make-invoices/text.ts';
import { buildXml, nameOf, parseXml, rootOf } from './make-invoices/tree.ts';

type Made = { item: Planned; invoice: Invoice; xml: string };

const [sourceFolder, outputFolder] = process.argv.slice(2);
if (sourceFolder === undefined || outputFolder === undefined) {
  console.error('usage: node scripts/make-invoices.ts <folder with XML> <output folder>');
  process.exit(2);
}

function save(path: string, content: string | Buffer): void {
  const file = join(outputFolder ?? '.', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const saveJson = (path: string, value: unknown): void => save(path, `${JSON.stringify(value, null, 2)}\n`);

function make(item: Planned): Made {
  const document = parseXml(item.xml);
  const root = rootOf(document);
  // The seed of a repeated invoice is that of the first, or it would not be the same one.
  complete(root, { ...item, seed: item.duplicateOf ?? item.key });
  for (const fault of item.faults) inject(fault, root);
  return { item, invoice: readInvoice(root), xml: buildXml(document) };
}

const fileNumber = ({ truth }: Invoice): string => truth.invoiceNumber.replaceAll(/[^A-Za-z0-9]+/g, '-');
const pdfName = (invoice: Invoice, language: 'de' | 'en'): string =>
  `${language === 'de' ? 'Rechnung' : 'Invoice'}_${fileNumber(invoice)}.pdf`;

async function attached({ item, invoice }: Made): Promise<{ name: string; content: Buffer }> {
  const layout = item.language === 'de' ? 'letter' : 'modern';
  return {
    name: pdfName(invoice, item.language),
    content: await renderPdf(sheet(invoice, layout, item.language), layout),
  };
}

async function render(made: Made): Promise<{ extension: string; mediaType: string; content: string | Buffer }> {
  const { item, invoice } = made;
  const { key, layout, language, encoding } = item;
  const subject = `${language === 'de' ? 'Rechnung' : 'Invoice'} ${invoice.truth.invoiceNumber}`;
  switch (layout) {
    case 'text':
      return { extension: 'txt', mediaType: 'text/plain', content: renderText(sheet(invoice, layout, language)) };
    case 'mail': {
      const body = renderMailBody(sheet(invoice, layout, language));
      return { extension: 'eml', mediaType: 'message/rfc822', content: renderMail(key, invoice, subject, body, encoding) }; // prettier-ignore
    }
    case 'mail-with-pdf': {
      const note = coverNote(invoice, language);
      const content = renderMail(key, invoice, subject, note, encoding, [await attached(made)]);
      return { extension: 'eml', mediaType: 'message/rfc822', content };
    }
    default: {
      const content = await renderPdf(sheet(invoice, layout, language), layout);
      return { extension: 'pdf', mediaType: 'application/pdf', content };
    }
  }
}

/** One mail with two invoices of one supplier attached. */
async function makeMulti(together: readonly Planned[]): Promise<void> {
  const key = 'multi-1';
  const pair = together.map(make);
  const attachments = await Promise.all(pair.map(attached));
  const [made] = pair;
  if (made === undefined) return;
  const mail = renderMail(key, made.invoice, 'Ihre Rechnungen', coverNote(made.invoice, 'de', 2), '8bit', attachments);
  save(`multi/${key}.eml`, mail);
  for (const { item, xml } of pair) save(`truth/${item.key}.xml`, xml);
  const invoices = pair.map(({ item, invoice }, index) => ({
    key: item.key,
    attachment: attachments[index]?.name,
    source: item.source,
    truth: invoice.truth,
  }));
  const entry = { key, file: `multi/${key}.eml`, mediaType: 'message/rfc822', layout: 'mail-with-two-pdfs', language: 'de' }; // prettier-ignore
  saveJson('multi/manifest.json', [{ ...entry, faults: [], invoices }]);
}

const sources = readdirSync(sourceFolder)
  .filter((name) => name.endsWith('.xml'))
  .toSorted()
  .map((name) => ({ name, xml: readFileSync(join(sourceFolder, name), 'utf8') }))
  .filter(({ name, xml }) => {
    const kind = nameOf(rootOf(parseXml(xml)));
    if (kind === 'Invoice' || kind === 'CreditNote') return true;
    console.error(`${name} is no UBL invoice: ${kind}`);
    return false;
  });
const { documents, together } = plan(sources);
for (const folder of ['documents', 'truth', 'multi'])
  rmSync(join(outputFolder, folder), { recursive: true, force: true });

type Entry = { key: string; file: string; mediaType: string; layout: string; language: string; source: string; faults: string[]; duplicateOf: string | null; otherIbans: string[]; truth: Truth }; // prettier-ignore
const manifest: Entry[] = [];
for (const item of documents) {
  const made = make(item);
  const { extension, mediaType, content } = await render(made);
  const file = `documents/${item.key}.${extension}`;
  save(file, content);
  save(`truth/${item.key}.xml`, made.xml);
  const { key, layout, language, source, faults, duplicateOf } = item;
  const { otherIbans, truth } = made.invoice;
  manifest.push({ key, file, mediaType, layout, language, source, faults, duplicateOf, otherIbans, truth });
}
await makeMulti(together);
saveJson('manifest.json', manifest);
save('suppliers.csv', registerCsv());
const licence = join(sourceFolder, 'LICENSE');
if (existsSync(licence)) save('LICENSE', readFileSync(licence));
console.log(`${manifest.length} documents of ${sources.length} invoices`);
