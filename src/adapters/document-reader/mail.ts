import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import type { ReadDocument } from '../../activities/ports.ts';
import { Unreadable } from './plain-text.ts';

/** Mails inside mails deeper than this stay attachments. */
const MAX_DEPTH = 5;

/**
 * Text and attachments of an e-mail: the headers that people read, then the plain body, or the HTML body as text where
 * there is no plain one. A mail inside the mail is read in its place, and its attachments count as the mail's own.
 * Pictures that the HTML merely shows (logos) are no attachments.
 */
export async function readMail(
  bytes: Uint8Array<ArrayBuffer>,
  depth = 0,
): Promise<Pick<ReadDocument, 'text' | 'attachments'>> {
  const email = await parse(bytes);
  const texts = [`${headersOf(email)}\n\n${await bodyOf(email)}`];
  const attachments: ReadDocument['attachments'] = [];
  for (const [index, part] of email.attachments.entries()) {
    const content = contentOf(part);
    if (part.mimeType === 'message/rfc822' && depth < MAX_DEPTH) {
      const inner = await readMail(content, depth + 1);
      texts.push(inner.text);
      attachments.push(...inner.attachments);
    } else if (!(part.related && part.mimeType.startsWith('image/'))) {
      const name = part.filename ?? `attachment-${index + 1}`;
      attachments.push({ name, mediaType: part.mimeType, bytes: content });
    }
  }
  return { text: texts.join('\n\n---- forwarded message ----\n\n'), attachments };
}

/** HTML as text: a line per block, two spaces between the cells of a table. */
export async function htmlText(html: string): Promise<string> {
  // postal-mime renders HTML as text where a plain part stands beside it; it puts each cell in a paragraph of its own.
  const marked = html.replaceAll(/\s*<\/t[dh]\s*>\s*/gi, '\u00a0\u00a0').replaceAll(/<t[dh]\b[^>]*>\s*/gi, '');
  const mail = [
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n',
    '\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    `${Buffer.from(marked).toString('base64').replaceAll(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
  ];
  return (await PostalMime.parse(mail.join(''))).text ?? '';
}

async function parse(bytes: Uint8Array<ArrayBuffer>): Promise<Email> {
  try {
    // Inner mails are read here: the library would write their dates in the machine's own language and time zone.
    return await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: 50 });
  } catch {
    throw new Unreadable('the e-mail is nested too deeply or its headers are too long');
  }
}

async function bodyOf({ text, html }: Email): Promise<string> {
  return text?.trim() || !html ? (text ?? '') : htmlText(html);
}

function headersOf({ from, to, date, subject }: Email): string {
  const lines = [
    ['From', from && addressOf(from)],
    ['To', to?.map(addressOf).join(', ')],
    ['Date', date],
    ['Subject', subject],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])).join('\n');
}

function addressOf(address: Address): string {
  if (address.group) return address.group.map(addressOf).join(', ');
  return address.name ? `${address.name} <${address.address}>` : address.address;
}

function contentOf({ content }: Attachment): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
}
