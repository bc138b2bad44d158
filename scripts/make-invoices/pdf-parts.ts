import type { Sheet } from './sheet.ts';

export type Page = PDFKit.PDFDocument;
export type Column = { key: keyof Sheet['columns']; x: number; width: number; align: 'left' | 'right' };

export const REGULAR = 'Helvetica';
export const BOLD = 'Helvetica-Bold';

/** One text at a fixed place, in a fixed width; wraps there. Returns the y below it. */
export function put(
  page: Page,
  text: string,
  x: number,
  y: number,
  width: number,
  options: PDFKit.Mixins.TextOptions = {},
): number {
  // prettier-ignore
  page.text(text, x, y, { width, ...options });
  return page.y;
}

export function rule(page: Page, y: number, from = 50, to = 545, colour = '#999999', width = 0.6): void {
  page.moveTo(from, y).lineTo(to, y).lineWidth(width).strokeColor(colour).stroke();
}

/** The table of lines; starts a new page where the next row would run into the foot. Returns the y below it. */
export function table(page: Page, sheet: Sheet, columns: readonly Column[], top: number, size: number): number {
  let y = top;
  page.font(BOLD).fontSize(size);
  for (const { key, x, width, align } of columns) put(page, sheet.columns[key], x, y, width, { align });
  y += size + 6;
  const from = columns[0]?.x ?? 50;
  rule(page, y - 4, from);
  page.font(REGULAR);
  for (const line of sheet.lines) {
    y = room(page, y, 40);
    let below = y;
    for (const { key, x, width, align } of columns)
      below = Math.max(below, put(page, line[key], x, y, width, { align }));
    y = below + 4;
  }
  if (sheet.omitted !== null) y = put(page, sheet.omitted, columns[1]?.x ?? 50, y, 300) + 4;
  rule(page, y, from);
  return y + 8;
}

/** The y to go on at: the same one, or the top of a new page when `height` does not fit any more. */
export function room(page: Page, y: number, height: number): number {
  if (y + height < 760) return y;
  page.addPage();
  return 60;
}
