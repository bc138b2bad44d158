/** A digit with what people write before it; two blanks in a row begin another column. */
const DIGIT = '(?:[ \\u00a0]?[()/.-]{1,2}[ \\u00a0]?|[ \\u00a0])?\\d';
const BEFORE = '(?<![\\p{L}\\p{N}+])(?<!\\d[.,/-])';

/** After one of these words, a number that looks like any other number is a telephone. */
const LABELS = [
  'tele(?:fon|phone|fax)|tel|phone|fon|fax|mobile|mobil(?:telefon|nummer)?|handy(?:nummer)?|cell(?:phone)?',
  'call|ring|whatsapp|sms|durchwahl|hotline|rufnummer',
];
const GAP = '[ \\t.:()/]{0,12}';
const SMALL_WORD =
  '(?:numbers?|nummer|no|nr|me|us|back|on|at|under|unter|is|ist|lautet|via|please|my|mobil|mobile|phone)';

/** Forms that are nearly always a telephone, without a word that says so. */
const FORMS = [
  // With the country, +49 (0)30 1234567.
  `\\+\\(?[1-9](?:${DIGIT}){6,16}`,
  // 0049 30 1234567, only when written in groups.
  `00[1-9]\\d{0,2}[ \\u00a0/-](?:${DIGIT}){7,13}`,
  // (030) 123456 and (555) 123-4567.
  `\\(0\\d{1,5}\\)[ \\u00a0]?\\d(?:${DIGIT}){3,9}`,
  '\\([2-9]\\d{2}\\) ?\\d{3}[-. ]\\d{4}',
  // 030/1234567, and mobile numbers of Germany and the United Kingdom.
  '0[1-9]\\d{1,3} ?/ ?\\d(?:[ -]?\\d){4,8}',
  '01[567]\\d{1,2}[ /-]?\\d{3,4}[ ]?\\d{4}',
  '07\\d{3} ?\\d{3} ?\\d{3}',
];

const ANY = new RegExp(
  [
    `(?<!\\p{L})(?:${LABELS.join('|')})(?!\\p{L})${GAP}(?:${SMALL_WORD}(?!\\p{L})${GAP}){0,3}` +
      `(?<![\\p{L}\\p{N}])(?<labelled>\\+?\\(?\\d(?:${DIGIT}){5,16})`,
    ...FORMS.map((form) => `${BEFORE}${form}`),
  ].join('|'),
  'giu',
);

/** What stands before a number that is no telephone, however it looks. */
const OTHER_NUMBER =
  /(?:\b(?:nr|no|num|number|nummer|ref|reference|id|iban|rechnung|invoice|order|bestellung|kunde|customer|konto|account)|nummer|-nr|#)[.:]*\s*$/iu;
const AMOUNT = /^\+?\d{1,3}(?:[.,]\d{3})+$/;
const DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))$/;

/**
 * Telephone numbers by conservative rules of our own: with a country prefix, after a word such as 'Tel.', or in a form
 * that is hardly anything else. Invoice numbers, dates, amounts and VAT ids are left alone, at the price of numbers that
 * nothing tells apart from those.
 */
export function phoneNumbers(text: string): { start: number; end: number }[] {
  return [...text.matchAll(ANY)].flatMap((match) => {
    const labelled = match.groups?.['labelled'];
    const start = match.index + match[0].length - (labelled ?? match[0]).length;
    const number = trimmed(labelled ?? match[0], text.slice(match.index + match[0].length));
    if (number === undefined) return [];
    if (labelled === undefined && OTHER_NUMBER.test(text.slice(Math.max(0, start - 24), start))) return [];
    return [{ start, end: start + number.length }];
  });
}

/** The number without groups that belong to what follows it; undefined when no telephone is left. */
function trimmed(number: string, rest: string): string | undefined {
  let kept = number;
  let after = rest;
  while (/^(?:[\p{L}\p{N}]|[.,/-]\d)/u.test(after) || digitsOf(kept).length > 15) {
    const cut = kept.search(/[^\d]+\d+$/);
    if (cut < 1) return undefined;
    after = kept.slice(cut) + after;
    kept = kept.slice(0, cut);
  }
  const digits = digitsOf(kept);
  if (AMOUNT.test(kept) || DATE.test(kept)) return undefined;
  // +999 is given to no country: placeholders have it.
  if (kept.startsWith('+')) return digits.startsWith('999') || !fitsCountry(digits) ? undefined : kept;
  return digits.length >= 6 ? kept : undefined;
}

const digitsOf = (text: string) => text.replaceAll(/\D/g, '');

/** North America and Russia have numbers of one length (ITU-T E.164 gives 15 digits at most). */
function fitsCountry(digits: string): boolean {
  return /^[17]/.test(digits) ? digits.length === 11 : digits.length >= 8;
}
