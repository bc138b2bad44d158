import { locateQuote } from '../evidence.ts';
import type { Evidence, Interpreted, SourceDocument } from '../pack.ts';
import { toMinorUnits } from './money.ts';
import type { Invoice, InvoiceAnswer } from './schema.ts';

/** The model's answer as business values: money in minor units, ids without spaces, each field with its place. */
export function interpret(answer: InvoiceAnswer, sources: readonly SourceDocument[]): Interpreted<Invoice> {
  const currency = answer.currency.value;
  const cents = (amount: string) => toMinorUnits(amount, currency);
  const output: Invoice = {
    supplierName: answer.supplierName.value.trim(),
    supplierVatId: compact(answer.supplierVatId.value),
    invoiceNumber: answer.invoiceNumber.value.trim(),
    issueDate: answer.issueDate.value,
    dueDate: answer.dueDate.value,
    currency,
    netTotal: cents(answer.netTotal.value),
    vatTotal: cents(answer.vatTotal.value),
    grossTotal: cents(answer.grossTotal.value),
    payable: cents(answer.payable.value),
    vatBreakdown: answer.vatBreakdown.map(({ rate, net, vat }) => ({
      ratePercent: Number(rate),
      net: cents(net),
      vat: cents(vat),
    })),
    iban: compact(answer.iban.value),
    orderReference: answer.orderReference.value,
  };
  const evidence: Partial<Record<keyof Invoice, Evidence | null>> = {};
  for (const [name, found] of Object.entries(answer)) {
    // A field that is absent from the document has no place, and needs none.
    if (!('value' in found) || found.value === null) continue;
    evidence[name as keyof Invoice] = locateQuote(sources, found.quote);
  }
  return { output, evidence };
}

/** Ids are printed in groups: 'DE15 9955 ...'. */
function compact(id: string | null): string | null {
  return id === null ? null : id.replace(/[\s.-]/g, '').toUpperCase();
}
