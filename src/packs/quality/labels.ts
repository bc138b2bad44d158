/**
 * The labels that a field's description names, as in "Labels: 'Invoice No.', 'Rechnungsnummer'". Packs describe their
 * fields so for the model; the same list tells where a document may state the field.
 */
export function labelsOf(description: string): string[] {
  const list = /Labels?: ((?:'[^']+'(?:, )?)+)/.exec(description)?.[1] ?? '';
  return Array.from(list.matchAll(/'([^']+)'/g), ([, label]) => label ?? '');
}

/** Matches one of the labels as whole words, and something behind it on the same or the next line. */
export function labelPattern(labels: readonly string[]): RegExp | undefined {
  if (labels.length === 0) return undefined;
  return new RegExp(`${beforeOf(labels)}[ \\t]*\\n?[ \\t]*\\S`, 'iu');
}

/** What stands behind the labels in a text: each time the first match of `value`, with nothing but marks in between. */
export function valuesBehind(text: string, labels: readonly string[], value: RegExp): string[] {
  const pattern = new RegExp(`${beforeOf(labels)}[ \\t]{0,40}(${value.source})`, 'giu');
  return Array.from(text.matchAll(pattern), ([, found]) => found ?? '');
}

function beforeOf(labels: readonly string[]): string {
  // The longest first, or 'Date' would answer for 'Date due'.
  const words = labels
    .toSorted((a, b) => b.length - a.length)
    .map((label) => {
      return label.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(' ', String.raw`[ \t]+`);
    });
  return `(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])[ \\t]*[:#.]*`;
}
