import { z } from 'zod';

const quote = z
  .string()
  .describe('The verbatim line of the document where the value stands; empty when it stands nowhere.');
const amount = z.string().regex(/^-?\d+\.\d{2}$/);

/** A field with its place in the source. */
function field<T extends z.ZodType>(value: T, description: string) {
  return z.strictObject({ value: value.describe(description), quote });
}

/** What the model is asked for. The label variants help any reader, model or person. */
export const answerSchema = z.strictObject({
  supplierName: field(
    z.string().min(1),
    "Name of the company that sends the invoice, usually at the top of the document, in the letterhead or the sender's signature. Not the customer.",
  ),
  supplierVatId: field(
    z
      .string()
      .regex(/^[A-Z]{2}[A-Z0-9]{2,14}$/)
      .nullable(),
    "VAT identification number of the supplier. Labels: 'VAT ID', 'VAT No.', 'VAT number', 'VAT reg. no.', 'USt-IdNr.', 'USt-ID', 'UStIdNr', 'UID', 'TVA', 'BTW'. Starts with a country code. Not the customer's. Null when none is stated.",
  ),
  invoiceNumber: field(
    z.string().regex(/^[^\n]*\d[^\n]*$/),
    "Invoice number. Labels: 'Rechnungsnummer', 'Rechnung Nr.', 'Rechnungs-Nr.', 'Belegnummer', 'Beleg-Nr.', 'Invoice number', 'Invoice No.', 'Invoice ref.'",
  ),
  issueDate: field(
    z.iso.date(),
    "Date of issue of the invoice. Labels: 'Rechnungsdatum', 'Rechnung vom', 'Belegdatum', 'Ausgestellt am', 'Datum', 'Invoice date', 'Issued', 'Dated', 'Date'",
  ),
  dueDate: field(
    z.iso.date().nullable(),
    "Date by which to pay. Labels: 'Zahlbar bis', 'Bitte zahlen bis', 'Fällig am', 'Fälligkeit', 'Due date', 'Payment due', 'Payable by', 'Please pay by', 'Pay by', 'Due'. Null when the document names no date.",
  ),
  currency: field(z.string().regex(/^[A-Z]{3}$/), 'Currency of the invoice as ISO 4217 code, e.g. EUR.'),
  netTotal: field(
    amount,
    "Total without VAT. Labels: 'Nettobetrag', 'Summe netto', 'Warenwert netto', 'Zwischensumme', 'Netto', 'Net total', 'Net amount', 'Subtotal', 'Net'",
  ),
  vatTotal: field(
    amount,
    "Total of VAT over all rates. Labels: 'Umsatzsteuer gesamt', 'MwSt. gesamt', 'Mehrwertsteuer', 'Steuerbetrag', 'Summe USt', 'VAT total', 'Total VAT', 'Tax total', 'VAT'",
  ),
  grossTotal: field(
    amount,
    "Total with VAT. Labels: 'Rechnungsbetrag', 'Gesamtbetrag', 'Endbetrag', 'Bruttobetrag', 'Brutto', 'Invoice total', 'Total incl. VAT', 'Gross amount', 'Gross total', 'Total'",
  ),
  payable: field(
    amount,
    "Amount left to pay. Labels: 'Zahlbetrag', 'Zu zahlen', 'Zahlbarer Betrag', 'Amount due', 'Amount payable', 'Balance due', 'To pay'",
  ),
  vatBreakdown: z
    .array(z.strictObject({ rate: z.string().regex(/^\d+(\.\d+)?$/), net: amount, vat: amount, quote }))
    .describe(
      "VAT per rate: rate in percent, net amount it applies to, VAT amount. Lines such as 'USt 19 % auf 100,00', 'MwSt. 19 % von 100,00', 'Steuer 7 % auf 10,00', 'VAT 7% on 11.78', 'VAT @ 7% of 11.78', 'Tax 19% on 100.00' with the VAT amount behind.",
    ),
  iban: field(
    z
      .string()
      .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/)
      .nullable(),
    "IBAN to pay to. Labels: 'IBAN', 'Bankverbindung (IBAN)', 'Bank account (IBAN)'. The first one when several are given; null when there is none.",
  ),
  orderReference: field(
    z.string().nullable(),
    "The customer's order number. Labels: 'Bestellnummer', 'Ihre Bestellnummer', 'Ihre Bestellung', 'Bestell-Nr.', 'Purchase order', 'PO number', 'Your order', 'Order ref.', 'Order no.'. Null when none is stated.",
  ),
});
export type InvoiceAnswer = z.output<typeof answerSchema>;

const minorUnits = z.int().describe('Minor units of the currency: 12.60 EUR is 1260');

/** What is decided, and what a reviewer may amend. Money in minor units of `currency`. */
export const outputSchema = z.strictObject({
  supplierName: z.string().trim().min(1),
  supplierVatId: z
    .string()
    .regex(/^[A-Z]{2}[A-Z0-9]{2,14}$/, 'country code and number without spaces, e.g. DE297781499')
    .nullable(),
  invoiceNumber: z.string().trim().min(1).max(60),
  issueDate: z.iso.date(),
  dueDate: z.iso.date().nullable(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code, e.g. EUR'),
  netTotal: minorUnits,
  vatTotal: minorUnits,
  grossTotal: minorUnits,
  payable: minorUnits,
  vatBreakdown: z.array(z.strictObject({ ratePercent: z.number().min(0).max(100), net: minorUnits, vat: minorUnits })),
  iban: z
    .string()
    .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/, 'without spaces, e.g. DE15995545622987102007')
    .nullable(),
  orderReference: z.string().trim().min(1).max(60).nullable(),
});
export type Invoice = z.output<typeof outputSchema>;
