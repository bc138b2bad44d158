import type { DocumentRef, InlineDocument } from '../domain/case.ts';
import type { Finding } from '../domain/route.ts';
import { failure, failureTypeOf } from '../failures.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import type { Ports } from './ports.ts';

/** Documents carried inside a message, together; larger ones go through the client. */
export const INLINE_BYTES = 64 * 1024;

export interface Part {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** `parts`: the documents that could be cases of their own. */
export interface ReadDocuments {
  sources: SourceDocument[];
  findings: Finding[];
  parts: Part[];
}

/** Reads every document and what is attached to it. What cannot be read becomes a finding: a person looks at it. */
export async function readDocuments(
  { documents, reader }: Pick<Ports, 'documents' | 'reader'>,
  pack: Pick<ProcessPack, 'accepts'>,
  refs: readonly DocumentRef[],
): Promise<ReadDocuments> {
  const bytes = await documents.get(refs.map(({ hash }) => hash));
  const sources: SourceDocument[] = [];
  const findings: Finding[] = [];
  const parts: Part[] = [];
  const read = async (document: Part): Promise<Part[]> => {
    try {
      const { text, attachments, cleanedOf = [] } = await reader.read(document);
      sources.push({ name: document.name, text });
      if (cleanedOf.length > 0)
        findings.push({
          name: 'text-cleaned',
          severity: 'note',
          message: `document ${sources.length} was cleaned of ${cleanedOf.join(', ')}`,
        });
      return attachments;
    } catch (error) {
      if (failureTypeOf(error) !== 'InvalidInput' || !(error instanceof Error)) throw error;
      findings.push({ name: 'unreadable', severity: 'refuse', message: error.message });
      sources.push({ name: document.name, text: '' });
      return [];
    }
  };
  for (const { name, mediaType, hash } of refs) {
    const own = { name, mediaType, bytes: bytes.get(hash) ?? new Uint8Array() };
    const attached = await read(own);
    const inside = attached.filter((attachment) => pack.accepts.mediaTypes.includes(attachment.mediaType));
    for (const attachment of inside) await read(attachment);
    const left = attached.length - inside.length;
    if (left > 0)
      findings.push({
        name: 'attachment-left',
        severity: 'note',
        message: `${left} attachments of other types were not read`,
      });
    // One that cannot be read is a part too: its own case asks a person.
    parts.push(...(inside.length > 0 ? inside : [own]));
  }
  return { sources, findings, parts };
}

/** The content of a document that stands in a message itself. Throws `InvalidInput` naming it. */
export function contentOf(
  document: { [Key in keyof InlineDocument]: InlineDocument[Key] | undefined },
  at: number,
): Part {
  const name = typeof document.name === 'string' && document.name !== '' ? document.name : `document-${at + 1}`;
  const mediaType = document.mediaType ?? 'text/plain';
  if (typeof document.text === 'string') return { name, mediaType, bytes: Buffer.from(document.text, 'utf8') };
  if (typeof document.base64 === 'string') return { name, mediaType, bytes: Buffer.from(document.base64, 'base64') };
  throw failure('InvalidInput', `documents[${at}] (${name}): give its content as "text" or "base64"`);
}
