import type { DocumentReader, ReadDocument } from '../../activities/ports.ts';
import { failure } from '../../failures.ts';
import { cleanText } from './clean.ts';
import { kindOf } from './kind.ts';
import { decodeText, Unreadable } from './plain-text.ts';
import type { ReadTask } from './worker.ts';
import { createThreads, type ThreadOptions } from './threads.ts';

/** The largest document that is read, in bytes: 10 MiB. */
export const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Reads PDF, e-mail, HTML and plain text into clean text; what a document is, its content tells. The same bytes always
 * give the same text. Defaults: 2 threads, 20 s and 512 MB for a document. PDF, e-mail and HTML are parsed in worker threads, bounded in time and memory, so that one hostile
 * file neither stops the worker's other cases nor ends the process. Throws `InvalidInput` naming the file and what to do.
 */
export function createDocumentReader(
  options: Partial<ThreadOptions> = {},
): DocumentReader & { close(): Promise<void> } {
  const parsing = createThreads({ threads: 2, timeoutMs: 20_000, memoryMb: 512, ...options });

  async function parse(kind: ReadTask['kind'], bytes: Uint8Array): Promise<Parsed> {
    const result = await parsing.run({ kind, bytes: new Uint8Array(bytes) });
    if ('problem' in result) throw new Unreadable(result.problem);
    return result;
  }

  async function read({ mediaType, bytes }: { mediaType: string; bytes: Uint8Array }): Promise<ReadDocument> {
    if (bytes.length === 0) throw new Unreadable('the file is empty');
    if (bytes.length > MAX_BYTES) throw new Unreadable(`${bytes.length} bytes, at most ${MAX_BYTES} are read`);
    const kind = await kindOf(bytes, mediaType);
    const { text, attachments, pages }: Parsed =
      kind === 'text/plain' ? { text: decodeText(bytes), attachments: [] } : await parse(kind, bytes);
    const clean = cleanText(text);
    if (clean.text === '') throw new Unreadable('there is no text in it');
    const inside = await Promise.all(attachments.map(named));
    const found = { text: clean.text, cleanedOf: clean.of, mediaType: kind, attachments: inside };
    return pages === undefined ? found : { ...found, pages };
  }

  return {
    async read(document) {
      try {
        return await read(document);
      } catch (error) {
        if (error instanceof Unreadable) throw failure('InvalidInput', `${document.name}: ${error.message}`);
        throw error;
      }
    },
    close: () => parsing.close(),
  };
}

type Parsed = Pick<ReadDocument, 'text' | 'attachments' | 'pages'>;
type Attachment = ReadDocument['attachments'][number];

/** Mail programs send PDF files as `application/octet-stream` and worse: what can be read is named by its content. */
async function named(attachment: Attachment): Promise<Attachment> {
  const kind = await kindOf(attachment.bytes, attachment.mediaType).catch(() => undefined);
  const isPlain = kind === 'text/plain' && attachment.mediaType.startsWith('text/');
  return kind === undefined || isPlain ? attachment : { ...attachment, mediaType: kind };
}
