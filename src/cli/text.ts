// oxlint-disable-next-line no-control-regex -- control characters are exactly what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of strangers (documents, keys, names) for a terminal: without control characters, which could move the cursor,
 * hide a line or worse.
 */
export function safe(text: string): string {
  return text.replaceAll(CONTROL, '\u00b7');
}

/** The same on one line, at most `max` characters. */
export function oneLine(text: string, max = Infinity): string {
  return cut(safe(text.replaceAll(/\s+/g, ' ').trim()), max);
}

/** At most `max` characters, the end replaced by an ellipsis. */
export function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}\u2026`;
}

/** The same, but the beginning is replaced. */
export function cutStart(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `\u2026${characters.slice(1 - max).join('')}`;
}

/** `count` and the noun in singular or plural: 1 case, 2 cases. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

/** A value of a proposal as one line. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A shell word that means exactly this text. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
