import { findDates } from './dates.ts';
import { findNumbers } from './numbers.ts';
import type { Scalar, Shape } from './schema.ts';

/** A value read from a line; `likeness` 0..1 says how well it fits what the property asks for. */
export interface Found {
  value: Scalar;
  likeness: number;
  start: number;
  end: number;
}

/** How a document writes dates and numbers. */
export interface Habits {
  decimal: '.' | ',';
  dayFirst: boolean;
}

/** Finds the values of one kind in a line. */
export interface Reader {
  kind: string;
  find(line: string): Found[];
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
const SYMBOLS = currencySymbols();
const FORMATS: Record<string, RegExp> = {
  email: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  uri: /https?:\/\/[^\s<>"')]+/g,
  uuid: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi,
  time: /(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)/g,
};

/**
 * The reader for values of a shape, or undefined when any text will do. The kind of value is told by `format`, by what
 * the `pattern` accepts, and by the type; `words` (name and description) only settles whether a percentage is meant.
 */
export function readerFor(shape: Shape, words: string, habits: Habits): Reader | undefined {
  const { schema, kind } = shape;
  const percentWanted = /%|percent|prozent|pct|\brate\b/i.test(words);
  if (kind === 'number' || kind === 'integer') return numbers(percentWanted, habits, (text) => asNumber(text, kind));
  if (kind === 'enum') return members(shape);
  if (kind !== 'string') return undefined;
  if (schema.format === 'date' || schema.format === 'date-time') return dates(habits, schema.format);
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (format) return { kind: schema.format ?? '', find: (line) => raw(line, format) };
  if (schema.pattern === undefined) return undefined;
  const pattern = compile(schema.pattern);
  const accepts = (...texts: string[]) => texts.every((text) => pattern.test(text));
  const refuses = (...texts: string[]) => texts.every((text) => !pattern.test(text));
  if (accepts('some words 1, here', 'x y 1')) return undefined;
  if (accepts('2016-04-04') && refuses('abcd', '1234.56', 'AB-12-34')) return dates(habits, 'date');
  if (accepts('1234.56') && refuses('1.234,56', 'abc', '2016-04-04')) {
    return numbers(percentWanted, habits, (text) => written(text, pattern));
  }
  if (accepts('EUR', 'USD') && refuses('EURO', 'A12')) return currencies();
  return tokens(pattern);
}

/** A pattern of a schema as JSON Schema means it: Unicode where it compiles, nothing accepted where it does not. */
export function compile(pattern: string): RegExp {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // Not valid with this flag.
    }
  }
  return /(?!)/;
}

function dates(habits: Habits, format: string): Reader {
  const shown = (iso: string) => (format === 'date-time' ? `${iso}T00:00:00Z` : iso);
  return {
    kind: 'date',
    find: (line) =>
      findDates(line, habits.dayFirst).flatMap(({ iso, other, start, end }) => [
        { value: shown(iso), likeness: 1, start, end },
        ...(other ? [{ value: shown(other), likeness: 0.8, start, end }] : []),
      ]),
  };
}

function numbers(percentWanted: boolean, habits: Habits, shown: (text: string) => Scalar | undefined): Reader {
  return {
    kind: percentWanted ? 'percent' : 'number',
    find: (line) =>
      findNumbers(line, habits.decimal).flatMap(({ value, percent, start, end }) => {
        const result = shown(value);
        const likeness = percent === percentWanted ? 1 : 0.5;
        return result === undefined ? [] : [{ value: result, likeness, start, end }];
      }),
  };
}

function asNumber(text: string, kind: string): number | undefined {
  const value = Number(text);
  return kind === 'integer' && !Number.isInteger(value) ? undefined : value;
}

function written(text: string, pattern: RegExp): string | undefined {
  const value = Number(text);
  return [text, value.toFixed(2), value.toFixed(1), value.toFixed(0)].find(
    (form) => Number(form) === value && pattern.test(form),
  );
}

function currencies(): Reader {
  return {
    kind: 'currency',
    find: (line) => [
      ...[...line.matchAll(/(?<!\p{L})\p{Lu}{3}(?!\p{L})/gu)]
        .filter(([code]) => CURRENCIES.has(code))
        .map((match) => found(match, match[0], 1)),
      ...[...SYMBOLS].flatMap(([symbol, code]) => {
        const start = line.indexOf(symbol);
        return start < 0 ? [] : [{ value: code, likeness: 0.9, start, end: start + symbol.length }];
      }),
    ],
  };
}

