/** A number as it stands in a line of text, with its value written plainly: digits, `.` before decimals, `-` in front. */
interface NumberFound {
  value: string;
  percent: boolean;
  start: number;
  end: number;
}

const CODES = Intl.supportedValuesOf('currency').join('|');
const NO_WORD_BEFORE = `(?:(?<![\\p{L}\\p{N}_][-./]?)(?<![.,]|\\d:)|(?<=(?<!\\p{L})(?:${CODES})))`;
const NO_WORD_AFTER = `(?!\\d|[-./:,'’]\\d|\\p{L}{4})`;
const GROUPED = `\\d{1,3}(?:[.,'’\\u00a0\\u202f]\\d{3})+(?:[.,]\\d{1,4})?`;
const SPACED = `\\d{1,3}(?: \\d{3})+[.,]\\d{1,2}`;
const PLAIN = `\\d+(?:[.,]\\d+)?`;
const number = (body: string) => new RegExp(`${NO_WORD_BEFORE}([-−]?)(${body})${NO_WORD_AFTER}(\\s?%)?`, 'gu');
const TIGHT = number(`${GROUPED}|${PLAIN}`);
const LOOSE = number(SPACED);

/**
 * Numbers of a line, left to right: 1.234,56 and 1,234.56 and 1 234,56 and 1'234.56. Parts of dates and of identifiers
 * are no numbers. `decimal` is the document's own decimal sign; it settles what 1.234 means.
 */
export function findNumbers(line: string, decimal: '.' | ','): NumberFound[] {
  // A blank between digits groups thousands only when nothing else in the line is a number; in a table it separates.
  const loose = [...line.matchAll(LOOSE)];
  const rest = loose.length === 1 ? line.replace(loose[0]?.[0] ?? '', '').match(TIGHT) : ['several'];
  const matches = loose.length === 1 && rest === null ? loose : [...line.matchAll(TIGHT)];
  return matches.map((match) => ({
    value: (match[1] ? '-' : '') + plain(match[2] ?? '', decimal),
    percent: match[3] !== undefined,
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The decimal sign of a document, by its numbers that have exactly two decimals. */
export function decimalSign(text: string): '.' | ',' {
  const count = (form: RegExp) => text.match(form)?.length ?? 0;
  return count(/\d,\d{2}(?![\d.,])/g) > count(/\d\.\d{2}(?![\d.,])/g) ? ',' : '.';
}

function plain(raw: string, decimal: '.' | ','): string {
  const digits = raw.replaceAll(/[\s'’\u00a0\u202f]/g, '');
  const signs = digits.match(/[.,]/g) ?? [];
  const last = signs.at(-1);
  if (last === undefined) return digits;
  const mixed = new Set(signs).size > 1;
  const afterLast = digits.length - digits.lastIndexOf(last) - 1;
  const isDecimal = mixed || (signs.length === 1 && (afterLast !== 3 || last === decimal));
  if (!isDecimal) return digits.replaceAll(/[.,]/g, '');
  const at = digits.lastIndexOf(last);
  return `${digits.slice(0, at).replaceAll(/[.,]/g, '')}.${digits.slice(at + 1)}`;
}
