import type { FeedItem, SourceDocument } from '../pack.ts';
import { datesIn, readDate } from '../quality/dates.ts';
import { labelsOf, valuesBehind } from '../quality/labels.ts';
import { currencyOf, signFits } from '../quality/names.ts';
import { numberStylesIn } from '../quality/numbers.ts';
import type { QualityInput, QualityRule } from '../quality/rule.ts';
import {
  garbledText,
  mixedLanguages,
  pageWithoutText,
  tooLittleText,
  truncated,
  veryLong,
  wholeText,
} from '../quality/text-rules.ts';
import { isCreditOrCorrection, otherKindOf } from './kind.ts';
import { answerSchema } from './schema.ts';

/** What was read from the register for the VAT ids that stand in the documents: the customer's is among them. */
export interface InvoiceEnrichment {
  vatIds: string[];
  suppliers: FeedItem[];
}

const DAY_MS = 86_400_000;
const labels = (field: 'invoiceNumber' | 'issueDate') =>
  labelsOf(answerSchema.shape[field].shape.value.description ?? '');
const NUMBER_LABELS = labels('invoiceNumber');
/** 'Date' alone also stands before the days of delivery and of the mail. */
const DATE_LABELS = labels('issueDate').filter((label) => !/^(?:Date|Datum|Dated)$/.test(label));
const NUMBER = /[\p{L}\d][\p{L}\d./_-]*\d[\p{L}\d./_-]*/u;
/** A heading, or the subject of a mail, that is nothing but the word and the number: 'Rechnung RE-1'. */
const HEADED = new RegExp(`^(?:Subject: )?(?:Rechnung|Invoice) +(${NUMBER.source})$`, 'iu');
const HEADED_LENGTH = 80;
const DATE = /[\p{L}\d][\p{L}\d ./-]{4,20}\d{2}/u;

export const quality: readonly QualityRule<InvoiceEnrichment>[] = [
  tooLittleText(40),
  garbledText,
  {
    name: 'not-an-invoice',
    kind: 'refuse',
    severity: 'refuse',
    notices: (input) => {
      const kind = otherKindOf(wholeText(input));
      return kind === undefined ? undefined : `this looks like ${kind}, not like an invoice`;
    },
  },
  {
    name: 'credit-or-correction',
    kind: 'flag',
    severity: 'review',
    notices: (input) =>
      isCreditOrCorrection(wholeText(input))
        ? 'a credit note or a corrected invoice: a person books it against the first one'
        : undefined,
  },
  pageWithoutText,
  truncated,
  veryLong(60_000),
  mixedLanguages,
  {
    name: 'several-invoices',
    kind: 'flag',
    severity: 'review',
    notices: (input) => {
      const { size } = invoiceNumbersIn(input);
      return size > 1 ? `it names ${size} invoice numbers: it may be several invoices in one document` : undefined;
    },
  },
  {
    name: 'number-formats-mixed',
    kind: 'clean',
    severity: 'review',
    notices: ({ sources }) =>
      sources.some(({ text }) => numberStylesIn(text).length > 1)
        ? 'amounts are written both as 1.234,56 and as 1,234.56'
        : undefined,
  },
  {
    name: 'issue-date-ambiguous',
    kind: 'clean',
    severity: 'review',
    notices: (input) => {
      const own = issueDatesIn(input).some(({ kind }) => kind === 'either');
      // Another date that reads one way only, with strokes, tells the habit; then nothing is unclear to a reader.
      const settled =
        /(?<!\d)(?:1[3-9]|2\d|3[01])[/-]\d{1,2}[/-]\d{2,4}|(?<!\d)\d{1,2}[/-](?:1[3-9]|2\d|3[01])[/-]\d{2,4}/;
      return own && !settled.test(wholeText(input)) ? 'day and month of the date can be told either way' : undefined;
    },
  },
  {
    name: 'issue-date-in-future',
    kind: 'flag',
    severity: 'review',
    notices: (input) => {
      const tomorrow = new Date(input.now.getTime() + DAY_MS).toISOString().slice(0, 10);
      const ahead = issueDatesIn(input).some((date) => date.kind === 'one' && date.value > tomorrow);
      return ahead ? 'its date lies in the future' : undefined;
    },
  },
  {
    name: 'old-document',
    kind: 'flag',
    severity: 'note',
    notices: (input) => {
      const newest = datesIn(wholeText(input))
        .flatMap((date) => (date.kind === 'one' ? [date.value] : []))
        .toSorted()
        .at(-1);
      if (newest === undefined) return undefined;
      const years = (input.now.getTime() - Date.parse(newest)) / (365.25 * DAY_MS);
      return years > 2 ? `its newest date is ${Math.floor(years)} years old` : undefined;
    },
  },
  {
    name: 'currency-contradicts',
    kind: 'flag',
    severity: 'review',
    notices: (input) =>
      currenciesDisagree(wholeText(input)) ? 'amounts carry signs or codes of different currencies' : undefined,
  },
  {
    name: 'supplier-register',
    kind: 'enrich',
    severity: 'note',
    notices: ({ enrichment: { vatIds, suppliers } }) => {
      if (vatIds.length === 0) return 'no VAT id was found to look up in the supplier register';
      const blocked = suppliers.some(({ data }) => data['blocked'] === true) ? ', blocked there' : '';
      return `the supplier register knows ${suppliers.length} of ${vatIds.length} VAT ids in the document${blocked}`;
    },
  },
];

