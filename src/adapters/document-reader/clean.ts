/** Characters that a reader cannot see, but that keep equal texts from being equal: soft hyphens, zero-width, bidi marks. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
/** Spaces of every width, non-breaking ones among them; tabs stay, they part columns. */
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Ligatures of printed type and full-width forms: other characters for the same letters and figures. */
const FORMS = /[\ufb00-\ufb06\uff01-\uff5e]/g;
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is taken out
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;

type Step = (text: string) => string;

/** What cleaning does, in this order, each under the name that a finding gives it. */
const CLEANING: readonly [name: string, clean: Step][] = [
  ['unicode-form', (text) => text.normalize('NFC')],
  ['ligatures-and-wide-letters', (text) => text.replaceAll(FORMS, (form) => form.normalize('NFKC'))],
  ['line-ends', (text) => text.replaceAll(/\r\n?|[\f\v\u0085\u2028\u2029]/g, '\n')],
  ['control-characters', (text) => text.replaceAll(CONTROL, '')],
  ['invisible-characters', (text) => text.replaceAll(INVISIBLE, '')],
  ['odd-spaces', (text) => text.replaceAll(SPACES, ' ')],
  ['blanks', withoutBlanks],
];

/** Every text has some of these; to name them would say nothing. */
const UNREMARKABLE = new Set(['line-ends', 'blanks']);

/**
 * One form for texts that read the same, so that an amount or a quote is found whatever wrote the document: NFC, line
 * feeds, plain spaces and letters, nothing invisible, no blanks at line ends, at most two empty lines in a row. `of`
 * names what was cleaned away, but for line ends and blanks.
 */
export function cleanText(text: string): { text: string; of: string[] } {
  let clean = text;
  const of: string[] = [];
  for (const [name, step] of CLEANING) {
    const before = clean;
    clean = step(before);
    if (clean !== before && !UNREMARKABLE.has(name)) of.push(name);
  }
  return { text: clean, of };
}

function withoutBlanks(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}
