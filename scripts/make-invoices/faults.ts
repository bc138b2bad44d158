import { checkVAT, countries } from 'jsvat';
import { isValidIBAN } from 'ibantools';
import { alignTerms } from './complete.ts';
import { all, setAll, setText, text, textAt, type Element } from './tree.ts';

/** Ways in which real mail is wrong. The document and its truth both say the wrong thing. */
export const FAULTS = [
  'iban-check-digits',
  'vat-id-check-digits',
  'unknown-supplier',
  'vat-total-off',
  'due-before-issue',
  'duplicate',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Whether the fault can be put into this invoice: the field must be there, and for some it must be free of side effects. */
export function suits(fault: Fault, root: Element): boolean {
  const hasVat = Number(textAt(root, 'TaxTotal/TaxAmount') ?? '0') > 0;
  if (textAt(root, 'AccountingSupplierParty/Party/PartyTaxScheme/TaxScheme/ID') !== 'VAT') return false;
  if (all(root, 'PaymentMeans/PayeeFinancialAccount/ID').length !== 1) return false;
  if (fault === 'due-before-issue') return textAt(root, 'DueDate') !== null;
  return fault === 'vat-total-off' ? hasVat : true;
}

/** Another last digit, until the check fails. The suffix of a Dutch VAT id (B01) is not covered by the check. */
function misprint(value: string, isValid: (candidate: string) => boolean): string {
  const position = value.search(/\d(B\d\d|\D*)$/);
  for (let step = 1; step < 10; step += 1) {
    const digit = (Number(value[position]) + step) % 10;
    const candidate = `${value.slice(0, position)}${digit}${value.slice(position + 1)}`;
    if (!isValid(candidate)) return candidate;
  }
  throw new Error('every last digit is valid');
}

const isValidVatId = (vatId: string): boolean => checkVAT(vatId, [...countries]).isValid;

/** Puts the fault into the completed invoice, in place. 'unknown-supplier' and 'duplicate' are made by the plan. */
export function inject(fault: Fault, root: Element): void {
  if (fault === 'iban-check-digits') {
    const path = 'PaymentMeans/PayeeFinancialAccount/ID';
    setAll(root, path, misprint(textAt(root, path) ?? '', isValidIBAN));
  } else if (fault === 'vat-id-check-digits') {
    const scheme = all(root, 'AccountingSupplierParty/Party/PartyTaxScheme')[0];
    if (scheme !== undefined) setAll(scheme, 'CompanyID', misprint(textAt(scheme, 'CompanyID') ?? '', isValidVatId));
  } else if (fault === 'vat-total-off') {
    const total = all(root, 'TaxTotal/TaxAmount')[0];
    if (total !== undefined) setText(total, (Number(text(total)) + 1).toFixed(2));
  } else if (fault === 'due-before-issue') {
    const issued = new Date(`${textAt(root, 'IssueDate')}T00:00:00Z`);
    issued.setUTCDate(issued.getUTCDate() - 16);
    setAll(root, 'DueDate', issued.toISOString().slice(0, 10));
    alignTerms(root);
  }
}
