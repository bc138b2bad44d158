import { all, attribute, nameOf, text, textAt, type Element } from './tree.ts';

/** What an invoice says, as the ground truth of extraction. Money in minor units of `currency`, dates ISO 8601. */
export type Truth = {
  supplierName: string;
  supplierVatId: string | null;
  invoiceNumber: string;
  issueDate: string;
  dueDate: string | null;
  currency: string;
  netTotal: number;
  vatTotal: number;
  grossTotal: number;
  payable: number;
  vatBreakdown: { ratePercent: number; net: number; vat: number }[];
  iban: string | null;
  orderReference: string | null;
};

type Line = {
  name: string;
  description: string | null;
  quantity: number;
  unit: string;
  price: number;
  ratePercent: number;
  amount: number;
};

/** Everything that a layout prints. */
export type Invoice = {
  truth: Truth;
  typeCode: string;
  supplier: { street: string; postcode: string; city: string; country: string; phone: string; mail: string; contact: string; taxNumber: string | null; legal: string }; // prettier-ignore
  buyer: { name: string; street: string; postcode: string; city: string; vatId: string | null; customerNumber: string | null }; // prettier-ignore
  buyerReference: string | null;
  contractReference: string | null;
  deliveryDate: string | null;
  lines: Line[];
  /** Charges (positive) and allowances (negative) on the whole invoice, minor units; those of zero are left out. */
  adjustments: { reason: string; amount: number }[];
  prepaid: number;
  rounding: number;
  exemption: string | null;
  terms: string | null;
  notes: string[];
  paymentCode: string;
  otherIbans: string[];
  payerIban: string | null;
  mandate: string | null;
};

/** Decimal text to minor units without floating point: '336.9' is 33690. More than two decimals are an error. */
function minor(decimal: string | null): number {
  const match = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(decimal?.trim() ?? '0');
  if (match === null) throw new Error(`not an amount with two decimals: ${decimal}`);
  const [, sign, whole = '0', cents = ''] = match;
  const value = Number(whole) * 100 + Number(cents.padEnd(2, '0'));
  return sign === '-' && value !== 0 ? -value : value;
}

