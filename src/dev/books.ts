/** The stand-in business system's own books, read over its admin interface. */
export interface BookEntry {
  id: string;
  collection: string;
  kind: 'entry' | 'reversal';
  key: string | null;
  reference: string | null;
  body: Record<string, unknown>;
  reversed: boolean;
}

export async function readBooks(businessUrl: string): Promise<BookEntry[]> {
  const response = await fetch(`${businessUrl}/admin/books`);
  if (!response.ok) throw new Error(`the business system's books: ${response.status}`);
  return ((await response.json()) as { entries: BookEntry[] }).entries;
}

/**
 * How many effects stand more than once, told from what was booked and not from our keys: a posting by supplier and
 * invoice number, a payment by the same, a ticket by its case. Reversed entries do not count.
 */
export function bookedTwice(entries: readonly BookEntry[]): string[] {
  const seen = new Map<string, number>();
  for (const { collection, kind, body, reversed } of entries) {
    if (kind !== 'entry' || reversed || collection === 'notices') continue;
    const what =
      collection === 'tickets'
        ? body['caseId']
        : `${String(body['supplierVatId'])} ${String(body['supplierName'])} ${String(body['invoiceNumber'])}`;
    const name = `${collection}: ${String(what)}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...seen].filter(([, times]) => times > 1).map(([name, times]) => `${name} (${times} times)`);
}
