import { createHash } from 'node:crypto';
import type { DocumentReader, ReadDocument } from '../activities/ports.ts';
import type { Finding } from '../domain/route.ts';
import { failureTypeOf } from '../failures.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import type { ProfileInput } from './profile.ts';

/** One case as it was read: its texts, or why there are none. */
export interface Read {
  name: string;
  format: string | null;
  bytes: number;
  /** SHA-256 of the bytes, hex. */
  hash: string;
  pages: number | null;
  sources: SourceDocument[];
  unreadable?: string;
  findings: Finding[];
}

type Part = { name: string; mediaType: string; bytes: Uint8Array };
type Opened = { document: ReadDocument } | { unreadable: string };

/** Reads a file as ingest does: with its attachments, and as one case each where the pack wants that. */
export async function readInput(input: ProfileInput, pack: ProcessPack, reader: DocumentReader): Promise<Read[]> {
  const { name, bytes, mediaType = 'application/octet-stream' } = input;
  const whole: Part = { name, mediaType, bytes };
  if (bytes.length > pack.accepts.maxBytes) {
    const most = pack.accepts.maxBytes.toLocaleString('en');
    return [refused(whole, `${bytes.length.toLocaleString('en')} bytes; the pack takes at most ${most}`)];
  }
  const opened = await open(whole, reader);
  if ('unreadable' in opened) return [refused(whole, opened.unreadable)];
  const { document } = opened;
  const { mediaTypes } = pack.accepts;
  if (!mediaTypes.includes(document.mediaType)) {
    const reason = `${document.mediaType} is not taken by the pack; send one of ${mediaTypes.join(', ')}`;
    return [{ ...refused(whole, reason), format: document.mediaType }];
  }
  const inside = document.attachments.filter((attachment) => mediaTypes.includes(attachment.mediaType));
  if (pack.onePerDocument && inside.length > 1) {
    const parts = inside.map((part, at) => readAlone({ ...part, name: `${name}#${at + 1}` }, reader));
    return await Promise.all(parts);
  }
  const read: Read = { ...readOf(whole, document), findings: cleanings(document, 1) };
  const left = document.attachments.length - inside.length;
  for (const part of inside) {
    const attached = await open(part, reader);
    if ('unreadable' in attached) {
      read.findings.push({ name: 'unreadable', severity: 'refuse', message: attached.unreadable });
      continue;
    }
    read.sources.push({ name: part.name, text: attached.document.text });
    read.findings.push(...cleanings(attached.document, read.sources.length));
    if (attached.document.pages !== undefined) read.pages = (read.pages ?? 0) + attached.document.pages;
  }
  if (left > 0) {
    const message = `${left} attachments of other types were not read`;
    read.findings.push({ name: 'attachment-left', severity: 'note', message });
  }
  return [read];
}

async function readAlone(part: Part, reader: DocumentReader): Promise<Read> {
  const opened = await open(part, reader);
  if ('unreadable' in opened) return refused(part, opened.unreadable);
  return { ...readOf(part, opened.document), findings: cleanings(opened.document, 1) };
}

async function open(part: Part, reader: DocumentReader): Promise<Opened> {
  try {
    return { document: await reader.read(part) };
  } catch (error) {
    if (failureTypeOf(error) !== 'InvalidInput' || !(error instanceof Error)) throw error;
    return { unreadable: error.message.replace(`${part.name}: `, '') };
  }
}

function readOf({ name, bytes }: Part, { mediaType, text, pages }: ReadDocument): Read {
  return {
    ...{ name, format: mediaType, bytes: bytes.length, hash: hashOf(bytes), pages: pages ?? null },
    ...{ sources: [{ name, text }], findings: [] },
  };
}

function refused({ name, bytes }: Part, unreadable: string): Read {
  return {
    ...{ name, format: null, bytes: bytes.length, hash: hashOf(bytes), pages: null, sources: [], unreadable },
    findings: [{ name: 'unreadable', severity: 'refuse', message: unreadable }],
  };
}

function cleanings({ cleanedOf = [] }: ReadDocument, number: number): Finding[] {
  if (cleanedOf.length === 0) return [];
  return [
    { name: 'text-cleaned', severity: 'note', message: `document ${number} was cleaned of ${cleanedOf.join(', ')}` },
  ];
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
