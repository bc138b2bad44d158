import { datesIn } from '../quality/dates.ts';
import { labelsOf } from '../quality/labels.ts';
import { readNumber } from '../quality/numbers.ts';
import type { Rule } from '../pack.ts';
import { answerSchema, type Invoice } from './schema.ts';
import { toMinorUnits } from './money.ts';

type Field = 'issueDate' | 'dueDate' | 'invoiceNumber' | 'payable';

/** What may stand between a label and its value: marks, or the words of 'the due date is now ...'. */
const LINK = String.raw`(?=[ \t:=#"'\x60])[ \t]{0,80}(?:[ \t:=#.'"\x60{>\u2013-]|(?:value|to|as|is|now|with|by|must|should|shall|be|read|auf|als|mit|durch|ist|lautet|jetzt|nun|muss|soll|zu|of)(?![\p{L}])){0,16}[ \t]{0,80}`;
const DATE = String.raw`\S[^\n]{0,24}`;
const NUMBER = String.raw`[\p{L}\d][\p{L}\d/_.-]*(?: \d[\p{L}\d/_.-]*)*`;
const AMOUNT = String.raw`(?:(?:EUR|USD|GBP|CHF|[\u20ac$\u00a3]) ?)?-?\d[\d.,' ]*\d?`;
const CODES = /(?<![\p{L}\p{N}])(?:EUR|USD|GBP|CHF)(?![\p{L}\p{N}])/gu;

/**
 * Rules that bind a proposal to its document, whatever made the model answer so: a misreading, or orders inside the
 * document. They read the text by the labels that the answer's fields describe.
 */
export const bindingRules: readonly Rule<Invoice, unknown>[] = [
  {
    name: 'stated-alike',
    severity: 'soft',
    // A document that states a field twice, and differently, leaves the choice to whoever reads it.
    holds: (invoice, { sources }) => {
      const text = sources.map((source) => source.text).join('\n');
      const odd = FIELDS.filter(({ name, values }) =>
        values(text, invoice).some((value) => value !== plain(invoice[name])),
      );
      return odd.length === 0 || `the document also says otherwise: ${odd.map(({ name }) => name).join(', ')}`;
    },
  },
  {
    name: 'one-currency',
    severity: 'soft',
    field: 'currency',
    holds: ({ currency }, { sources }) => {
      const named = new Set(sources.flatMap(({ text }) => text.match(CODES) ?? []));
      named.add(currency);
      return named.size === 1 || 'the document names another currency too';
    },
  },
  {
    name: 'evidence-states-value',
    severity: 'soft',
    holds: (invoice, { sources, evidence }) => {
      const odd = (['issueDate', 'dueDate', 'invoiceNumber', 'iban', 'supplierVatId'] as const).filter((name) => {
        const [value, place] = [invoice[name], evidence[name]];
        const source = place && sources[place.document];
        if (value === null || !source) return false;
        const quote = source.text.slice(place.start, place.end);
        const said = name.endsWith('Date') ? readings(quote) : [plain(quote.replaceAll(/[.-]/g, ''))];
        return !said.some((one) => one.includes(name.endsWith('Date') ? value : plain(value.replaceAll(/[.-]/g, ''))));
      });
      return odd.length === 0 || `the line given as its place does not say it: ${odd.join(', ')}`;
    },
  },
];

const FIELDS: readonly { name: Field; values: (text: string, invoice: Invoice) => string[] }[] = [
  {
    name: 'issueDate',
    values: (text) => behind('issueDate', text, DATE).flatMap((found) => readings(found).slice(0, 1)),
  },
  { name: 'dueDate', values: (text) => behind('dueDate', text, DATE).flatMap((found) => readings(found).slice(0, 1)) },
  {
    name: 'invoiceNumber',
    values: (text) =>
      behind('invoiceNumber', text, NUMBER)
        .map((found) => plain(found.replace(/[._-]+$/, '')))
        .filter((found) => /\d/.test(found)),
  },
  {
    name: 'payable',
    values: (text, { currency }) =>
      behind('payable', text, AMOUNT).flatMap((found) => {
        const read = readNumber(found.trim());
        return read?.kind === 'one' ? [String(toMinorUnits(read.value, currency))] : [];
      }),
  },
];

/** What stands behind the labels of a field; a label inside a longer one ('date' in 'due date') speaks for that. */
function behind(name: Field, text: string, value: string): string[] {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${LABELS})(?![\\p{L}\\p{N}])${LINK}(${value})`, 'giu');
  return Array.from(text.matchAll(pattern)).flatMap(({ index, 1: label = '', 2: found = '' }) => {
    const ofOther = BARE.test(label) && /\p{L}[ -]$/u.test(text.slice(Math.max(0, index - 2), index));
    return OWNER.get(plain(label)) === name && !ofOther ? [found] : [];
  });
}

const OWNER = new Map<string, string>();
const LIST: string[] = [];
/** Behind another word these speak of something else: 'delivery date', 'grand total'. */
const BARE = /^(?:date|dated|datum|due|issued|total|net|netto|brutto|vat)$/i;
for (const [name, field] of Object.entries(answerSchema.shape)) {
  const { description = '' } = 'shape' in field ? field.shape.value : field;
  for (const label of [...labelsOf(description), name, name.replace(/[A-Z]/, (letter) => ` ${letter}`)]) {
    LIST.push(label);
    if (!OWNER.has(plain(label))) OWNER.set(plain(label), name);
  }
}
const LABELS = LIST.toSorted((a, b) => b.length - a.length)
  .map((label) => label.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(' ', String.raw`[ \t]+`))
  .join('|');

function readings(text: string): string[] {
  return datesIn(text).flatMap((read) => (read.kind === 'one' ? [read.value] : []));
}

function plain(value: unknown): string {
  return String(value).normalize('NFKC').replaceAll(/\s/g, '').toLowerCase();
}
