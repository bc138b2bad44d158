import { either, type Reading } from './reading.ts';

const LOCALES = ['de', 'en', 'fr', 'es', 'it'];
/** Month numbers by name, long and short, in the languages above: ICU knows them. */
const MONTHS = new Map<string, number>();
for (const locale of LOCALES) {
  for (const style of ['long', 'short'] as const) {
    const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: style, timeZone: 'UTC' });
    for (let month = 0; month < 12; month += 1) {
      const parts = format.formatToParts(Date.UTC(2001, month, 1));
      const name = parts.find(({ type }) => type === 'month')?.value ?? '';
      MONTHS.set(plain(name), month + 1);
    }
  }
}
MONTHS.set('sept', 9);
MONTHS.set('mrz', 3);

const ISO = String.raw`\d{4}-\d{2}-\d{2}(?!\d)`;
const FIGURES = String.raw`\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d./-]\d|\d)`;
const DAY_MONTH = String.raw`\d{1,2}(?:\.|st|nd|rd|th|er|\u00ba)?\s+(?:de\s+)?\p{L}{3,10}\.?,?\s+(?:de\s+)?\d{4}(?!\d)`;
const MONTH_DAY = String.raw`\p{L}{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}(?!\d)`;
const ANY = new RegExp(`(?<![\\p{L}\\d.,/-])(?:${ISO}|${FIGURES}|${DAY_MONTH}|${MONTH_DAY})`, 'gu');

/**
 * A printed date as YYYY-MM-DD. With dots the day stands first; with strokes or dashes 04/05/2018 reads two ways, unless
 * `order` tells the document's habit. Months by name in German, English, French, Spanish and Italian. Two figures of a
 * year are of this century. Undefined for what is no day of the calendar.
 */
export function readDate(text: string, order?: 'day-first' | 'month-first'): Reading | undefined {
  const trimmed = text.trim();
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+Z?)?$/.exec(trimmed);
  if (iso) return dayOf(iso[1], iso[2], iso[3]);
  const figures = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(trimmed);
  if (figures) {
    const [, first, mark, second, year] = figures;
    const dayFirst = dayOf(year, second, first);
    const monthFirst = mark === '.' ? undefined : dayOf(year, first, second);
    if (!dayFirst || !monthFirst) return dayFirst ?? monthFirst;
    if (order !== undefined) return order === 'day-first' ? dayFirst : monthFirst;
    return either(dayFirst.value, monthFirst.value);
  }
  const named =
    /^(?<day>\d{1,2})(?:\.|st|nd|rd|th|er|\u00ba)?\s+(?:de\s+)?(?<month>\p{L}+)\.?,?\s+(?:de\s+)?(?<year>\d{4})$/u.exec(
      trimmed,
    ) ?? /^(?<month>\p{L}+)\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4})$/u.exec(trimmed);
  const { day, month = '', year } = named?.groups ?? {};
  const number = MONTHS.get(plain(month));
  return number === undefined ? undefined : dayOf(year, String(number), day);
}

/** A text without its dates, and the times of day right behind them. */
export function withoutDates(text: string): string {
  return text.replaceAll(ANY, ' ').replaceAll(/ T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?/g, ' ');
}

/** Every date in a text, in its order. */
export function datesIn(text: string): Reading[] {
  return Array.from(text.matchAll(ANY), ([found]) => readDate(found)).filter((read) => read !== undefined);
}

function dayOf(year = '', month = '', day = ''): { kind: 'one'; value: string } | undefined {
  const value = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = Date.parse(`${value}T00:00:00Z`);
  // A number with dashes is no date of the year 345.
  if (!/^(?:19|20|21)/.test(value)) return undefined;
  // The calendar carries 31 June over to July; a printed date does not.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) return undefined;
  return { kind: 'one', value };
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[\p{M}.]/gu, '')
    .toLowerCase();
}
