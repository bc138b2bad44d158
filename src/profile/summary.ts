import type { DocumentProfile, Profile } from './profile.ts';

/** How often something occurs. `share` is of the documents that it is counted over, 0..1. */
export interface Count {
  name: string;
  count: number;
  share: number;
}

/** A rule, and how many documents have a finding of it; null for rules that need feeds. */
export interface RuleCount {
  name: string;
  kind: string;
  severity: string;
  count: number | null;
  share: number;
}

export interface Summary {
  documents: number;
  readable: number;
  /** By the worst finding of each document. */
  routes: { through: number; review: number; refuse: number };
  exactCopies: number;
  nearCopies: number;
  formats: Count[];
  languages: Count[];
  countries: Count[];
  numberFormats: Count[];
  ages: Count[];
  /** Smallest first: middle, 95 of 100, largest. */
  bytes: Spread;
  characters: Spread;
  pages: Spread | null;
  rules: RuleCount[];
  /** Over the readable documents; `share` null where nothing tells the field. */
  fields: { name: string; count: number; share: number | null }[];
}

export interface Spread {
  median: number;
  p95: number;
  most: number;
}

/** Findings that are not a rule of the pack: they come with reading, and with looking for earlier cases. */
const COMMON = [
  { name: 'unreadable', kind: 'refuse', severity: 'refuse' },
  { name: 'same-document', kind: 'flag', severity: 'review' },
  { name: 'near-duplicate', kind: 'flag', severity: 'review' },
  { name: 'instructions-in-document', kind: 'flag', severity: 'review' },
  { name: 'text-cleaned', kind: 'clean', severity: 'note' },
  { name: 'attachment-left', kind: 'flag', severity: 'note' },
];
const AGES: readonly [name: string, days: number][] = [
  ['up to 30 days', 30],
  ['up to 1 year', 365],
  ['up to 2 years', 730],
  ['up to 5 years', 1826],
  ['older', Infinity],
];
const WORST = ['refuse', 'review', 'note'] as const;

/** The profile in figures. */
export function summaryOf({ documents, rules, fields }: Profile): Summary {
  const readable = documents.filter(({ unreadable }) => unreadable === undefined);
  const worst = documents.map(worstOf);
  const routeCount = (route: ReturnType<typeof worstOf>) => worst.filter((one) => one === route).length;
  const pages = readable.flatMap((one) => one.pages ?? []);
  const withFinding = (name: string) =>
    documents.filter(({ findings }) => findings.some((finding) => finding.name === name)).length;
  return {
    documents: documents.length,
    readable: readable.length,
    routes: { through: routeCount('through'), review: routeCount('review'), refuse: routeCount('refuse') },
    exactCopies: documents.filter(({ lookAlike }) => lookAlike?.exact === true).length,
    nearCopies: documents.filter(({ lookAlike }) => lookAlike?.exact === false).length,
    formats: countsOf(documents, ({ format }) => [format ?? 'not told']),
    languages: countsOf(readable, ({ language }) => [language ?? 'not told']),
    countries: countsOf(readable, (one) => one.countries),
    numberFormats: countsOf(readable, (one) => one.numberFormats.map((style) => EXAMPLES[style])),
    ages: agesOf(documents),
    bytes: spreadOf(documents.map((one) => one.bytes)),
    characters: spreadOf(readable.map((one) => one.characters)),
    pages: pages.length > 0 ? spreadOf(pages) : null,
    rules: [...COMMON, ...rules]
      .map((rule): RuleCount => {
        if (rule.kind === 'enrich') return { ...rule, count: null, share: 0 };
        const count = withFinding(rule.name);
        return { ...rule, count, share: shareOf(count, documents.length) };
      })
      .toSorted((a, b) => rank(a.severity) - rank(b.severity) || (b.count ?? -1) - (a.count ?? -1)),
    fields: fields.map(({ name, told }) => {
      const count = readable.filter((one) => one.fields.includes(name)).length;
      return { name, count, share: told ? shareOf(count, readable.length) : null };
    }),
  };
}

const EXAMPLES = { comma: '1.234,56', point: '1,234.56' };

/** What the findings of a document come to; confidence and business rules may still ask a person. */
export function worstOf({ findings }: Pick<DocumentProfile, 'findings'>): 'through' | 'review' | 'refuse' {
  if (findings.some(({ severity }) => severity === 'refuse')) return 'refuse';
  return findings.some(({ severity }) => severity === 'review') ? 'review' : 'through';
}

function agesOf(documents: readonly DocumentProfile[]): Count[] {
  const bucket = ({ ageDays }: DocumentProfile) =>
    ageDays === null ? 'not told' : (AGES.find(([, days]) => ageDays <= days)?.[0] ?? 'older');
  const counts = countsOf(documents, (one) => [bucket(one)]);
  const order = [...AGES.map(([name]) => name), 'not told'];
  return counts.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function countsOf(
  documents: readonly DocumentProfile[],
  namesOf: (one: DocumentProfile) => readonly string[],
): Count[] {
  const counts = new Map<string, number>();
  for (const name of documents.flatMap(namesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count, share: shareOf(count, documents.length) }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** By nearest rank. */
function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95), most: at(1) };
}

function shareOf(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

function rank(severity: string): number {
  return WORST.findIndex((one) => one === severity);
}
