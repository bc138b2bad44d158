import type { ReadDocument } from '../../activities/ports.ts';
import { htmlText, readMail } from './mail.ts';
import { pdfText } from './pdf-text.ts';
import { decodeText, Unreadable } from './plain-text.ts';

export interface ReadTask {
  kind: 'application/pdf' | 'message/rfc822' | 'text/html';
  bytes: Uint8Array<ArrayBuffer>;
}

/** A problem comes back as a value: classes do not survive the way between threads. */
export type ReadResult = Pick<ReadDocument, 'text' | 'attachments' | 'pages'> | { problem: string };

/** Reads one document in a worker thread. piscina takes the default export of a file, and nothing else. */
// oxlint-disable-next-line no-default-export
export default async function read({ kind, bytes }: ReadTask): Promise<ReadResult> {
  try {
    if (kind === 'message/rfc822') return await readMail(bytes);
    if (kind === 'application/pdf') return { ...(await pdfText(bytes)), attachments: [] };
    return { text: await htmlText(decodeText(bytes)), attachments: [] };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}
