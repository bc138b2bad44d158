import type { Language } from './format.ts';
import type { Invoice } from './invoice.ts';
import type { Encoding } from './plan.ts';
import { hash } from './seed.ts';
import { buyer } from './suppliers.ts';

type Attachment = { name: string; content: Buffer };

const CRLF = '\r\n';

/** An encoded word of RFC 2047 where the text is not plain ASCII. */
const headerText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

/** Quoted-printable, RFC 2045 section 6.7: lines of at most 76 characters, `=` at a soft break. */
function quotedPrintable(text: string, charset: 'utf8' | 'latin1'): string {
  const lines = text.split('\n').map((line) => {
    const units = [...Buffer.from(line, charset)].map((byte, index, bytes) => {
      const last = index === bytes.length - 1;
      const plain = (byte > 32 && byte < 127 && byte !== 61) || (byte === 32 && !last);
      return plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    });
    let encoded = '';
    let length = 0;
    for (const unit of units) {
      if (length + unit.length > 75) {
        encoded += `=${CRLF}`;
        length = 0;
      }
      encoded += unit;
      length += unit.length;
    }
    return encoded;
  });
  return lines.join(CRLF);
}

/** ISO 8859-1 has no euro sign, ellipsis or dashes. */
const latin1 = (text: string): string => text.replaceAll('€', 'EUR').replaceAll('…', '...').replaceAll(/[–—]/g, '-');

function bodyPart(body: string, encoding: Encoding): string {
  const isLatin = encoding === 'iso-8859-1';
  const transfer = encoding === '8bit' ? '8bit' : 'quoted-printable';
  return [
    `Content-Type: text/plain; charset=${isLatin ? 'iso-8859-1' : 'utf-8'}`,
    `Content-Transfer-Encoding: ${transfer}`,
    '',
    encoding === '8bit'
      ? body.replaceAll('\n', CRLF)
      : quotedPrintable(isLatin ? latin1(body) : body, isLatin ? 'latin1' : 'utf8'),
  ].join(CRLF);
}

function attachmentPart({ name, content }: Attachment): string {
  return [
    `Content-Type: application/pdf; name="${name}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`,
    '',
    content.toString('base64').replaceAll(/(.{76})/g, `$1${CRLF}`),
  ].join(CRLF);
}

/** The day in the form of RFC 5322; mails go out on the day of issue, some time in the morning. */
function mailDate(iso: string, seed: string): string {
  const minutes = hash(`${seed}|minute`) % 180;
  const date = new Date(`${iso}T08:00:00Z`);
  date.setUTCMinutes(minutes);
  return date.toUTCString().replace('GMT', '+0000');
}

/** A mail (RFC 5322, MIME) with a plain text body and PDFs attached. The same input gives the same bytes. */
export function renderMail(
  key: string,
  invoice: Invoice,
  subject: string,
  body: string,
  encoding: Encoding,
  attachments: readonly Attachment[] = [],
): Buffer {
  const { truth, supplier } = invoice;
  const boundary = `=_${hash(`${key}|boundary`).toString(16)}`;
  const part = bodyPart(body, encoding);
  const parts = [part, ...attachments.map(attachmentPart)].map((content) => `--${boundary}${CRLF}${content}${CRLF}`);
  const head = [
    `From: ${headerText(truth.supplierName).replace(/^([^=].*)$/, '"$1"')} <${supplier.mail}>`,
    `To: "${buyer.name}" <${buyer.mail}>`,
    `Subject: ${headerText(subject)}`,
    `Date: ${mailDate(truth.issueDate, key)}`,
    `Message-ID: <${hash(`${key}|message`).toString(16)}@${supplier.mail.split('@')[1]}>`,
    'MIME-Version: 1.0',
  ];
  if (attachments.length === 0) return Buffer.from([...head, part].join(CRLF) + CRLF);
  const type = `Content-Type: multipart/mixed; boundary="${boundary}"`;
  return Buffer.from([...head, type, '', `${parts.join('')}--${boundary}--`].join(CRLF) + CRLF);
}

/** The few lines that come with an attached invoice. */
export function coverNote({ truth, supplier }: Invoice, language: Language, count = 1): string {
  const several = count > 1;
  const lines =
    language === 'de'
      ? ['Guten Tag,', '', several ? `anbei erhalten Sie ${count} Rechnungen als PDF.` : 'anbei erhalten Sie unsere Rechnung als PDF.', 'Bei Fragen melden Sie sich gern.', '', 'Viele Grüße'] // prettier-ignore
      : ['Hello,', '', several ? `please find ${count} invoices attached.` : 'please find our invoice attached.', 'Do not hesitate to contact us with any questions.', '', 'Best regards']; // prettier-ignore
  return [...lines, supplier.contact, truth.supplierName, supplier.phone, ''].join('\n');
}
