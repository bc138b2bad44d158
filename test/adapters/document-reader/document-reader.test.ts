import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocumentReader, MAX_BYTES } from '../../../src/adapters/document-reader/document-reader.ts';
import { makePdf, PIXEL } from './pdf.ts';

let reader: ReturnType<typeof createDocumentReader>;
beforeAll(() => {
  reader = createDocumentReader({ threads: 1 });
});
afterAll(() => reader.close());

const read = (bytes: Uint8Array | string, name = 'doc', mediaType = 'application/octet-stream') =>
  reader.read({ name, mediaType, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes });

describe('plain text', () => {
  it('comes out in one form whatever wrote it', async () => {
    expect((await read('\ufeffTotal:\u00a012,00 \u20ac  \r\nCafe\u0301\u200b\rend\n\n\n\n\n\nlast\n')).text).toBe(
      'Total: 12,00 €\nCafé\nend\n\n\nlast',
    );
  });

  it('is read as UTF-16 where it starts with that byte order mark', async () => {
    const little = Buffer.from('\ufeffGrüße 😀', 'utf16le');
    expect((await read(little)).text).toBe('Grüße 😀');
    expect((await read(Buffer.from(little).swap16())).text).toBe('Grüße 😀');
  });

  it('may be XML or CSV, and need not be named so', async () => {
    expect(await read('<?xml version="1.0"?><invoice/>')).toMatchObject({ mediaType: 'text/plain' });
    expect(await read('a;b\n1;2', 'x.pdf', 'application/pdf')).toMatchObject({ text: 'a;b\n1;2' });
  });

  it('that starts like a letter is no e-mail', async () => {
    expect(await read('From: me\nTo: you\n\nHello')).toMatchObject({ mediaType: 'text/plain' });
  });
});

describe('a file that cannot be used is refused by name, with what to do:', () => {
  const latin1 = Buffer.from('abc\nGr\u00fc\u00dfe', 'latin1');
  it.each<[string, Uint8Array | string, string]>([
    ['empty', '', 'the file is empty'],
    ['blank', ' \u00a0\r\n\t', 'there is no text in it'],
    ['too large', new Uint8Array(MAX_BYTES + 1), `${MAX_BYTES + 1} bytes, at most ${MAX_BYTES} are read`],
    ['not UTF-8', latin1, 'byte at offset 6 is not UTF-8; save the file as UTF-8'],
    [
      'not UTF-8 after a long text',
      Buffer.concat([Buffer.from('äö'.repeat(5000)), latin1]),
      'byte at offset 20006 is not UTF-8',
    ],
    ['cut off inside a character', Buffer.from('abcé').subarray(0, 4), 'byte at offset 3 is not UTF-8'],
    ['half a UTF-16', Buffer.from('\ufeffab', 'utf16le').subarray(0, 5), 'byte at offset 4 is not UTF-16LE'],
    ['text with a NUL', 'ä\0b', 'binary byte 0x00 at offset 2 of a text file'],
    ['text with a NUL after a mark', '\ufeffä\u0007b', 'binary byte 0x07 at offset 5 of a text file'],
    ['a picture', PIXEL, 'image/png cannot be read; accepted are PDF, e-mail (.eml), HTML and plain text (UTF-8)'],
    [
      'a zip file',
      Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
      'application/zip cannot be read',
    ],
    ['a PDF that stops early', '%PDF-1.7\n1 0 obj <<', 'the PDF is damaged or incomplete'],
  ])('%s', async (_what, bytes, message) => {
    await expect(read(bytes, 'inv.txt')).rejects.toMatchObject({
      type: 'InvalidInput',
      nonRetryable: true,
      message: expect.stringContaining(`inv.txt: ${message}`),
    });
  });
});

