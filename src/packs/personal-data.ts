import { getCountrySpecifications, isValidIBAN } from 'ibantools';
import { phoneNumbers } from './phone-numbers.ts';

/** Kinds of personal data that can be told by their form alone, most certain first. */
export const REDACTED_KINDS = ['iban', 'email', 'card', 'phone'] as const;
export type RedactedKind = (typeof REDACTED_KINDS)[number];

/** Where a value stands, in UTF-16 code units. */
export interface Span {
  start: number;
  end: number;
}

const FINDERS: Record<RedactedKind, (text: string) => Span[]> = { iban, email, card, phone: phoneNumbers };

/**
 * The personal values of these kinds in a text, in their order, none within another. All kinds are looked for, so that
 * the digits of an account number are not taken for a telephone where only telephones are asked for.
 */
export function personalData(text: string, kinds: readonly RedactedKind[]): (Span & { kind: RedactedKind })[] {
  const taken: (Span & { kind: RedactedKind })[] = [];
  for (const kind of REDACTED_KINDS) {
    const before = taken.toSorted((a, b) => a.start - b.start);
    taken.push(...apart(FINDERS[kind](text), before).map((span) => ({ kind, ...span })));
  }
  return taken.filter(({ kind }) => kinds.includes(kind)).toSorted((a, b) => a.start - b.start);
}

/** The spans that touch none of `others` and none before them; both in order. */
function apart(spans: readonly Span[], others: readonly Span[]): Span[] {
  let next = 0;
  let end = 0;
  return spans.filter((span) => {
    while ((others[next]?.end ?? Infinity) <= span.start) next++;
    if (span.start < end || (others[next]?.start ?? Infinity) < span.end) return false;
    end = span.end;
    return true;
  });
}

const IBAN_LENGTHS = new Map(
  Object.entries(getCountrySpecifications()).flatMap(([country, { chars, IBANRegistry }]) =>
    chars !== null && IBANRegistry ? [[country, chars] as const] : [],
  ),
);

/** By country, length, structure and check digits (ISO 13616, ISO 7064), in one piece or in groups. */
function iban(text: string): Span[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}])[A-Z]{2}(?=[\s.-]?\d)/giu)].flatMap(({ 0: country, index: start }) => {
    const length = IBAN_LENGTHS.get(country.toUpperCase());
    const found = length === undefined ? undefined : grouped(text, start, length, /[A-Z0-9]/i);
    return found && isValidIBAN(found.value.toUpperCase()) ? [{ start, end: found.end }] : [];
  });
}

/** First digits and lengths in use (ISO/IEC 7812), so that article numbers (EAN) and the like stay as they are. */
const CARDS = new RegExp(
  [
    '4\\d{15}(?:\\d{3})?',
    '(?:5[1-5]\\d\\d|222[1-9]|22[3-9]\\d|2[3-6]\\d\\d|27[01]\\d|2720)\\d{12}',
    '3[47]\\d{13}',
    '3(?:0[0-5]|[689]\\d)\\d{11}(?:\\d\\d)?',
    '35(?:2[89]|[3-8]\\d)\\d{12}',
    '(?:5[06-8]|6\\d)\\d{14}(?:\\d{2,3})?',
  ]
    .map((card) => `^${card}$`)
    .join('|'),
);
const CARD_LENGTHS = [19, 18, 16, 15, 14];

function card(text: string): Span[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}])[2-6](?=[\s.-]?\d)/gu)].flatMap(({ index: start }) => {
    for (const length of CARD_LENGTHS) {
      const found = grouped(text, start, length, /\d/);
      if (found && CARDS.test(found.value) && passesLuhn(found.value)) return [{ start, end: found.end }];
    }
    return [];
  });
}

/** The check digit of ISO/IEC 7812-1: every second digit from the right doubled. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = Number(digit) * ((at % 2) + 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Exactly `count` signs from `start` on, single separators between them, and no letter or digit behind. */
function grouped(text: string, start: number, count: number, sign: RegExp) {
  let value = '';
  let end = start;
  for (; value.length < count; end++) {
    const char = text.charAt(end);
    if (sign.test(char)) value += char;
    else if (!/[\s.-]/.test(char) || !sign.test(text.charAt(end + 1))) return undefined;
  }
  return /^[\p{L}\p{N}]/u.test(text.slice(end, end + 2)) ? undefined : { value, end };
}

const DOMAIN = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,63})/uy;

/** Looked for from each `@`, as both sides are bounded (RFC 5321: 64 and 255): long runs of letters cost nothing. */
function email(text: string): Span[] {
  return [...text.matchAll(/@/g)].flatMap(({ index }) => {
    const run = /[\p{L}\p{N}._%+'-]*$/u.exec(text.slice(Math.max(0, index - 70), index))?.[0] ?? '';
    const local = run.replace(/^[^\p{L}\p{N}_]+/u, '');
    DOMAIN.lastIndex = index + 1;
    const domain = DOMAIN.exec(text)?.[0];
    if (local === '' || run.length > 64 || !domain || domain.length > 255) return [];
    // Nobody has an address there (RFC 2606), and placeholders do.
    if (/\.invalid$/i.test(domain)) return [];
    const end = DOMAIN.lastIndex;
    return /^[\p{L}\p{N}]/u.test(text.slice(end, end + 2)) ? [] : [{ start: index - local.length, end }];
  });
}
