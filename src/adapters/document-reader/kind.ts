import { fileTypeFromBuffer } from 'file-type';
import { markedEncoding, Unreadable } from './plain-text.ts';

/** What can be read, by content: a name or a declared type says little about the bytes that come with it. */
export type Kind = 'application/pdf' | 'message/rfc822' | 'text/html' | 'text/plain';

const ACCEPTED = 'accepted are PDF, e-mail (.eml), HTML and plain text (UTF-8)';

/** Headers that machines write; a text that merely starts with 'From:' has none of them. */
const MAIL_HEADERS = /^(?:message-id|mime-version|received|return-path|delivered-to|content-type):/im;
const HEADER_BLOCK = /^(?:[\x21-\x39\x3b-\x7e]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+\r?\n/;
/** Enough for the headers of a mail that passed many servers, and for file-type's signatures. */
const HEAD_BYTES = 64 * 1024;

/** Tells what a document is. Throws `Unreadable` naming its type for anything else. */
export async function kindOf(bytes: Uint8Array, declared: string): Promise<Kind> {
  if (markedEncoding(bytes)) return 'text/plain';
  const headBytes = bytes.subarray(0, HEAD_BYTES);
  const head = Buffer.from(headBytes)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
  if (/^\s*%PDF-/.test(head)) return 'application/pdf';
  if (isMail(head, declared)) return 'message/rfc822';
  if (/^\s*(?:<!--[^>]*-->\s*)*<(?:!doctype html|html)\b/i.test(head)) return 'text/html';
  const found = await fileTypeFromBuffer(headBytes);
  // XML is text, whoever reads it.
  if (!found || found.mime === 'application/xml') return 'text/plain';
  throw new Unreadable(`${found.mime} cannot be read; ${ACCEPTED}`);
}

function isMail(head: string, declared: string): boolean {
  // Mailbox files put a line 'From sender date' before the headers.
  const text = head.replace(/^From [^\r\n]*\r?\n/, '');
  const headers = HEADER_BLOCK.exec(text)?.[0];
  if (headers === undefined) return false;
  return declared.startsWith('message/rfc822') || (/^from:/im.test(headers) && MAIL_HEADERS.test(headers));
}