describe('PDF', () => {
  it('keeps the lines, and the columns of a table two spaces apart', async () => {
    const bytes = await makePdf((pdf) => {
      pdf.fontSize(10);
      // Drawn column by column: the order in the file is not the order of reading.
      pdf.text('Net', 300, 100).text('1.234,56 €', 300, 115).text('7,00 €', 300, 130);
      pdf.text('Item', 50, 100).text('Toner', 50, 115).text('Paper, A4', 50, 130);
      pdf.text('Total', 50, 170).text('1.241,56 €', 300, 170);
    });
    expect(await read(bytes, 'invoice.pdf')).toEqual({
      text: 'Item  Net\nToner  1.234,56 €\nPaper, A4  7,00 €\n\nTotal  1.241,56 €',
      cleanedOf: [],
      pages: 1,
      mediaType: 'application/pdf',
      attachments: [],
    });
  });

  it('reads the pages in order and says where one is only a picture', async () => {
    const bytes = await makePdf((pdf) => {
      pdf.text('First').addPage().image(PIXEL, 0, 0, { width: 500 }).addPage().addPage().text('Last');
    });
    expect((await read(bytes)).text).toBe('First\n\n[page 2 of 4 has no text layer]\n\nLast');
  });

  it('without any text is refused as a scan', async () => {
    const bytes = await makePdf((pdf) => void pdf.image(PIXEL, 0, 0, { width: 500 }));
    await expect(read(bytes, 'scan.pdf')).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'scan.pdf: scan: text layer missing; run OCR first',
    });
  });

  it('with a password is refused, with only an owner password it is read', async () => {
    const locked = await makePdf((pdf) => void pdf.text('Hello'), { userPassword: 'secret' });
    await expect(read(locked, 'a.pdf')).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'a.pdf: the PDF is encrypted; send it without a password',
    });
    const owned = await makePdf((pdf) => void pdf.text('Hello'), { ownerPassword: 'secret' });
    expect((await read(owned)).text).toBe('Hello');
  });
});

describe('e-mail', () => {
  const HEAD =
    'From: "Aya S." <a@example.com>\nTo: b@example.com\nDate: Sun, 22 Nov 2026 10:00:00 +0100\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nMIME-Version: 1.0\n';
  const SHOWN = 'From: Aya S. <a@example.com>\nTo: b@example.com\nDate: 2026-11-22T09:00:00.000Z\nSubject: Grüße';

  it('gives what people read of it, in whatever character set it declares', async () => {
    const body = Buffer.from('H\u00f6he: 5\u00a0\u20ac'.replace('\u20ac', 'EUR'), 'latin1');
    const bytes = Buffer.concat([
      Buffer.from(`${HEAD}Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n`),
      body,
    ]);
    expect(await read(bytes)).toEqual({
      text: `${SHOWN}\n\nHöhe: 5 EUR`,
      cleanedOf: ['odd-spaces'],
      mediaType: 'message/rfc822',
      attachments: [],
    });
  });

  it('falls back on the HTML body, tables as lines', async () => {
    const html = `${HEAD}Content-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><body><p>Dear all,</p><table><tr><td>Toner</td><td>5&nbsp;&euro;</td></tr><tr><td>Paper</td><td>7 &#8364;</td></tr></table></body></html>`;
    expect((await read(html)).text.replaceAll(/\n+/g, '\n')).toBe(
      `${SHOWN.replaceAll(/\n+/g, '\n')}\nDear all,\nToner  5 €\nPaper  7 €`,
    );
  });

  it('gives its attachments, named by their content, without the pictures that the text shows', async () => {
    const pdf = await makePdf((document) => void document.text('Invoice 7'));
    const part = (headers: string, content: Uint8Array) =>
      `--b\n${headers}\nContent-Transfer-Encoding: base64\n\n${Buffer.from(content).toString('base64')}\n`;
    const mail = [
      `${HEAD}Content-Type: multipart/related; boundary=b\n\n`,
      '--b\nContent-Type: text/html\n\n<p>See <img src="cid:logo"></p>\n',
      part('Content-Type: image/png\nContent-ID: <logo>\nContent-Disposition: inline; filename=logo.png', PIXEL),
      part('Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="inv 7.pdf"', pdf),
      part('Content-Type: text/csv\nContent-Disposition: attachment; filename=t.csv', Buffer.from('a;b')),
      part('Content-Type: application/zip\nContent-Disposition: attachment', Buffer.from('PK\u0005\u0006')),
      '--b--\n',
    ].join('');
    const { attachments } = await read(mail, 'mail.eml');
    expect(attachments.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['inv 7.pdf', 'application/pdf'],
      ['t.csv', 'text/csv'],
      ['attachment-4', 'application/zip'],
    ]);
    expect((await read(attachments[0]?.bytes ?? '')).text).toBe('Invoice 7');
  });

  it('reads a forwarded mail in its place, the same on every machine, and takes its attachments for its own', async () => {
    const inner = `${HEAD}Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/plain\n\nInner\n--i\nContent-Type: text/csv\nContent-Disposition: attachment; filename=t.csv\n\na;b\n--i--\n`;
    const mail = `${HEAD}Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nOuter\n--o\nContent-Type: message/rfc822\n\n${inner}\n--o--\n`;
    const { text, attachments } = await read(mail);
    expect(text).toBe(`${SHOWN}\n\nOuter\n\n\n---- forwarded message ----\n\n${SHOWN}\n\nInner`);
    expect(attachments.map(({ name }) => name)).toEqual(['t.csv']);
  });
});

