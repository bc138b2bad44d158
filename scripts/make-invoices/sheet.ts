import { amount, number, percent, type Language } from './format.ts';
import type { Invoice } from './invoice.ts';
import type { Layout } from './plan.ts';
import { exemption, item, readableTerms, unit } from './translate.ts';
import { dateFor, headPairs, paymentPairs, taxPairs, totalPairs, wordsFor, type Pair, type Words } from './words.ts';

const MOST_LINES = 12;

/** An invoice as the strings that a layout arranges. */
export type Sheet = {
  invoice: Invoice;
  language: Language;
  words: Words;
  head: Pair[];
  tax: Pair[];
  totals: Pair[];
  payment: Pair[];
  columns: { position: string; name: string; quantity: string; price: string; rate: string; amount: string };
  lines: { position: string; name: string; quantity: string; price: string; rate: string; amount: string }[];
  /** '… 11 more lines', or null. */
  omitted: string | null;
  terms: string | null;
  note: string | null;
  exemption: string | null;
  greeting: string;
  buyerVatId: string | null;
  /** The supplier's postcode and city, in the order of its country. */
  place: string;
};

type PrintedLayout = Exclude<Layout, 'mail-with-pdf'>;

function moneyFor(layout: PrintedLayout, language: Language, currency: string): (minor: number) => string {
  const withSign = (layout === 'letter' || layout === 'modern') && currency === 'EUR';
  return (minor) => {
    const digits = amount(minor, language);
    if (language === 'de') return `${digits} ${withSign ? '€' : currency}`;
    return withSign ? `€${digits}`.replace('€-', '-€') : `${currency} ${digits}`;
  };
}

const placeOf = ({ supplier: { country, postcode, city } }: Invoice): string =>
  country === 'GB' || country === 'IE' ? `${city} ${postcode}` : `${postcode} ${city}`;

/** Puts an invoice into the words, dates and numbers of one layout and language. */
export function sheet(invoice: Invoice, layout: PrintedLayout, language: Language): Sheet {
  const german = language === 'de';
  const words = wordsFor(layout, language, invoice.typeCode);
  const more = invoice.lines.length - MOST_LINES;
  // The test suite names reasons for rates that nothing is taxed at.
  const applies = invoice.exemption !== null && invoice.truth.vatBreakdown.some(({ ratePercent, net }) => ratePercent === 0 && net !== 0); // prettier-ignore
  const [note = null] = german ? invoice.notes : [];
  return {
    invoice,
    language,
    words,
    head: headPairs(invoice, words, dateFor(layout, language)),
    tax: taxPairs(invoice, words),
    totals: totalPairs(invoice, words, language, moneyFor(layout, language, invoice.truth.currency)),
    payment: paymentPairs(invoice, words, language),
    columns: german
      ? { position: 'Pos.', name: 'Bezeichnung', quantity: 'Menge', price: 'Preis', rate: 'USt', amount: 'Betrag' }
      : { position: '#', name: 'Description', quantity: 'Qty', price: 'Unit price', rate: 'VAT', amount: 'Amount' },
    lines: invoice.lines.slice(0, MOST_LINES).map((line, index) => ({
      position: String(index + 1),
      name: german ? line.name : item(line.name),
      quantity: `${number(line.quantity, language)} ${unit(line.unit, language)}`,
      price: number(line.price, language, 2),
      rate: percent(line.ratePercent, language),
      amount: amount(line.amount, language),
    })),
    omitted: more > 0 ? `… ${more} ${german ? 'weitere Positionen' : more === 1 ? 'more line' : 'more lines'}` : null,
    terms: invoice.terms === null || invoice.terms === '' ? null : readableTerms(invoice.terms, language),
    note,
    exemption: applies ? (german ? invoice.exemption : exemption(invoice.exemption)) : null,
    greeting: german
      ? 'Sehr geehrte Damen und Herren, für unsere Lieferungen und Leistungen berechnen wir Ihnen:'
      : 'Thank you for your business. We charge you as follows:',
    buyerVatId: invoice.buyer.vatId,
    place: placeOf(invoice),
  };
}
