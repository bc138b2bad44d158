import { amount, groupedIban, isoToEnglish, isoToGerman, percent, type Language } from './format.ts';
import type { Invoice } from './invoice.ts';
import type { Layout } from './plan.ts';

/** What one layout calls things in one language. `{rate}` and `{net}` stand for the VAT rate and the amount it is on. */
export type Words = {
  title: string;
  number: string;
  date: string;
  due: string;
  order: string;
  buyerReference: string;
  contract: string;
  customer: string;
  delivery: string;
  vatId: string;
  taxNumber: string;
  net: string;
  vatLine: string;
  vatTotal: string;
  gross: string;
  payable: string;
  iban: string;
  otherIban: string;
};

type Sheet = 'letter' | 'modern' | 'compact' | 'mail' | 'text';

const COLUMNS = ['title', 'number', 'date', 'due', 'order', 'buyerReference', 'contract', 'customer', 'delivery', 'vatId', 'taxNumber', 'net', 'vatLine', 'vatTotal', 'gross', 'payable', 'iban', 'otherIban'] as const; // prettier-ignore

// prettier-ignore
const TABLE: Record<`${Sheet}-${Language}`, string> = {
  'letter-de': 'Rechnung;Rechnungsnummer;Rechnungsdatum;Zahlbar bis;Bestellnummer;Leitweg-ID;Vertragsnummer;Kundennummer;Leistungsdatum;USt-IdNr.;Steuernummer;Nettobetrag;USt {rate} auf {net};Umsatzsteuer gesamt;Rechnungsbetrag;Zu zahlen;IBAN;Weitere IBAN',
  'letter-en': 'Invoice;Invoice number;Invoice date;Payment due;Order number;Buyer reference;Contract number;Customer number;Date of supply;VAT ID;Tax number;Net amount;VAT {rate} on {net};Total VAT;Invoice total;Amount payable;IBAN;Further IBAN',
  'modern-de': 'Rechnung;Rechnung Nr.;Datum;Fälligkeitsdatum;Bestell-Nr.;Leitweg-ID;Vertrag;Kunden-Nr.;Lieferdatum;USt-ID;Steuer-Nr.;Zwischensumme;USt {rate} auf {net};USt gesamt;Gesamtbetrag;Zahlbetrag;IBAN;Weitere IBAN',
  'modern-en': 'Invoice;Invoice number;Invoice date;Due date;PO number;Buyer reference;Contract;Customer ID;Delivery date;VAT No.;Tax No.;Subtotal;VAT {rate} on {net};VAT total;Total;Amount due;IBAN;Other IBAN',
  'compact-de': 'Rechnung;Rechnung Nr.;Datum;Fällig am;Ihre Bestellung;Ihr Zeichen;Vertrag;Kunde;Lieferung am;USt-ID;St.-Nr.;Netto;MwSt. {rate} von {net};MwSt. gesamt;Brutto;Zahlbetrag;Bankverbindung (IBAN);oder IBAN',
  'compact-en': 'Invoice;Invoice No.;Date;Payable by;Your order;Your reference;Contract;Account;Supplied on;VAT reg. no.;Tax ref.;Net amount;VAT @ {rate} of {net};Total VAT;Gross amount;Balance due;Bank account (IBAN);or IBAN',
  'mail-de': 'Rechnung;Rechnungs-Nr.;Rechnung vom;Bitte zahlen bis;Bestell-Nr.;Leitweg-ID;Vertrag Nr.;Kunden-Nr.;Geliefert am;USt-IdNr.;Steuernummer;Summe netto;zzgl. {rate} MwSt. auf {net};Mehrwertsteuer;Gesamtbetrag;Zahlbetrag;IBAN;Alternativ IBAN',
  'mail-en': 'Invoice;Invoice no.;Dated;Please pay by;Purchase order;Reference;Contract no.;Customer no.;Delivered on;VAT ID;Tax no.;Net;plus {rate} VAT on {net};VAT;Total incl. VAT;Amount payable;IBAN;Alternatively IBAN',
  'text-de': 'Rechnung;Belegnummer;Belegdatum;Fälligkeit;Ihre Bestellnummer;Leitweg-ID;Vertragsnummer;Debitor;Lieferdatum;UStIdNr;Steuernummer;Warenwert netto;Steuer {rate} auf {net};Steuerbetrag;Endbetrag;Zahlbetrag;IBAN;IBAN 2',
  'text-en': 'Invoice;Invoice ref.;Issued;Payment due;Order ref.;Customer reference;Contract ref.;Account no.;Tax point;VAT number;Tax number;Net total;Tax {rate} on {net};Tax total;Invoice total;To pay;IBAN;IBAN 2',
};