describe('HTML', () => {
  it('is read as text', async () => {
    expect(await read('<!doctype html><html><body><p>Total: <b>5 &euro;</b></p></body></html>')).toMatchObject({
      mediaType: 'text/html',
      text: 'Total: 5 €',
    });
  });
});

describe('the bounds', () => {
  const OPERATION = 'BT /F1 8 Tf 10 10 Td (word) Tj ET\n';
  /** Some kilobytes that take the parser as long as the number says. */
  const heavy = (operations: number) => makePdf((pdf) => pdf.text('x').page.write(OPERATION.repeat(operations)));
  /** A few kilobytes that no machine ever reads to their end: each form shows every form of the next level, and the last nothing. */
  const endless = () =>
    makePdf((pdf) => {
      pdf.text('x');
      let shown: Record<string, PDFKit.PDFKitReference> = {};
      for (let level = 0; level < 20; level++) {
        const forms = Array.from({ length: 8 }, (_, at) => {
          const form = pdf.ref({
            ...{ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 9, 9] },
            Resources: { XObject: shown },
          });
          form.end(
            Object.keys(shown)
              .map((name) => `/${name} Do\n`)
              .join(''),
          );
          return [`F${at}`, form] as const;
        });
        shown = Object.fromEntries(forms);
      }
      Object.assign(pdf.page.xobjects, shown);
      for (const name of Object.keys(shown)) pdf.page.write(`/${name} Do\n`);
    });
  const mail = Buffer.from('MIME-Version: 1.0\nFrom: a@example.com\n\nHello');
  const document = (name: string, bytes: Uint8Array) => ({ name, mediaType: '', bytes });

  it('end a document that takes too long, and the one that waited for the thread is read', async () => {
    const one = createDocumentReader({ threads: 1, timeoutMs: 3000 });
    try {
      const [slow, waited] = await Promise.allSettled([
        one.read(document('slow.pdf', await endless())),
        one.read(document('a.eml', mail)),
      ]);
      expect(slow).toMatchObject({
        reason: { type: 'InvalidInput', message: 'slow.pdf: not read within 3000 ms; send a simpler document' },
      });
      expect(waited).toMatchObject({ value: { text: 'From: a@example.com\n\nHello' } });
    } finally {
      await one.close();
    }
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['JavaScript objects', () => heavy(150_000)],
    [
      'unpacked streams',
      () =>
        makePdf((pdf) => {
          for (let i = 0; i < 15; i++) pdf.page.write(Buffer.alloc(10_000_000, 32));
        }),
    ],
  ])('end a document that takes too much memory for %s, and the next one is read', async (_what, make) => {
    const small = createDocumentReader({ threads: 1, memoryMb: 48, timeoutMs: 60_000 });
    try {
      await expect(small.read(document('big', await make()))).rejects.toMatchObject({
        type: 'InvalidInput',
        message: 'big: needs more than 48 MB of memory to read; send a simpler document',
      });
      // Long enough to be looked at while it is read.
      const { text } = await small.read(document('fair', await heavy(5000)));
      expect(text.match(/word/g)).toHaveLength(5000);
    } finally {
      await small.close();
    }
  });
});
