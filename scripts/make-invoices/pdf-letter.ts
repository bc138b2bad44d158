import { BOLD, put, REGULAR, room, rule, table, type Column, type Page } from './pdf-parts.ts';
import type { Sheet } from './sheet.ts';

const COLUMNS: Column[] = [
  { key: 'position', x: 50, width: 30, align: 'left' },
  { key: 'name', x: 82, width: 208, align: 'left' },
  { key: 'quantity', x: 292, width: 70, align: 'right' },
  { key: 'price', x: 364, width: 65, align: 'right' },
  { key: 'rate', x: 431, width: 40, align: 'right' },
  { key: 'amount', x: 473, width: 72, align: 'right' },
];

/** A business letter after DIN 5008: address window, information block at the right, foot in three columns. */
export function drawLetter(page: Page, sheet: Sheet): void {
  const { invoice, words, language } = sheet;
  const { truth, supplier, buyer } = invoice;
  page.font(BOLD).fontSize(16).fillColor('#1f3a5f');
  put(page, truth.supplierName, 50, 45, 495, { align: 'right' });
  page.font(REGULAR).fontSize(7).fillColor('#555555');
  put(page, `${truth.supplierName} · ${supplier.street} · ${sheet.place}`, 50, 118, 300);
  page.fontSize(10.5).fillColor('black');
  put(page, `${buyer.name}\n${language === 'de' ? 'Rechnungseingang' : 'Accounts payable'}\n${buyer.street}\n${buyer.postcode} ${buyer.city}`, 50, 134, 240); // prettier-ignore

  let y = 118;
  page.fontSize(9);
  for (const [label, value] of sheet.head) {
    put(page, `${label}:`, 320, y, 95);
    y = put(page, value, 418, y, 127) + 2;
  }
  y = Math.max(y + 24, 240);
  page.font(BOLD).fontSize(13);
  y = put(page, `${words.title} ${truth.invoiceNumber}`, 50, y, 495) + 10;
  page.font(REGULAR).fontSize(10);
  y = put(page, sheet.greeting, 50, y, 495) + 12;
  y = table(page, sheet, COLUMNS, y, 9.5);

  y = room(page, y, sheet.totals.length * 15 + 90);
  for (const [label, value] of sheet.totals) {
    const strong = label === words.gross || label === words.payable;
    page.font(strong ? BOLD : REGULAR).fontSize(10);
    put(page, label, 282, y, 170);
    y = put(page, value, 450, y, 95, { align: 'right' }) + 3;
  }
  page.font(REGULAR).fontSize(10);
  y += 14;
  for (const sentence of [sheet.exemption, sheet.terms, sheet.note]) {
    if (sentence !== null) y = put(page, sentence, 50, room(page, y, 50), 495) + 6;
  }
  if (sheet.buyerVatId !== null) {
    const yours = language === 'de' ? 'Ihre USt-IdNr.' : 'Your VAT ID';
    y = put(page, `${yours}: ${sheet.buyerVatId}`, 50, room(page, y, 50), 495) + 6;
  }
  put(page, `${language === 'de' ? 'Mit freundlichen Grüßen' : 'Kind regards'}\n${supplier.contact}`, 50, y + 10, 300);
  drawFoot(page, sheet);
}

function drawFoot(page: Page, sheet: Sheet): void {
  const { truth, supplier } = sheet.invoice;
  const bank = sheet.payment.map(([label, value]) => `${label}: ${value}`).join('\n');
  // A printed VAT id often has a space after the country code.
  const tax = sheet.tax.map(([label, value]) => `${label}: ${value.replace(/^([A-Z]{2})(?=[\dU])/, '$1 ')}`).join('\n');
  page.page.margins.bottom = 0;
  rule(page, 762);
  page.fontSize(7).fillColor('#444444');
  put(page, `${truth.supplierName}\n${supplier.street}\n${sheet.place}\n${supplier.phone}\n${supplier.mail}`, 50, 768, 165); // prettier-ignore
  put(page, bank, 220, 768, 165);
  put(page, `${tax}\n${supplier.legal}`, 390, 768, 155);
}
