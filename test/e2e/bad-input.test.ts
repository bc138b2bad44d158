import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePdf, PIXEL } from '../adapters/document-reader/pdf.ts';
import { badStarts } from './bad-starts.ts';
import { badVerdicts } from './bad-verdicts.ts';
import { decide, ended, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => fixture?.close());

const sample = fileURLToPath(
  new URL('../../samples/invoice-intake/documents/inv-01-01-comprehensive-1.pdf', import.meta.url),
);
const ZIP = Buffer.concat([Buffer.from('PK\u0003\u0004\u0014\0\0\0', 'latin1'), Buffer.alloc(200)]);
const TOO_LARGE = 20 * 1024 * 1024;
const invoice = (name: string, bytes: Uint8Array) => ({
  packId: 'invoice-intake',
  caseKey: 'bad',
  documents: [{ name, base64: Buffer.from(bytes).toString('base64') }],
});
const message = (change: object) => ({ ...textCase('ticket-triage', 'bad', 'Where is my card?'), ...change });
const document = (change: object) => message({ documents: [{ name: 'note.txt', ...change }] });

describe('a bad submission is refused with the name of the field or file, and nothing of it is stored', () => {
  type Bad = [what: string, body: () => unknown, status: number, detail: RegExp];
  const bad: Bad[] = [
    [
      'a PDF that is garbage',
      () => invoice('scan.pdf', Buffer.from('%PDF-1.7\ngarbage')),
      422,
      /^scan\.pdf: .*damaged/,
    ],
    [
      'a PDF that was cut off',
      async () => invoice('cut.pdf', (await readFile(sample)).subarray(0, 1000)),
      422,
      /^cut\.pdf: .*damaged/,
    ],
    [
      'an encrypted PDF',
      async () => invoice('locked.pdf', await makePdf((pdf) => pdf.text('Invoice'), { userPassword: 'x' })),
      422,
      /^locked\.pdf: the PDF is encrypted; send it without a password/,
    ],
    [
      'a PDF without a text layer',
      async () => invoice('photo.pdf', await makePdf((pdf) => pdf.image(PIXEL, { width: 100 }))),
      422,
      /^photo\.pdf: scan: text layer missing; run OCR first/,
    ],
    ['a picture', () => invoice('photo.png', PIXEL), 422, /^photo\.png: image\/png cannot be read; accepted are PDF/],
    ['an archive', () => invoice('all.zip', ZIP), 422, /^all\.zip: application\/zip cannot be read; accepted are PDF/],
    ['an empty file', () => document({ text: '' }), 422, /^note\.txt: the file is empty/],
    ['blanks only', () => document({ text: ' \n\t ' }), 422, /^note\.txt: there is no text in it/],
    ['binary in text', () => document({ text: 'a\0b' }), 422, /^note\.txt: binary byte 0x00 at offset 1/],
    [
      'bytes that are no UTF-8',
      () => document({ base64: Buffer.from([0x61, 0x62, 0xfc]).toString('base64') }),
      422,
      /^note\.txt: byte at offset 2 is not UTF-8/,
    ],
    ['a PDF where the pack takes none', async () => ticketPdf(), 422, /^letter\.pdf: application\/pdf is not taken by/],
    ['20 MB', () => document({ text: 'x'.repeat(TOO_LARGE) }), 413, /^The body has \d+ bytes; at most 16777216 bytes/],
    [
      '11 MB, more than the pack takes',
      () => document({ text: 'x'.repeat(11 * 1024 * 1024) }),
      422,
      /^note\.txt: 11534336 bytes; ticket-triage takes at most \d+ bytes/,
    ],
    [
      'an unknown pack',
      () => message({ packId: 'nope' }),
      404,
      /^packId: 'nope' is none of invoice-intake, ticket-tri/,
    ],
    ['no pack', () => message({ packId: undefined }), 422, /^packId: /],
    ['no key', () => message({ caseKey: undefined }), 422, /^caseKey: give the business system's own key/],
    ['a blank key', () => message({ caseKey: '  ' }), 422, /^caseKey: give the business system's own key/],
    ['control characters in the key', () => message({ caseKey: 'a\u0007b' }), 422, /^caseKey: control characters/],
    ['C1 control characters in the key', () => message({ caseKey: 'a\u0085b' }), 422, /^caseKey: control characters/],
    ['half a character in the key', () => message({ caseKey: 'a\ud800b' }), 422, /^caseKey: /],
    ['a key that no address can hold', () => message({ caseKey: '..' }), 422, /^caseKey: /],
    ['a key of 201 characters', () => message({ caseKey: 'x'.repeat(201) }), 422, /^caseKey: 201 characters/],
    ['a revision that is none', () => message({ revision: 1.5 }), 422, /^revision: /],
    ['a revision of a key never seen', () => message({ revision: 2 }), 409, /^revision: "bad" was never submitted/],
    ['no documents', () => message({ documents: [] }), 422, /^documents: /],
    ['a document without content', () => document({}), 422, /^documents\.0: give one of text and base64/],
    ['malformed base64', () => document({ base64: 'not base64!' }), 422, /^documents\.0\.base64: /],
    ['a misspelt field', () => message({ document: [] }), 422, /"document"/],
    ['malformed JSON', () => '{"packId":"ticket-triage",', 400, /not valid JSON/],
    ['a list', () => [], 422, /^body: .*expected object/],
  ];

  test.each(bad)('%s', async (_, make, status, detail) => {
    const before = await stored();
    const answer = await submit(fixture, await make());
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(detail)]);
    expect(await stored()).toEqual(before);
  });

  test('20 MB as one raw document', async () => {
    const before = await stored();
    const response = await fetch(`${fixture.stack.apiUrl}/v1/cases/ticket-triage/bad`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: Buffer.alloc(TOO_LARGE, 'x'),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'too-large', detail: expect.stringContaining('16777216') });
    expect(await stored()).toEqual(before);
  });

  test('a NUL in an id', async () => {
    const nul = 'case/ticket-triage/\0';
    const { status } = await decide(fixture, { caseId: nul, verdictId: 'a', verdict: 'approve', by: 'kim', seen: 'x' });
    expect(status).toBe(422);
    const paths = ['cases/case/ticket-triage/%00', 'cases?packId=%00', 'audit/entries?caseId=%00'];
    for (const path of paths) {
      const response = await fetch(`${fixture.stack.apiUrl}/v1/${path}`);
      expect([path, response.status]).toEqual([path, 422]);
    }
  });
});

