import type { Invoice } from '../../../src/packs/invoice-intake/schema.ts';

/** An invoice that breaks no rule. */
export const good: Invoice = {
  supplierName: 'ACME GmbH',
  supplierVatId: 'DE136695976',
  invoiceNumber: 'R-1',
  issueDate: '2026-03-01',
  dueDate: '2026-03-31',
  currency: 'EUR',
  netTotal: 10_000,
  vatTotal: 1_900,
  grossTotal: 11_900,
  payable: 11_900,
  vatBreakdown: [{ ratePercent: 19, net: 10_000, vat: 1_900 }],
  iban: 'DE89370400440532013000',
  orderReference: null,
};
