import { isValidIBAN } from 'ibantools';
import * as vat from 'jsvat';
import type { FeedItem, Rule } from '../pack.ts';
import { euroCents, money } from './money.ts';
import type { Invoice } from './schema.ts';
import { bindingRules } from './stated.ts';

/** What the rules know beyond the invoice: the supplier's entry in the register, found by VAT id. */
export interface InvoiceFacts {
  supplier: FeedItem | undefined;
  /** How many other suppliers of the register the document names by VAT id. */
  others: number;
  /** Units of the invoice's currency for one euro; undefined: no rate is known. */
  perEuro: number | undefined;
}

const COUNTRIES = [
  vat.austria,
  vat.belgium,
  vat.denmark,
  vat.france,
  vat.germany,
  vat.ireland,
  vat.italy,
  vat.netherlands,
  vat.poland,
  vat.spain,
  vat.sweden,
  vat.unitedKingdom,
];
const CURRENCIES = ['EUR', 'GBP', 'USD', 'CHF'];
/** Above this an invoice always goes to a person, in euro cents. */
const LIMIT = 1_000_000;
/** Cash rounding of the amount to pay (EN 16931, BT-114) stays below one unit of the currency. */
const ROUNDING = 99;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

export const rules: readonly Rule<Invoice, InvoiceFacts>[] = [
  {
    name: 'totals-add-up',
    severity: 'hard',
    field: 'grossTotal',
    holds: ({ netTotal, vatTotal, grossTotal, currency }) =>
      netTotal + vatTotal === grossTotal ||
      `net and VAT make ${money(netTotal + vatTotal, currency)}, the total says ${money(grossTotal, currency)}`,
  },
  {
    name: 'vat-adds-up',
    severity: 'hard',
    field: 'vatBreakdown',
    holds: ({ vatBreakdown, vatTotal, netTotal, currency }) => {
      const vat = sum(vatBreakdown.map((part) => part.vat));
      if (vat !== vatTotal)
        return `the VAT lines make ${money(vat, currency)}, the VAT total says ${money(vatTotal, currency)}`;
      const net = sum(vatBreakdown.map((part) => part.net));
      return net === netTotal || `the VAT lines cover ${money(net, currency)} of ${money(netTotal, currency)} net`;
    },
  },
  {
    name: 'vat-rate-fits',
    severity: 'hard',
    field: 'vatBreakdown',
    // A cent of rounding per rate is usual (EN 16931, BR-CO-17 rounds to two decimals).
    holds: ({ vatBreakdown }) => {
      const odd = vatBreakdown.find(({ ratePercent, net, vat }) => Math.abs((net * ratePercent) / 100 - vat) > 1);
      return odd === undefined || `${odd.ratePercent} % does not give the VAT of its line`;
    },
  },
  {
    name: 'iban-check-digits',
    severity: 'hard',
    field: 'iban',
    holds: ({ iban }) => iban === null || isValidIBAN(iban) || 'the check digits of the IBAN are wrong (ISO 7064)',
  },
  {
    name: 'iban-present',
    severity: 'soft',
    field: 'iban',
    holds: ({ iban }) => iban !== null || 'there is no IBAN to pay to',
  },
  {
    name: 'vat-id-check-digits',
    severity: 'soft',
    field: 'supplierVatId',
    holds: ({ supplierVatId }) =>
      supplierVatId === null ||
      vat.checkVAT(supplierVatId, COUNTRIES).isValid ||
      'the check digits of the VAT id are wrong',
  },
  {
    name: 'known-supplier',
    severity: 'soft',
    field: 'supplierVatId',
    holds: (_, { facts }) => facts.supplier !== undefined || 'the supplier is not in the register',
  },
  {
    name: 'one-supplier',
    severity: 'soft',
    field: 'supplierVatId',
    holds: (_, { facts }) => facts.others === 0 || 'the document names another supplier of the register too',
  },
  {
    name: 'supplier-not-blocked',
    severity: 'hard',
    field: 'supplierVatId',
    holds: (_, { facts }) => facts.supplier?.data['blocked'] !== true || 'the supplier is blocked in the register',
  },
  {
    name: 'supplier-name-fits',
    severity: 'soft',
    field: 'supplierName',
    holds: ({ supplierName }, { facts }) =>
      facts.supplier === undefined ||
      plain(facts.supplier.text) === plain(supplierName) ||
      'the register knows this VAT id under another name',
  },
  {
    name: 'iban-fits-supplier',
    severity: 'soft',
    field: 'iban',
    holds: ({ iban }, { facts }) =>
      iban === null ||
      facts.supplier === undefined ||
      facts.supplier.data['iban'] === iban ||
      "the IBAN is not the register's for this supplier: confirm it by another channel",
  },
  {
    name: 'due-after-issue',
    severity: 'soft',
    field: 'dueDate',
    holds: ({ issueDate, dueDate }) => dueDate === null || dueDate >= issueDate || 'it is due before it was issued',
  },
  {
    name: 'amount-limit',
    severity: 'soft',
    field: 'payable',
    holds: ({ grossTotal, payable, currency }, { facts }) => {
      if (facts.perEuro === undefined) return `no exchange rate for ${currency}: the limit in EUR cannot be checked`;
      const cents = euroCents(Math.max(grossTotal, payable), currency, facts.perEuro);
      return cents <= LIMIT || `over ${money(LIMIT, 'EUR')}: always countersigned`;
    },
  },
  {
    name: 'amounts-not-negative',
    severity: 'soft',
    field: 'grossTotal',
    holds: ({ grossTotal, payable }) =>
      Math.min(grossTotal, payable) >= 0 || 'a negative amount: a credit note is booked by a person',
  },
  {
    name: 'payable-within-total',
    severity: 'soft',
    field: 'payable',
    holds: ({ grossTotal, payable }) =>
      payable <= grossTotal + ROUNDING || 'more is to be paid than the invoice comes to',
  },
  {
    name: 'currency-allowed',
    severity: 'soft',
    field: 'currency',
    holds: ({ currency }) => CURRENCIES.includes(currency) || `only ${CURRENCIES.join(', ')} go through by themselves`,
  },
  {
    name: 'evidence-found',
    severity: 'soft',
    holds: (_, { evidence }) => {
      const missing = Object.entries(evidence).filter(([, place]) => place === null);
      return missing.length === 0 || `not found in the document: ${missing.map(([field]) => field).join(', ')}`;
    },
  },
  ...bindingRules,
];

function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
