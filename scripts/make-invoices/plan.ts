import { FAULTS, suits, type Fault } from './faults.ts';
import type { Language } from './format.ts';
import { digits, hash, pick } from './seed.ts';
import { senders, unknownSupplier, type Supplier } from './suppliers.ts';
import { parseXml, rootOf, textAt } from './tree.ts';

export type Layout = 'letter' | 'modern' | 'compact' | 'mail' | 'mail-with-pdf' | 'text';
export type Encoding = 'quoted-printable' | '8bit' | 'iso-8859-1';

export type Planned = {
  key: string;
  source: string;
  xml: string;
  layout: Layout;
  language: Language;
  supplier: Supplier;
  invoiceNumber: string;
  orderReference: string;
  /** The key whose invoice, supplier, number and all, this document repeats. */
  duplicateOf: string | null;
  faults: Fault[];
  encoding: Encoding;
};

// Neighbours differ in layout and language, so that the two renderings of one source do too.
const CYCLE: readonly [Layout, Language][] = [
  ['letter', 'de'],
  ['modern', 'en'],
  ['compact', 'de'],
  ['mail', 'en'],
  ['mail-with-pdf', 'de'],
  ['text', 'en'],
  ['letter', 'de'],
  ['modern', 'en'],
  ['mail', 'de'],
  ['compact', 'en'],
  ['text', 'de'],
  ['mail-with-pdf', 'en'],
];
const ENCODINGS: readonly Encoding[] = ['quoted-printable', '8bit', 'quoted-printable', 'iso-8859-1', '8bit'];
const ORDER_STYLES = ['4500{n}', 'B-{n}', 'PO-{n}', '{n}', 'MSW/{n}'];

const keyOf = (source: string, rendering: number): string => {
  const name = source.replace(/\.xml$/, '').replaceAll(/_ubl|_test|-?_?INVOICE/g, '');
  return `inv-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${rendering}`;
};

function invoiceNumber(supplier: Supplier, seed: string, issueDate: string, taken: Set<string>): string {
  const [year = '', month = ''] = issueDate.split('-');
  for (let attempt = 0; ; attempt += 1) {
    const found = supplier.numberStyle
      .replace('{yyyy}', year)
      .replace('{yy}', year.slice(2))
      .replace('{mm}', month)
      .replace(/\{n(\d)\}/, (_, length: string) => `0${digits(`${seed}|number|${attempt}`, Number(length) - 1)}`);
    if (!taken.has(`${supplier.id} ${found}`)) {
      taken.add(`${supplier.id} ${found}`);
      return found;
    }
  }
}

/**
 * Decides which documents are made of which sources. `sources` is file name and XML, sorted by name. `documents` are single
 * invoices; `together` are two further ones of one supplier that come in one mail, none if there are too few sources.
 */
export function plan(sources: readonly { name: string; xml: string }[]): { documents: Planned[]; together: Planned[] } {
  const taken = new Set<string>();
  const turns = { de: 0, en: 0 };
  let mails = 0;
  const make = (index: number, rendering: number): Planned[] => {
    const source = sources[index];
    if (source === undefined) return [];
    const [layout, language] = CYCLE[(index + 5 * (rendering - 1)) % CYCLE.length] ?? ['letter', 'de'];
    const pool = senders.filter(({ writes }) => writes === language);
    const supplier = pool[turns[language]++ % pool.length];
    if (supplier === undefined) throw new Error(`no supplier writes ${language}`);
    const seed = `${source.name}|${rendering}`;
    const issueDate = textAt(rootOf(parseXml(source.xml)), 'IssueDate') ?? '';
    return [
      {
        key: keyOf(source.name, rendering),
        source: source.name,
        xml: source.xml,
        layout,
        language,
        supplier,
        invoiceNumber: invoiceNumber(supplier, seed, issueDate, taken),
        orderReference: pick(`${seed}|order style`, ORDER_STYLES).replace('{n}', digits(`${seed}|order`, 6)),
        duplicateOf: null,
        faults: [],
        encoding: (layout === 'mail' ? ENCODINGS[mails++ % ENCODINGS.length] : undefined) ?? 'quoted-printable',
      },
    ];
  };
  const first = sources.flatMap((_, index) => make(index, 1));
  const second = sources.flatMap(({ name }, index) => (hash(`${name}|once`) % 7 === 0 ? [] : make(index, 2)));
  const planned = [...first, ...second].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const fault of FAULTS) addFault(fault, planned, taken);
  return { documents: planned, together: pairInOneMail(planned, taken) };
}

/** Two flawless German invoices again, under the first one's supplier and with numbers of their own. */
function pairInOneMail(planned: readonly Planned[], taken: Set<string>): Planned[] {
  const flawless = planned.filter(
    ({ faults, language, supplier }) => faults.length === 0 && language === 'de' && !supplier.blocked,
  );
  const [first, second] = flawless
    .filter(({ xml }) => suits('vat-total-off', rootOf(parseXml(xml))))
    .toSorted((a, b) => hash(`together|${a.key}`) - hash(`together|${b.key}`));
  if (first === undefined || second === undefined) return [];
  return [first, second].map((item, index) => {
    const key = `multi-1.${index + 1}`;
    const issueDate = textAt(rootOf(parseXml(item.xml)), 'IssueDate') ?? '';
    const number = invoiceNumber(first.supplier, key, issueDate, taken);
    return { ...item, key, supplier: first.supplier, invoiceNumber: number, orderReference: `4500${digits(key, 6)}` };
  });
}

/** Chooses the document for a fault by a hash, among those that suit it and have none yet. */
function addFault(fault: Fault, planned: Planned[], taken: Set<string>): void {
  const [chosen] = planned
    .filter((item) => item.faults.length === 0 && suits(fault, rootOf(parseXml(item.xml))))
    .filter((item) => fault !== 'unknown-supplier' || item.language === 'de')
    .toSorted((a, b) => hash(`${fault}|${a.key}`) - hash(`${fault}|${b.key}`));
  if (chosen === undefined) return;
  if (fault === 'duplicate') {
    const layout = chosen.layout === 'compact' ? 'mail-with-pdf' : 'compact';
    planned.push({ ...chosen, key: `${chosen.key}-again`, layout, duplicateOf: chosen.key, faults: [fault] });
    return;
  }
  chosen.faults.push(fault);
  if (fault === 'unknown-supplier') {
    const issueDate = textAt(rootOf(parseXml(chosen.xml)), 'IssueDate') ?? '';
    chosen.supplier = unknownSupplier;
    chosen.invoiceNumber = invoiceNumber(unknownSupplier, chosen.key, issueDate, taken);
  }
}
