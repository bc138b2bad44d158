import { extractTextItems, getDocumentProxy, getResolvedPDFJS, type StructuredTextItem } from 'unpdf';
import { Unreadable } from './plain-text.ts';

/**
 * Text of a PDF, page by page. `extractText` runs the cells of a table together, so the lines are laid out here from the
 * places of their parts. A page that shows something but has no text says so in its place: it may be the scan of a page
 * that matters. Throws `Unreadable` when the file is damaged or encrypted, or when no page has text.
 */
export async function pdfText(bytes: Uint8Array): Promise<{ text: string; pages: number }> {
  const pdf = await open(bytes);
  try {
    const { items, totalPages } = await extractTextItems(pdf);
    const pages = items.map(linesOf);
    if (pages.every((lines) => lines.length === 0)) {
      throw new Unreadable('scan: text layer missing; run OCR first');
    }
    const texts: string[] = [];
    for (const [index, lines] of pages.entries()) {
      if (lines.length > 0) texts.push(lines.join('\n'));
      else if (await showsImage(pdf, index + 1)) texts.push(`[page ${index + 1} of ${totalPages} has no text layer]`);
    }
    return { text: texts.join('\n\n'), pages: totalPages };
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable('the PDF is damaged; print or export it again');
  } finally {
    await pdf.loadingTask.destroy();
  }
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, { verbosity: 0 });
  } catch (error) {
    const encrypted = error instanceof Error && error.name === 'PasswordException';
    throw new Unreadable(
      encrypted
        ? 'the PDF is encrypted; send it without a password'
        : 'the PDF is damaged or incomplete; print or export it again',
    );
  }
}

async function showsImage(pdf: Pdf, pageNumber: number): Promise<boolean> {
  const { OPS } = await getResolvedPDFJS();
  const images = [OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject];
  const page = await pdf.getPage(pageNumber);
  const { fnArray } = await page.getOperatorList();
  page.cleanup();
  return fnArray.some((operation) => images.includes(operation));
}

/** Shares of the font size: a smaller step is the same line, a wider gap is a space, a column, an empty line. */
const SAME_LINE = 0.4;
const SPACE = 0.12;
const COLUMN = 0.9;
const EMPTY_LINE = 2.2;

/**
 * Lines of a page, top to bottom, their parts left to right: one space between words, two between columns, an empty line
 * between blocks.
 */
function linesOf(items: readonly StructuredTextItem[]): string[] {
  const parts = items.filter(({ str }) => str.trim() !== '').toSorted((a, b) => b.y - a.y);
  const rows: StructuredTextItem[][] = [];
  for (const part of parts) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && first.y - part.y <= SAME_LINE * Math.max(first.fontSize, part.fontSize)) row.push(part);
    else rows.push([part]);
  }
  const lines: string[] = [];
  let above: StructuredTextItem | undefined;
  for (const row of rows) {
    const [first] = row;
    if (above && first && above.y - first.y > EMPTY_LINE * Math.max(above.fontSize, first.fontSize)) lines.push('');
    lines.push(lineOf(row));
    above = first;
  }
  return lines;
}

function lineOf(row: readonly StructuredTextItem[]): string {
  let line = '';
  let end = 0;
  for (const { str, x, width, fontSize } of row.toSorted((a, b) => a.x - b.x)) {
    const gap = (x - end) / (fontSize || 1);
    if (line !== '') line += gap > COLUMN ? '  ' : gap > SPACE && !line.endsWith(' ') ? ' ' : '';
    line += str;
    end = x + width;
  }
  return line.trim();
}
