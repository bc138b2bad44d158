import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { FeedItem } from '../packs/pack.ts';
import { RATES, SUPPLIERS } from '../packs/invoice-intake/pack.ts';
import { EXAMPLES } from '../packs/ticket-triage/pack.ts';
import { routingOf } from '../packs/ticket-triage/routing.ts';

const folder = fileURLToPath(new URL('../../samples', import.meta.url));

/** A sample with its ground truth: the output that would have been right. */
export interface Sample {
  packId: string;
  caseKey: string;
  document: { name: string; mediaType: string; bytes: Uint8Array };
  truth: Record<string, unknown>;
  /** What is deliberately wrong with it, as in real mail. */
  faults: string[];
}

/** Every invoice document, with what stands in it as ground truth. */
export async function invoiceSamples(): Promise<Sample[]> {
  const own = join(folder, 'invoice-intake');
  const manifest = JSON.parse(await readFile(join(own, 'manifest.json'), 'utf8')) as ManifestEntry[];
  return await Promise.all(
    manifest.map(async ({ key, file, mediaType, truth, faults }) => ({
      packId: 'invoice-intake',
      caseKey: key,
      document: { name: file.split('/').at(-1) ?? file, mediaType, bytes: await readFile(join(own, file)) },
      truth,
      faults,
    })),
  );
}

/** Customer messages: `evaluation` is held back from the examples, `sample` is a first feed, `outside` fits no intent. */
export async function messageSamples(set: 'evaluation' | 'sample' | 'outside'): Promise<Sample[]> {
  const rows = parse(await readFile(join(folder, 'ticket-triage', `${set}.csv`), 'utf8'), {
    columns: true,
  }) as MessageRow[];
  return rows.map(({ key, text, intent }, at) => ({
    packId: 'ticket-triage',
    caseKey: key ?? `${set}-${at + 1}`,
    document: { name: 'message.txt', mediaType: 'text/plain', bytes: Buffer.from(text, 'utf8') },
    truth: truthOf(set === 'outside' ? 'out_of_scope' : (intent ?? '')),
    faults: [],
  }));
}

/** The feeds that the two packs read: the supplier register, exchange rates and the labelled messages. */
export async function sampleFeeds(): Promise<Record<string, FeedItem[]>> {
  const suppliers = parse(await readFile(join(folder, 'invoice-intake', 'suppliers.csv'), 'utf8'), {
    columns: true,
  }) as SupplierRow[];
  const rates = parse(await readFile(join(folder, 'invoice-intake', 'exchange-rates.csv'), 'utf8'), {
    columns: true,
  }) as RateRow[];
  const examples = parse(await readFile(join(folder, 'ticket-triage', 'examples.csv'), 'utf8'), {
    columns: true,
  }) as MessageRow[];
  return {
    [SUPPLIERS]: suppliers.map(({ vatId, name, iban, blocked }) => ({
      key: vatId,
      text: name,
      data: { iban, blocked: blocked === 'true' },
    })),
    [RATES]: rates.map(({ currency, name, perEuro }) => ({ key: currency, text: name, data: { perEuro } })),
    [EXAMPLES]: examples.map(({ text, intent }, at) => ({ key: String(at + 1), text, data: { intent } })),
  };
}

function truthOf(intent: string): Record<string, unknown> {
  return { intent, ...routingOf(intent), outOfScope: intent === 'out_of_scope' };
}

interface ManifestEntry {
  key: string;
  file: string;
  mediaType: string;
  faults: string[];
  truth: Record<string, unknown>;
}
interface RateRow {
  currency: string;
  name: string;
  perEuro: string;
}
interface MessageRow {
  key?: string;
  text: string;
  intent?: string;
}
interface SupplierRow {
  vatId: string;
  name: string;
  iban: string;
  blocked: string;
}