test('one bad line in a stream is refused by its number; the lines around it are taken', async () => {
  const line = (key: string) => JSON.stringify(textCase('ticket-triage', key, `I lost my card, says ${key}`));
  const body = [line('stream-1'), '{"packId":"ticket-triage"', line('stream-3'), '{}', line('stream-5')].join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await fetch(`${fixture.stack.apiUrl}/v1/cases`, { method: 'POST', headers, body });
  const receipts = (await response.text())
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { line: number; caseId?: string; error?: { detail: string } });
  expect(receipts.map(({ line: number, caseId, error }) => [number, caseId ?? error?.detail])).toEqual([
    [1, 'case/ticket-triage/stream-1'],
    [2, 'The line is no JSON.'],
    [3, 'case/ticket-triage/stream-3'],
    [4, expect.stringMatching(/packId: .*documents: /)],
    [5, 'case/ticket-triage/stream-5'],
  ]);
});

describe('verdicts', () => {
  badVerdicts(() => fixture);
});

describe('starts', () => {
  badStarts(() => fixture);
});

test('after all that, a good case is decided as ever', async () => {
  const caseId = 'case/ticket-triage/good';
  expect(
    (await submit(fixture, textCase('ticket-triage', 'good', 'My card was declined in a bar and I do not know why')))
      .status,
  ).toBe(201);
  expect((await ended(fixture, caseId)).outcome).toBe('written');
  await until('no case is left behind', async () => {
    const { cases } = await fixture.ledger.reads.listCases({ limit: 1000 });
    return cases.every(({ stage }) => stage === 'review' || stage === 'closed');
  });
});

async function ticketPdf() {
  const bytes = await makePdf((pdf) => pdf.text('Where is my card?'));
  return { ...invoice('letter.pdf', bytes), packId: 'ticket-triage' };
}

/** How much the ledger holds: cases, and the contents of documents. */
async function stored(): Promise<{ cases: number; documents: number }> {
  const count = async (table: 'cases' | 'documents') => {
    const row = await fixture.ledger.db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<string>().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(row.rows);
  };
  return { cases: await count('cases'), documents: await count('documents') };
}