function members(shape: Shape): Reader {
  const codes = shape.members.map(({ value }) => value);
  if (codes.length > 0 && codes.every((code) => CURRENCIES.has(String(code)))) {
    return {
      kind: 'currency',
      find: (line) =>
        currencies()
          .find(line)
          .filter(({ value }) => codes.includes(value)),
    };
  }
  return {
    kind: 'enum',
    find: (line) =>
      codes.flatMap((code) => {
        const words = spoken(String(code));
        const exact = /^\p{Lu}{2,4}$/u.test(String(code));
        const form = new RegExp(
          `(?<![\\p{L}\\p{N}])${escape(exact ? String(code) : words)}(?![\\p{L}\\p{N}])`,
          exact ? 'gu' : 'giu',
        );
        return [...line.matchAll(form)].map((match) => found(match, code, 1));
      }),
  };
}

/** A name of a schema as words: snake_case and camelCase taken apart, lower case. */
export function spoken(name: string): string {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/[_\-.]+/g, ' ')
    .trim()
    .toLowerCase();
}

/**
 * Values for any other pattern: single tokens, and neighbouring groups of capitals and digits joined, as account
 * numbers and tax numbers are printed in groups.
 */
function tokens(pattern: RegExp): Reader {
  return {
    kind: 'token',
    find: (line) => {
      const words = [...line.matchAll(/[^\s|;,()<>"]+/g)].map((match) => {
        const lead = /^[:#([]*/.exec(match[0])?.[0].length ?? 0;
        const text = match[0].slice(lead).replace(/[.:)\]!?]+$/, '');
        const end = match.index + lead + text.length;
        return { text, start: match.index + lead, end, closed: end < match.index + match[0].length };
      });
      const results: Found[] = [];
      let from = 0;
      while (from < words.length) {
        const hit = longest(words.slice(from, from + 10), pattern);
        // A name without a digit fits many patterns of codes, and is seldom meant.
        if (hit)
          results.push({
            value: hit.value,
            likeness: /\d/.test(hit.value) ? 1 : 0.7,
            start: words[from]?.start ?? 0,
            end: hit.end,
          });
        from += hit?.length ?? 1;
      }
      return results;
    },
  };
}

function longest(words: { text: string; end: number; closed: boolean }[], pattern: RegExp) {
  let best: { value: string; end: number; length: number } | undefined;
  let joined = '';
  for (const [index, { text, end }] of words.entries()) {
    if (index > 0 && (words[index - 1]?.closed || /\p{Ll}|^\p{L}{4}/u.test(joined))) break;
    if (index > 0 && !/^(?:[\p{Lu}]{1,4}|[\p{Lu}\d]*\d[\p{Lu}\d]*)$/u.test(text)) break;
    joined += text;
    // Letters end a code only where it is none without them: 'RR 123 456 785 GB', but not 'DE 123 456 789 USD'.
    if (index > 0 && best && !/\d/.test(text)) continue;
    const value = [joined, joined.replaceAll(/[-./]/g, '')].find((form) => form !== '' && pattern.test(form));
    if (value !== undefined) best = { value, end, length: index + 1 };
  }
  return best;
}

function raw(line: string, form: RegExp): Found[] {
  return [...line.matchAll(form)].map((match) => found(match, match[0], 1));
}

function found(match: RegExpExecArray, value: Scalar, likeness: number): Found {
  return { value, likeness, start: match.index, end: match.index + match[0].length };
}

/** A text as a regular expression that matches it, however its blanks and line breaks are set. */
export function escape(text: string): string {
  return text
    .replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('-', '\\x2d')
    .replaceAll(/\s+/g, '\\s+');
}

function currencySymbols(): Map<string, string> {
  const symbols = new Map<string, string>();
  for (const currency of CURRENCIES) {
    const parts = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'symbol' }).formatToParts(
      1,
    );
    const symbol = parts.find(({ type }) => type === 'currency')?.value ?? currency;
    if (!/\p{L}/u.test(symbol)) symbols.set(symbol, currency);
  }
  return symbols;
}
