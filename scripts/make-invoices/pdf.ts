import PDFDocument from 'pdfkit';
import { drawCompact } from './pdf-compact.ts';
import { drawLetter } from './pdf-letter.ts';
import { drawModern } from './pdf-modern.ts';
import type { Sheet } from './sheet.ts';

const DRAW = { letter: drawLetter, modern: drawModern, compact: drawCompact };

/** Renders a sheet as an A4 PDF with a text layer in standard fonts. The same sheet gives the same bytes. */
export async function renderPdf(sheet: Sheet, layout: keyof typeof DRAW): Promise<Buffer> {
  const { truth } = sheet.invoice;
  const document = new PDFDocument({
    size: 'A4',
    margin: 50,
    compress: true,
    // A date of its own would make every run differ.
    info: {
      Title: `${sheet.words.title} ${truth.invoiceNumber}`,
      Author: truth.supplierName,
      CreationDate: new Date(`${truth.issueDate}T08:00:00Z`),
    },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => document.on('end', resolve));
  DRAW[layout](document, sheet);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
