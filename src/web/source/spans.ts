/** A part of a text that is evidence for a field; the rest has no field. */
export interface Piece {
  text: string;
  field?: string;
}

interface Span {
  field: string;
  start: number;
  end: number;
}

/** Cuts a text at its evidence. Of spans that overlap, the one that begins first has the shared part. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { field, start, end } of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const from = Math.max(start, at);
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > at) pieces.push({ text: text.slice(at, from) });
    pieces.push({ text: text.slice(from, to), field });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/**
 * Finds quotes in the text items of a PDF page, blanks ignored: the text layer cuts and spaces its lines otherwise than the
 * text that the evidence was found in. Returns the spans per item.
 */
export function spansInItems(
  items: readonly string[],
  quotes: readonly { field: string; quote: string }[],
): Map<number, Span[]> {
  let whole = '';
  const origin: { item: number; at: number }[] = [];
  for (const [item, text] of items.entries()) {
    for (let at = 0; at < text.length; at += 1) {
      if (/\s/.test(text[at] ?? '')) continue;
      whole += text[at];
      origin.push({ item, at });
    }
  }
  const found = new Map<number, Span[]>();
  for (const { field, quote } of quotes) {
    const wanted = quote.replaceAll(/\s+/g, '');
    const start = wanted === '' ? -1 : whole.indexOf(wanted);
    if (start < 0) continue;
    for (const { item, at } of origin.slice(start, start + wanted.length)) {
      const spans = found.get(item) ?? [];
      found.set(item, spans);
      const last = spans.at(-1);
      if (last?.field === field) last.end = at + 1;
      else spans.push({ field, start: at, end: at + 1 });
    }
  }
  return found;
}
