/** A date as it stands in a line of text; `other` is the second reading of an ambiguous one such as 03/04/2016. */
interface DateFound {
  iso: string;
  other?: string;
  start: number;
  end: number;
}

const LANGUAGES = ['en', 'en-GB', 'de'];
const MONTHS = monthNames();
const NAMED = [...MONTHS.keys()].toSorted((a, b) => b.length - a.length).join('|');

const FORMS: { form: RegExp; read: (groups: string[], dayFirst: boolean) => [string, string?] }[] = [
  { form: /(?<![\d.])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g, read: ([y, m, d]) => [iso(y, m, d)] },
  {
    form: new RegExp(
      `(?<!\\d)(\\d{1,2})(?:\\.|st|nd|rd|th)?\\s*(?:of\\s+)?(${NAMED})\\.?,?\\s+(\\d{4}|\\d{2})(?!\\d)`,
      'giu',
    ),
    read: ([d, m, y]) => [iso(y, month(m), d)],
  },
  {
    form: new RegExp(`(?<!\\p{L})(${NAMED})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})(?!\\d)`, 'giu'),
    read: ([m, d, y]) => [iso(y, month(m), d)],
  },
  { form: /(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?![\d.])/g, read: ([d, m, y]) => [iso(y, m, d)] },
  { form: /(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?![\d/-])/g, read: readSlashes },
];

/**
 * Dates of a line, left to right, as ISO 8601: 2016-04-04, 04.04.2016, 4 April 2016, 4. April 2016, Apr 4, 2016 and
 * 04/04/2016, with English and German month names. `dayFirst` says how to read slashes when both readings exist.
 */
export function findDates(line: string, dayFirst: boolean): DateFound[] {
  const found: DateFound[] = [];
  for (const { form, read } of FORMS) {
    for (const match of line.matchAll(form)) {
      const [value, other] = read(match.slice(1), dayFirst);
      const [start, end] = [match.index, match.index + match[0].length];
      if (value === '' || found.some((earlier) => start < earlier.end && end > earlier.start)) continue;
      found.push({ iso: value, start, end, ...(other ? { other } : {}) });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}

/** Whether a document writes the day first in dates with slashes: told by one that has only one reading. */
export function writesDayFirst(text: string): boolean {
  for (const [, first, second] of text.matchAll(/(?<![\d/])(\d{1,2})\/(\d{1,2})\/\d{2,4}/g)) {
    if (Number(first) > 12) return true;
    if (Number(second) > 12) return false;
  }
  return !text.includes('$');
}

function readSlashes([a, b, y]: string[], dayFirst: boolean): [string, string?] {
  const readings = [iso(y, b, a), iso(y, a, b)];
  const ordered = (dayFirst ? readings : readings.toReversed()).filter(Boolean);
  const [first = '', second] = ordered;
  return second === undefined || second === first ? [first] : [first, second];
}

function iso(year = '', monthText = '', day = ''): string {
  const fullYear = year.length === 2 ? `20${year}` : year;
  const value = `${fullYear}-${monthText.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = Date.parse(`${value}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value ? '' : value;
}

function month(name = ''): string {
  return MONTHS.get(name.toLowerCase().replace('.', '')) ?? '';
}

function monthNames(): Map<string, string> {
  const names = new Map<string, string>();
  for (const language of LANGUAGES) {
    for (const width of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { month: width, timeZone: 'UTC' });
      for (let index = 0; index < 12; index++) {
        const name = format
          .format(new Date(Date.UTC(2020, index, 1)))
          .toLowerCase()
          .replace('.', '');
        names.set(name, String(index + 1));
        // Three letters are understood everywhere, where a language abbreviates differently (Sept, Juni) or not at all.
        names.set(name.slice(0, 3), String(index + 1));
      }
    }
  }
  return names;
}
