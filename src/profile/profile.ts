import { createDocumentReader } from '../adapters/document-reader/document-reader.ts';
import type { Finding } from '../domain/route.ts';
import type { ProcessPack } from '../packs/pack.ts';
import { datesIn } from '../packs/quality/dates.ts';
import { languageOf, type Language } from '../packs/quality/language.ts';
import { countriesIn } from '../packs/quality/names.ts';
import { numberStylesIn, type NumberStyle } from '../packs/quality/numbers.ts';
import { lookAlikes, type LookAlike } from './look-alikes.ts';
import { readInput, type Read } from './read-input.ts';

/** One file or row to profile. `mediaType` only where the name tells more than the content (mail without headers). */
export interface ProfileInput {
  name: string;
  bytes: Uint8Array;
  mediaType?: string;
  modifiedAt?: Date;
}

/** What was found out about one case: a file, a row, or one of several documents in a mail. No content of it. */
export interface DocumentProfile {
  name: string;
  /** Media type by content; null where it cannot be told. */
  format: string | null;
  bytes: number;
  /** Null where the format has none. */
  pages: number | null;
  characters: number;
  /** Why it cannot be read, and what to do. */
  unreadable?: string;
  language: Language | null;
  /** The newest date up to today that stands in it, else the file's own; null where there is neither. */
  newestDate: { day: string; from: 'text' | 'file' } | null;
  ageDays: number | null;
  lookAlike: LookAlike | null;
  findings: Finding[];
  /** Fields of the answer that something in the text looks like. */
  fields: string[];
  countries: string[];
  numberFormats: NumberStyle[];
}

export interface Profile {
  pack: { id: string; title: string; version: string };
  /** ISO 8601. */
  at: string;
  documents: DocumentProfile[];
  /** The pack's rules, those that found nothing among them; `enrich` rules need the feeds and are not judged here. */
  rules: { name: string; kind: string; severity: string }[];
  /** The fields of the pack's answer; those without `told` have neither a hint nor labels to look for. */
  fields: { name: string; told: boolean }[];
}

const DAY_MS = 86_400_000;

/**
 * Profiles documents before they go live with a pack: reads each as a case would, and applies the data-quality rules.
 * Asks no model and no server. What cannot be read is part of the profile; throws only what reading `inputs` throws.
 */
export async function profileOf(
  inputs: AsyncIterable<ProfileInput>,
  pack: ProcessPack,
  { now = new Date() }: { now?: Date } = {},
): Promise<Profile> {
  const documents: DocumentProfile[] = [];
  const alike = lookAlikes(pack);
  const reader = createDocumentReader();
  try {
    for await (const input of inputs) {
      for (const read of await readInput(input, pack, reader))
        documents.push(documentOf(read, input, pack, alike(read), now));
    }
  } finally {
    await reader.close();
  }
  const { id, title, version } = pack;
  return {
    pack: { id, title, version },
    at: now.toISOString(),
    documents,
    rules: pack.manifest.quality,
    fields: pack.fields.map(({ name, looks }) => ({ name, told: looks !== undefined })),
  };
}

function documentOf(
  { name, format, bytes, pages, sources, unreadable, findings }: Read,
  { modifiedAt }: ProfileInput,
  pack: ProcessPack,
  lookAlike: LookAlike | null,
  now: Date,
): DocumentProfile {
  const text = sources.map((source) => source.text).join('\n\n');
  const newestDate = newestOf(text, modifiedAt, now);
  const ageDays = newestDate && Math.floor((now.getTime() - Date.parse(newestDate.day)) / DAY_MS);
  const ofText = text === '' ? [] : pack.examine(sources, now);
  const profile: DocumentProfile = {
    name,
    format,
    bytes,
    pages,
    characters: text.length,
    language: languageOf(text) ?? null,
    newestDate,
    ageDays,
    lookAlike,
    findings: [...findings, ...ofText, ...(lookAlike?.finding ? [lookAlike.finding] : [])],
    fields: pack.fields.filter(({ looks }) => looks?.test(text)).map((field) => field.name),
    countries: countriesIn(text),
    numberFormats: numberStylesIn(text),
  };
  return unreadable === undefined ? profile : { ...profile, unreadable };
}

/** Dates to come, such as the day by which to pay, say nothing about age. */
function newestOf(text: string, modifiedAt: Date | undefined, now: Date): DocumentProfile['newestDate'] {
  const today = now.toISOString().slice(0, 10);
  const days = datesIn(text).flatMap((date) => (date.kind === 'one' && date.value <= today ? [date.value] : []));
  const day = days.toSorted().at(-1);
  if (day !== undefined) return { day, from: 'text' };
  return modifiedAt ? { day: modifiedAt.toISOString().slice(0, 10), from: 'file' } : null;
}
