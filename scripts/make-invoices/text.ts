import type { Sheet } from './sheet.ts';
import type { Pair } from './words.ts';

const WIDTH = 72;

const pad = (pairs: readonly Pair[], width: number): string[] =>
  pairs.map(([label, value]) => `${`${label}:`.padEnd(width)} ${value}`);

function wrap(sentence: string): string[] {
  const lines: string[] = [''];
  for (const word of sentence.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

const address = ({ invoice: { truth, supplier }, place }: Sheet): string[] => [
  truth.supplierName,
  supplier.street,
  place,
];

/** A text file as an old booking program prints it: fixed width, amounts at the right. */
export function renderText(sheet: Sheet): string {
  const { words, invoice, columns } = sheet;
  const row = (line: Sheet['columns']): string =>
    [line.position.padEnd(5), line.name.slice(0, 29).padEnd(30), line.quantity.padStart(10), line.price.padStart(12), line.amount.padStart(14)].join(''); // prettier-ignore
  const line = '-'.repeat(WIDTH);
  return [
    ...address(sheet),
    ...pad(sheet.tax, 16),
    '',
    invoice.buyer.name,
    invoice.buyer.street,
    `${invoice.buyer.postcode} ${invoice.buyer.city}`,
    ...(sheet.buyerVatId === null ? [] : [`(${words.vatId} ${sheet.buyerVatId})`]),
    '',
    `*** ${words.title.toUpperCase()} ***`,
    '',
    ...pad(sheet.head, 22),
    '',
    line,
    row(columns),
    line,
    ...sheet.lines.map(row),
    ...(sheet.omitted === null ? [] : [`     ${sheet.omitted.replace('…', '...')}`]),
    line,
    ...sheet.totals.map(([label, value]) => `${label.padEnd(WIDTH - 18)}${value.padStart(18)}`),
    line,
    '',
    ...[sheet.exemption, sheet.terms, sheet.note].flatMap((sentence) => (sentence === null ? [] : wrap(sentence))),
    '',
    ...pad(sheet.payment, 16),
    '',
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

/** The body of a mail in which someone wrote the invoice by hand: sentences and lists, no table. */
export function renderMailBody(sheet: Sheet): string {
  const { invoice, language, words } = sheet;
  const german = language === 'de';
  const total = sheet.totals.at(-1)?.[1] ?? '';
  const ask = german ? `Bitte überweisen Sie ${total}.` : `The amount to pay is ${total}.`;
  const request =
    invoice.truth.payable > 0 ? ask : german ? 'Es ist nichts zu zahlen.' : 'There is nothing left to pay.';
  return [
    german ? 'Guten Tag,' : 'Dear Sir or Madam,',
    '',
    ...wrap(
      german
        ? `anbei unsere ${words.title} für die unten genannten Leistungen an ${invoice.buyer.name}, ${invoice.buyer.street}, ${invoice.buyer.postcode} ${invoice.buyer.city}. ${request}`
        : `please find below our ${words.title.toLowerCase()} to ${invoice.buyer.name}, ${invoice.buyer.street}, ${invoice.buyer.postcode} ${invoice.buyer.city}. ${request}`,
    ),
    '',
    ...pad(sheet.head, 20),
    '',
    ...sheet.lines.map(({ name, quantity, price, amount }) => `- ${name}: ${quantity} x ${price} = ${amount}`),
    ...(sheet.omitted === null ? [] : [sheet.omitted.replace('…', '...')]),
    '',
    ...pad(sheet.totals, 36),
    '',
    ...[sheet.terms, sheet.exemption].flatMap((sentence) => (sentence === null ? [] : wrap(sentence))),
    ...pad(sheet.payment, 10),
    '',
    german ? 'Mit freundlichen Grüßen' : 'Best regards',
    invoice.supplier.contact,
    '-- ',
    ...address(sheet),
    `${invoice.supplier.phone}, ${invoice.supplier.mail}`,
    ...pad(sheet.tax, 10),
    invoice.supplier.legal,
    '',
  ].join('\n');
}
