import type { Evidence, SourceDocument } from './pack.ts';

/**
 * Where a model's verbatim quote stands in the sources; null when it does not: the model may have made it up. White
 * space may differ, nothing else.
 */
export function locateQuote(sources: readonly SourceDocument[], quote: string | null): Evidence | null {
  const words = quote?.split(/\s+/).filter((word) => word !== '') ?? [];
  if (words.length === 0) return null;
  const pattern = new RegExp(
    words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(String.raw`\s+`),
    'u',
  );
  for (const [document, { text }] of sources.entries()) {
    const match = pattern.exec(text);
    if (match) return { document, start: match.index, end: match.index + match[0].length };
  }
  return null;
}
