import type { ShownEntry, Totals } from '../../../src/dev/stand-in-business/books.ts';

export const POSTINGS = '/accounts-payable/postings';

/** The fields that answers have between them. */
interface Body {
  id: string;
  kind: string;
  field: string;
  reference: string;
  reverses: string;
  honourIdempotencyKey: { [collection: string]: boolean };
}

interface Books {
  totals: { [collection: string]: Totals };
  entries: ShownEntry[];
}

/** A caller of the system at `url`. */
export function callerOf(url: string) {
  const call = async <T = Body>(method: string, path: string, body?: unknown, key?: string) => {
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as T };
  };
  return {
    post: (path: string, body: unknown, key?: string) => call('POST', path, body, key),
    get: (path: string) => call('GET', path),
    put: (path: string, body: unknown) => call('PUT', path, body),
    misbehave: (rule: object) => call('PUT', '/admin/behaviour', rule),
    behave: () => call('DELETE', '/admin/behaviour'),
    books: async () => (await call<Books>('GET', '/admin/books')).body,
    bookedUnder: async (reference: string) =>
      (await call<{ items: ShownEntry[] }>('GET', `${POSTINGS}?reference=${encodeURIComponent(reference)}`)).body.items,
  };
}
