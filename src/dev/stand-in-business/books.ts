import { join } from 'node:path';
import { Journal } from './journal.ts';

/** Where each collection lives; notices stand outside the two systems. */
export const COLLECTIONS = {
  postings: '/accounts-payable/postings',
  'payment-proposals': '/accounts-payable/payment-proposals',
  tickets: '/help-desk/tickets',
  notices: '/notices',
} as const;
/** A kind of document in the books. */
export type Collection = keyof typeof COLLECTIONS;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as Collection[];

/** One line of the books; nothing in it ever changes. */
export interface Entry {
  id: string;
  collection: Collection;
  kind: 'entry' | 'reversal';
  /** Instant of booking, ISO 8601. */
  at: string;
  /** The Idempotency-Key header, if the caller sent one. */
  key: string | null;
  /** The field `reference` of the body, else the key. A look-up finds the entry by either. */
  reference: string | null;
  /** The request body, stored as it came. */
  body: unknown;
  /** Of a reversal: the id of the entry it reverses. */
  reverses: string | null;
}

/** An entry as it is shown: with whether a reversal of it was booked. */
export interface ShownEntry extends Entry {
  reversed: boolean;
}

/** How often something was booked. `duplicates` counts the entries whose reference or key was booked before. */
export interface Totals {
  entries: number;
  reversals: number;
  duplicates: number;
  duplicateReversals: number;
}

type Line = { type: 'entry'; entry: Entry } | { type: 'honour'; collection: Collection; on: boolean };

/**
 * The books of the stand-in business system. They refuse nothing: the same document booked twice stands there twice,
 * unless the collection honours idempotency keys.
 */
export class Books {
  readonly #journal: Journal<Line>;
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();
  readonly #byReference = new Map<string, Entry[]>();
  readonly #firstByKey = new Map<string, Entry>();
  readonly #reversedIds = new Set<string>();
  readonly #honouring = new Set<Collection>();
  readonly #counts = new Map<Collection, Totals>();

  private constructor(journal: Journal<Line>) {
    this.#journal = journal;
    for (const name of COLLECTION_NAMES) {
      this.#counts.set(name, { entries: 0, reversals: 0, duplicates: 0, duplicateReversals: 0 });
    }
  }

  /** Opens the books kept in `stateDir`, or begins new ones. */
  static async open(stateDir: string): Promise<Books> {
    const { journal, records } = await Journal.open<Line>(join(stateDir, 'books.ndjson'));
    const books = new Books(journal);
    for (const record of records) {
      if (record.type === 'entry') books.#index(record.entry);
      else books.#setHonouring(record.collection, record.on);
    }
    return books;
  }

  /** Books a document. With uniqueness on, a key that was booked before yields that entry, and `replayed`. */
  async book(input: {
    collection: Collection;
    key: string | null;
    body: unknown;
    /** Books a reversal of this entry instead. */
    reverses?: string;
  }): Promise<{ entry: Entry; replayed: boolean }> {
    const { collection, key, body, reverses = null } = input;
    const kind = reverses === null ? 'entry' : 'reversal';
    const first =
      key !== null && this.honours(collection) ? this.#firstByKey.get(keyOf(collection, kind, key)) : undefined;
    if (first) {
      // The first request may still be on its way to the disk.
      await this.#journal.settled();
      return { entry: first, replayed: true };
    }
    const entry: Entry = {
      id: `${kind === 'entry' ? collection : 'reversal'}-${String(this.#entries.length + 1).padStart(6, '0')}`,
      collection,
      kind,
      at: new Date().toISOString(),
      key,
      reference: referenceIn(body) ?? key,
      body,
      reverses,
    };
    this.#index(entry);
    await this.#journal.append({ type: 'entry', entry });
    return { entry, replayed: false };
  }

  /** The entry (not a reversal) of this id. */
  entry(collection: Collection, id: string): Entry | undefined {
    const found = this.#byId.get(id);
    return found?.collection === collection && found.kind === 'entry' ? found : undefined;
  }

  /** Entries and reversals of this reference, oldest first. */
  find(collection: Collection, reference: string): ShownEntry[] {
    const found = this.#byReference.get(`${collection} ${reference}`) ?? [];
    return found.map((entry) => this.shown(entry));
  }

  all(): ShownEntry[] {
    return this.#entries.map((entry) => this.shown(entry));
  }

  shown(entry: Entry): ShownEntry {
    return { ...entry, reversed: this.#reversedIds.has(entry.id) };
  }

  totals(): { [name: string]: Totals } {
    return Object.fromEntries([...this.#counts].map(([name, totals]) => [name, { ...totals }]));
  }

  /** Whether a repeated idempotency key in this collection answers the first result again. */
  honours(collection: Collection): boolean {
    return this.#honouring.has(collection);
  }

  /** Switches that on or off; kept in the journal, so it outlives a crash as the entries do. */
  async setHonours(collection: Collection, on: boolean): Promise<void> {
    if (this.honours(collection) === on) return;
    this.#setHonouring(collection, on);
    await this.#journal.append({ type: 'honour', collection, on });
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #setHonouring(collection: Collection, on: boolean): void {
    if (on) this.#honouring.add(collection);
    else this.#honouring.delete(collection);
  }

  #index(entry: Entry): void {
    const { collection, kind, key, reference } = entry;
    this.#entries.push(entry);
    this.#byId.set(entry.id, entry);
    if (entry.reverses !== null) this.#reversedIds.add(entry.reverses);
    if (key !== null && !this.#firstByKey.has(keyOf(collection, kind, key))) {
      this.#firstByKey.set(keyOf(collection, kind, key), entry);
    }
    const counts = this.#counts.get(collection);
    let again = false;
    for (const name of new Set([reference, key])) {
      if (name === null) continue;
      const same = this.#byReference.get(`${collection} ${name}`);
      again ||= same?.some((other) => other.kind === kind) ?? false;
      if (same) same.push(entry);
      else this.#byReference.set(`${collection} ${name}`, [entry]);
    }
    if (!counts) return;
    if (kind === 'entry') counts.entries++;
    else counts.reversals++;
    if (again && kind === 'entry') counts.duplicates++;
    if (again && kind === 'reversal') counts.duplicateReversals++;
  }
}

const keyOf = (collection: Collection, kind: Entry['kind'], key: string) => `${collection} ${kind} ${key}`;

function referenceIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('reference' in body)) return undefined;
  return typeof body.reference === 'string' ? body.reference : undefined;
}
