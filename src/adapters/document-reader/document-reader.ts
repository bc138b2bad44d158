import { Piscina } from 'piscina';
import type { DocumentReader, ReadDocument } from '../../activities/ports.ts';
import { failure } from '../../failures.ts';
import { cleanText } from './clean.ts';
import { kindOf } from './kind.ts';
import { decodeText, Unreadable } from './plain-text.ts';
import type { ReadResult, ReadTask } from './worker.ts';

/** The largest document that is read, in bytes: 10 MiB. */
export const MAX_BYTES = 10 * 1024 * 1024;

export interface DocumentReaderOptions {
  /** How many documents are parsed at once; more wait. Default: 2. */
  threads?: number;
  /** For one document. Default: 20 s. */
  timeoutMs?: number;
  /** JavaScript heap of one thread. Default: 512. */
  memoryMb?: number;
}

/**
 * Reads PDF, e-mail, HTML and plain text into clean text; what a document is, its content tells. The same bytes always
 * give the same text. PDF, e-mail and HTML are parsed in worker threads, bounded in time and memory, so that one hostile
 * file neither stops the worker's other cases nor ends the process. Throws `InvalidInput` naming the file and what to do.
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): DocumentReader & { close(): Promise<void> } {
  const { threads = 2, timeoutMs = 20_000, memoryMb = 512 } = options;
  const pool = new Piscina<ReadTask, ReadResult>({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  const turn = limiter(threads);

  async function parse(task: ReadTask): Promise<Pick<ReadDocument, 'text' | 'attachments'>> {
    try {
      // Waiting for a thread is not the document's fault: its time starts when a thread is free.
      const result = await turn(() => pool.run(task, { signal: AbortSignal.timeout(timeoutMs) }));
      if ('problem' in result) throw new Unreadable(result.problem);
      return result;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === 'AbortError') throw new Unreadable(`not read within ${timeoutMs} ms; send a simpler document`);
      if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        throw new Unreadable(`needs more than ${memoryMb} MB of memory to read; send a simpler document`);
      }
      throw error;
    }
  }

  async function read({ mediaType, bytes }: { mediaType: string; bytes: Uint8Array }): Promise<ReadDocument> {
    if (bytes.length === 0) throw new Unreadable('the file is empty');
    if (bytes.length > MAX_BYTES) throw new Unreadable(`${bytes.length} bytes, at most ${MAX_BYTES} are read`);
    const kind = await kindOf(bytes, mediaType);
    const { text, attachments } =
      kind === 'text/plain'
        ? { text: decodeText(bytes), attachments: [] }
        : await parse({ kind, bytes: new Uint8Array(bytes) });
    const clean = cleanText(text);
    if (clean === '') throw new Unreadable('there is no text in it');
    return { text: clean, mediaType: kind, attachments: await Promise.all(attachments.map(named)) };
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
    close: () => pool.destroy(),
  };
}

type Attachment = ReadDocument['attachments'][number];

/** Mail programs send PDF files as `application/octet-stream` and worse: what can be read is named by its content. */
async function named(attachment: Attachment): Promise<Attachment> {
  const kind = await kindOf(attachment.bytes, attachment.mediaType).catch(() => undefined);
  const isPlain = kind === 'text/plain' && attachment.mediaType.startsWith('text/');
  return kind === undefined || isPlain ? attachment : { ...attachment, mediaType: kind };
}

/** Lets `limit` calls run at a time, the others in the order in which they came. */
function limiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