/** The VAT ids that stand in a text, without spaces, each once and in its order. */
export function vatIdsIn(text: string): string[] {
  const pattern =
    /(?<![A-Z\d])(?:AT ?U\d{8}|BE ?[01]\d{9}|DE ?\d{9}|DK ?\d{8}|ES ?[A-Z]\d{7}[A-Z\d]|FR ?[A-Z\d]{2} ?\d{9}|GB ?\d{9}|IE ?\d[A-Z\d]\d{5}[A-Z]{1,2}|IT ?\d{11}|NL ?\d{9} ?B\d{2}|PL ?\d{10}|SE ?\d{12})(?![A-Z\d])/g;
  return [...new Set(Array.from(text.matchAll(pattern), ([id]) => id.replaceAll(' ', '')))];
}

/** Whether both texts state invoice numbers, and none in common: then they are two invoices, however alike. */
export function namesOtherInvoice(a: readonly SourceDocument[], b: readonly SourceDocument[]): boolean {
  const [ours, theirs] = [invoiceNumbersIn({ sources: a }), invoiceNumbersIn({ sources: b })];
  return ours.size > 0 && theirs.size > 0 && ours.isDisjointFrom(theirs);
}

function invoiceNumbersIn(input: Pick<QualityInput, 'sources'>): Set<string> {
  const text = wholeText(input);
  const lines = text.split('\n').filter((line) => line.length <= HEADED_LENGTH);
  const headings = lines.flatMap((line) => HEADED.exec(line.replaceAll(/^\W+|\W+$/g, ''))?.[1] ?? []);
  const found = [...valuesBehind(text, NUMBER_LABELS, NUMBER), ...headings.filter((number) => !readDate(number))];
  return new Set(found.map((number) => number.toLowerCase().replace(/[./_-]+$/, '')));
}

function issueDatesIn(input: QualityInput) {
  return valuesBehind(wholeText(input), DATE_LABELS, DATE)
    .map((text) => readDate(text) ?? datesIn(text)[0])
    .filter((date) => date !== undefined);
}

/** Signs and codes that stand right at an amount and cannot mean one currency together. */
function currenciesDisagree(text: string): boolean {
  const codes = new Set<string>();
  const signs = new Set<string>();
  const beside =
    /(?:(\p{Sc}|\b[A-Z]{3}\b) ?-?(?=\d[\d.,' ]*[.,]\d{2}(?!\d)))|(?<=\d[.,]\d{2} ?)(\p{Sc}|\b[A-Z]{3}\b)/gu;
  for (const [, before, behind] of text.matchAll(beside)) {
    const mark = before ?? behind ?? '';
    if (/\p{Sc}/u.test(mark)) signs.add(mark);
    else if (currencyOf(mark) !== undefined) codes.add(mark);
  }
  if (codes.size > 1 || signs.size > 1) return true;
  return [...codes].some((code) => [...signs].some((sign) => !signFits(sign, code)));
}
