import { BOLD, put, REGULAR, room, rule, table, type Column, type Page } from './pdf-parts.ts';
import type { Sheet } from './sheet.ts';

const COLUMNS: Column[] = [
  { key: 'position', x: 195, width: 20, align: 'left' },
  { key: 'name', x: 216, width: 140, align: 'left' },
  { key: 'quantity', x: 358, width: 56, align: 'right' },
  { key: 'price', x: 416, width: 60, align: 'right' },
  { key: 'amount', x: 478, width: 67, align: 'right' },
];

/** As booking programs print it: everything about the invoice in a narrow left column, lines and totals at the right. */
export function drawCompact(page: Page, sheet: Sheet): void {
  const { invoice, words, language } = sheet;
  const { truth, supplier, buyer } = invoice;
  page.font(BOLD).fontSize(11);
  put(page, words.title, 50, 50, 130);
  put(page, truth.supplierName, 195, 50, 350);
  page.font(REGULAR).fontSize(8);
  put(page, `${supplier.street} · ${sheet.place} · ${supplier.phone}`, 195, 66, 350);
  rule(page, 82, 50, 545, 'black', 1);

  let y = 94;
  for (const [label, value] of [...sheet.head, ...sheet.tax, ...sheet.payment]) {
    page.font(REGULAR).fontSize(7).fillColor('#555555');
    y = put(page, label, 50, y, 132);
    page.fontSize(8.5).fillColor('black');
    y = put(page, value, 50, y, 132) + 5;
  }
  page.font(REGULAR).fontSize(7).fillColor('#555555');
  y = put(page, language === 'de' ? 'Rechnungsempfänger' : 'Invoice to', 50, y + 4, 132);
  page.fontSize(8.5).fillColor('black');
  y = put(page, `${buyer.name}\n${buyer.street}\n${buyer.postcode} ${buyer.city}`, 50, y, 132) + 2;
  if (sheet.buyerVatId !== null) put(page, `${words.vatId} ${sheet.buyerVatId}`, 50, y, 132);

  let right = table(page, sheet, COLUMNS, 96, 8);
  right = room(page, right, sheet.totals.length * 13 + 20);
  for (const [label, value] of sheet.totals) {
    page.font(label === words.gross ? BOLD : REGULAR).fontSize(8.5);
    put(page, label, 300, right, 155);
    right = put(page, value, 440, right, 105, { align: 'right' }) + 3;
  }
  page.font(REGULAR).fontSize(8.5);
  right += 10;
  for (const sentence of [sheet.terms, sheet.exemption, sheet.note]) {
    if (sentence !== null) right = put(page, sentence, 195, room(page, right, 50), 350) + 4;
  }
  page.page.margins.bottom = 0;
  page.fontSize(7);
  put(
    page,
    [truth.supplierName, supplier.legal, supplier.mail].filter((part) => part !== '').join(' · '),
    50,
    810,
    495,
  );
}
