/** Characters that a reader cannot see, but that keep equal texts from being equal: soft hyphens, zero-width, bidi marks. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
/** Spaces of every width, non-breaking ones among them; tabs stay, they part columns. */
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/**
 * One form for texts that read the same, so that an amount or a quote is found whatever wrote the document: NFC, line
 * feeds, plain spaces, nothing invisible, no blanks at line ends, at most two empty lines in a row.
 */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/\r\n?|[\f\v\u0085\u2028\u2029]/g, '\n')
    .replaceAll(INVISIBLE, '')
    .replaceAll(SPACES, ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}