// 384 and 389 are UNTDID 1001 codes: a corrected invoice, and one that the buyer writes for the seller.
const TITLES: Record<string, Record<Language, string>> = {
  '381': { de: 'Gutschrift', en: 'Credit note' },
  '384': { de: 'Rechnungskorrektur', en: 'Corrected invoice' },
  '389': { de: 'Rechnung im Gutschriftverfahren', en: 'Self-billed invoice' },
};

/** The words of a layout; the title depends on the kind of invoice too (UNTDID 1001 code). */
export function wordsFor(layout: Exclude<Layout, 'mail-with-pdf'>, language: Language, typeCode: string): Words {
  const cells = TABLE[`${layout}-${language}`].split(';');
  const words = Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index] ?? ''])) as Words;
  return { ...words, title: TITLES[typeCode]?.[language] ?? words.title };
}

/** English layouts differ in how they write dates; German ones do not. */
export function dateFor(layout: Layout, language: Language): (iso: string) => string {
  if (language === 'de') return isoToGerman;
  return layout === 'compact' || layout === 'text' ? (iso) => iso : isoToEnglish;
}

export type Pair = [label: string, value: string];

/** The references of the invoice's head, in order; those it does not have are left out. */
export function headPairs(invoice: Invoice, words: Words, date: (iso: string) => string): Pair[] {
  const { truth, buyer } = invoice;
  const pairs: [string, string | null][] = [
    [words.number, truth.invoiceNumber],
    [words.date, date(truth.issueDate)],
    [words.customer, buyer.customerNumber],
    [words.order, truth.orderReference],
    [words.buyerReference, invoice.buyerReference],
    [words.contract, invoice.contractReference],
    [words.delivery, invoice.deliveryDate === null ? null : date(invoice.deliveryDate)],
    [words.due, truth.dueDate === null ? null : date(truth.dueDate)],
  ];
  return pairs.filter((pair): pair is Pair => pair[1] !== null);
}

/** The totals from net to payable. `money` formats minor units with the currency as the layout writes it. */
export function totalPairs(
  invoice: Invoice,
  words: Words,
  language: Language,
  money: (minor: number) => string,
): Pair[] {
  const { truth } = invoice;
  const german = language === 'de';
  const vatLines = truth.vatBreakdown.map(({ ratePercent, net, vat }): Pair => {
    const label = words.vatLine
      .replace('{rate}', percent(ratePercent, language))
      .replace('{net}', amount(net, language));
    return [label, money(vat)];
  });
  return [
    ...invoice.adjustments.map(({ reason, amount: value }): Pair => {
      const kind = value < 0 ? (german ? 'Nachlass' : 'Discount') : german ? 'Zuschlag' : 'Charge';
      return [reason === '' || !german ? kind : `${kind} (${reason})`, money(value)];
    }),
    [words.net, money(truth.netTotal)],
    ...vatLines,
    [words.vatTotal, money(truth.vatTotal)],
    [words.gross, money(truth.grossTotal)],
    ...(invoice.prepaid === 0 ? [] : [[german ? 'Bereits gezahlt' : 'Already paid', money(-invoice.prepaid)] as Pair]),
    ...(invoice.rounding === 0 ? [] : [[german ? 'Rundung' : 'Rounding', money(invoice.rounding)] as Pair]),
    [words.payable, money(truth.payable)],
  ];
}

/** How to pay: bank accounts, or the sentence for direct debit, card or PayPal. */
export function paymentPairs(invoice: Invoice, words: Words, language: Language): Pair[] {
  const german = language === 'de';
  const { truth, payerIban, mandate } = invoice;
  const ibans = [truth.iban, ...invoice.otherIbans].filter((iban) => iban !== null);
  const accounts = ibans.map((iban, index): Pair => [
    index === 0 ? words.iban : words.otherIban.replace('2', String(index + 1)),
    groupedIban(iban),
  ]);
  if (payerIban !== null) {
    const by = german ? 'SEPA-Lastschrift' : 'SEPA direct debit';
    accounts.push([by, `${german ? 'Mandat' : 'mandate'} ${mandate}, ${german ? 'von Ihrem Konto' : 'from your account'} ${groupedIban(payerIban)}`]); // prettier-ignore
  }
  if (invoice.paymentCode === '48') {
    accounts.push([german ? 'Zahlungsart' : 'Payment', german ? 'Kreditkarte **** 6789' : 'credit card **** 6789']);
  }
  if (invoice.paymentCode === '68') accounts.push(['PayPal', invoice.supplier.mail]);
  return accounts;
}

/** VAT id and tax number of the supplier, as far as the invoice names them. */
export function taxPairs(invoice: Invoice, words: Words): Pair[] {
  const pairs: [string, string | null][] = [
    [words.vatId, invoice.truth.supplierVatId],
    [words.taxNumber, invoice.supplier.taxNumber],
  ];
  return pairs.filter((pair): pair is Pair => pair[1] !== null);
}
