import { BOLD, put, REGULAR, room, table, type Column, type Page } from './pdf-parts.ts';
import type { Sheet } from './sheet.ts';

const ACCENT = '#0b6e69';
const COLUMNS: Column[] = [
  { key: 'position', x: 50, width: 24, align: 'left' },
  { key: 'name', x: 76, width: 240, align: 'left' },
  { key: 'quantity', x: 318, width: 62, align: 'right' },
  { key: 'price', x: 382, width: 70, align: 'right' },
  { key: 'amount', x: 455, width: 90, align: 'right' },
];

/** A coloured head, references and parties side by side, and the totals in a box. */
export function drawModern(page: Page, sheet: Sheet): void {
  const { invoice, words } = sheet;
  const { truth, supplier, buyer } = invoice;
  page.rect(0, 0, 596, 90).fill(ACCENT);
  page.font(BOLD).fontSize(24).fillColor('white');
  put(page, words.title.toUpperCase(), 50, 32, 290);
  page.fontSize(11);
  put(page, truth.supplierName, 320, 34, 225, { align: 'right' });
  page.font(REGULAR).fontSize(8.5);
  put(page, `${supplier.street}, ${sheet.place}`, 320, 64, 225, { align: 'right' });

  page.fillColor('#666666').fontSize(8.5);
  put(page, 'BILL TO', 50, 112, 200);
  page.fillColor('black').fontSize(10);
  let left = put(page, `${buyer.name}\n${buyer.street}\n${buyer.postcode} ${buyer.city}\nGermany`, 50, 125, 220);
  if (sheet.buyerVatId !== null) left = put(page, `Customer VAT No. ${sheet.buyerVatId}`, 50, left + 3, 220);

  let y = 112;
  for (const [label, value] of sheet.head) {
    page.font(REGULAR).fillColor('#666666').fontSize(9);
    put(page, label, 320, y, 95);
    page.font(BOLD).fillColor('black');
    y = put(page, value, 415, y, 130, { align: 'right' }) + 3;
  }
  y = table(page, sheet, COLUMNS, Math.max(y, left) + 26, 9.5);

  y = room(page, y, sheet.totals.length * 17 + 40) + 6;
  const height = sheet.totals.length * 17 + 14;
  page.roundedRect(300, y, 245, height, 5).fillAndStroke('#eef6f5', ACCENT);
  let row = y + 9;
  for (const [label, value] of sheet.totals) {
    const strong = label === words.payable;
    page.font(strong ? BOLD : REGULAR).fontSize(strong ? 10.5 : 9.5).fillColor('black'); // prettier-ignore
    put(page, label, 310, row, 135);
    put(page, value, 440, row, 95, { align: 'right' });
    row += 17;
  }
  page.font(BOLD).fontSize(9.5);
  let below = put(page, 'Payment details', 50, y + 4, 235) + 3;
  page.font(REGULAR).fontSize(9);
  for (const [label, value] of sheet.payment) below = put(page, `${label} ${value}`, 50, below, 240) + 2;
  for (const sentence of [sheet.terms, sheet.exemption]) {
    if (sentence !== null) below = put(page, sentence, 50, below + 4, 235);
  }
  page.page.margins.bottom = 0;
  page.fontSize(8).fillColor('#666666');
  const tax = sheet.tax.map(([label, value]) => `${label} ${value}`);
  put(page, [truth.supplierName, ...tax, supplier.legal].filter((part) => part !== '').join('  |  '), 50, 788, 495, {
    align: 'center',
  });
  put(page, `${supplier.mail}  |  ${supplier.phone}`, 50, 812, 495, { align: 'center' });
}