const withoutCode = (note: string) => note.replace(/^#[A-Z]{3}#/, '').trim();
const required = <T>(value: T | null | undefined, what: string): T => {
  if (value === null || value === undefined) throw new Error(`the invoice has no ${what}`);
  return value;
};

function readLine(line: Element): Line {
  const quantity = all(line, 'InvoicedQuantity')[0] ?? all(line, 'CreditedQuantity')[0];
  return {
    name: textAt(line, 'Item/Name') ?? '',
    description: textAt(line, 'Item/Description'),
    quantity: Number(text(quantity) ?? '1'),
    unit: (quantity && attribute(quantity, 'unitCode')) ?? 'C62',
    price: Number(textAt(line, 'Price/PriceAmount') ?? '0'),
    ratePercent: Number(textAt(line, 'Item/ClassifiedTaxCategory/Percent') ?? '0'),
    amount: minor(textAt(line, 'LineExtensionAmount')),
  };
}

/** The VAT id, or the tax number that stands beside or instead of it under any other scheme. */
function taxIdOf(party: Element, kind: 'VAT' | 'other'): string | null {
  const isVat = kind === 'VAT';
  const entry = all(party, 'PartyTaxScheme').find((tax) => (textAt(tax, 'TaxScheme/ID') === 'VAT') === isVat);
  return entry === undefined ? null : textAt(entry, 'CompanyID');
}

function readTruth(root: Element, supplier: Element): Truth {
  const currency = required(textAt(root, 'DocumentCurrencyCode'), 'currency');
  const taxTotal = all(root, 'TaxTotal').find(
    (total) => attribute(all(total, 'TaxAmount')[0] ?? {}, 'currencyID') === currency,
  );
  const total = all(root, 'LegalMonetaryTotal')[0] ?? {};
  const vatId = taxIdOf(supplier, 'VAT');
  return {
    supplierName: required(textAt(supplier, 'PartyLegalEntity/RegistrationName'), 'supplier name'),
    supplierVatId: vatId?.replaceAll(/\s/g, '') ?? null,
    invoiceNumber: required(textAt(root, 'ID'), 'number'),
    issueDate: required(textAt(root, 'IssueDate'), 'issue date'),
    dueDate: textAt(root, 'DueDate') ?? textAt(root, 'PaymentMeans/PaymentDueDate'),
    currency,
    netTotal: minor(textAt(total, 'TaxExclusiveAmount')),
    vatTotal: minor(taxTotal === undefined ? '0' : textAt(taxTotal, 'TaxAmount')),
    grossTotal: minor(textAt(total, 'TaxInclusiveAmount')),
    payable: minor(textAt(total, 'PayableAmount')),
    vatBreakdown: (taxTotal === undefined ? [] : all(taxTotal, 'TaxSubtotal')).map((subtotal) => ({
      ratePercent: Number(textAt(subtotal, 'TaxCategory/Percent') ?? '0'),
      net: minor(textAt(subtotal, 'TaxableAmount')),
      vat: minor(textAt(subtotal, 'TaxAmount')),
    })),
    iban: textAt(root, 'PaymentMeans/PayeeFinancialAccount/ID')?.replaceAll(/\s/g, '') ?? null,
    orderReference: textAt(root, 'OrderReference/ID'),
  };
}

/** Reads a UBL 2.1 invoice (EN 16931) into what the layouts print. Throws where a mandatory element is missing. */
export function readInvoice(root: Element): Invoice {
  const supplier = required(all(root, 'AccountingSupplierParty/Party')[0], 'supplier');
  const customer = required(all(root, 'AccountingCustomerParty/Party')[0], 'buyer');
  const lineName = nameOf(root) === 'CreditNote' ? 'CreditNoteLine' : 'InvoiceLine';
  const adjustments = all(root, 'AllowanceCharge').map((entry) => ({
    reason: textAt(entry, 'AllowanceChargeReason') ?? '',
    amount: minor(textAt(entry, 'Amount')) * (textAt(entry, 'ChargeIndicator') === 'true' ? 1 : -1),
  }));
  const address = (party: Element) => ({
    street: textAt(party, 'PostalAddress/StreetName') ?? '',
    postcode: textAt(party, 'PostalAddress/PostalZone') ?? '',
    city: textAt(party, 'PostalAddress/CityName') ?? '',
    country: textAt(party, 'PostalAddress/Country/IdentificationCode') ?? '',
  });
  const notes = all(root, 'Note').map((note) => withoutCode(text(note) ?? ''));
  return {
    truth: readTruth(root, supplier),
    typeCode: textAt(root, 'InvoiceTypeCode') ?? textAt(root, 'CreditNoteTypeCode') ?? '380',
    supplier: {
      ...address(supplier),
      phone: textAt(supplier, 'Contact/Telephone') ?? '',
      mail: textAt(supplier, 'Contact/ElectronicMail') ?? textAt(supplier, 'EndpointID') ?? '',
      contact: textAt(supplier, 'Contact/Name') ?? '',
      taxNumber: taxIdOf(supplier, 'other'),
      legal: textAt(supplier, 'PartyLegalEntity/CompanyLegalForm') ?? '',
    },
    buyer: {
      ...address(customer),
      name: textAt(customer, 'PartyLegalEntity/RegistrationName') ?? '',
      vatId: taxIdOf(customer, 'VAT'),
      customerNumber: textAt(customer, 'PartyIdentification/ID'),
    },
    buyerReference: textAt(root, 'BuyerReference'),
    contractReference: textAt(root, 'ContractDocumentReference/ID'),
    deliveryDate: textAt(root, 'Delivery/ActualDeliveryDate'),
    lines: all(root, lineName).map(readLine),
    adjustments: adjustments.filter(({ amount }) => amount !== 0),
    prepaid: minor(textAt(root, 'LegalMonetaryTotal/PrepaidAmount')),
    rounding: minor(textAt(root, 'LegalMonetaryTotal/PayableRoundingAmount')),
    exemption: textAt(root, 'TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason'),
    terms: textAt(root, 'PaymentTerms/Note'),
    notes: notes.filter((note) => note !== ''),
    paymentCode: textAt(root, 'PaymentMeans/PaymentMeansCode') ?? '58',
    otherIbans: all(root, 'PaymentMeans/PayeeFinancialAccount/ID')
      .slice(1)
      .map((id) => text(id) ?? ''),
    payerIban: textAt(root, 'PaymentMeans/PaymentMandate/PayerFinancialAccount/ID'),
    mandate: textAt(root, 'PaymentMeans/PaymentMandate/ID'),
  };
}
