import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBooks } from '../../src/dev/books.ts';
import { startStandInModel, type StandInModel } from '../../src/dev/stand-in-model/server.ts';
import { ended, inReview, startFixture, submit, textCase, type Fixture } from './fixture.ts';

const IBAN = 'DE59 9249 6163 7604 8074 58';
const OTHERS = ['nadia.rahimi@elbkontor-trading.example', '+49 40 5550 7781', '4111 1111 1111 1111'];
const INVOICE = `Elbkontor Trading GmbH
Am Sandtorkai 80, 20457 Hamburg
VAT number: DE666722087
Nadia Rahimi, ${OTHERS[0]}, ${OTHERS[1]}

Invoice ref.: ELB-991
Issued: 2026-02-13
Payment due: 2026-03-13

Net total                 EUR 100.00
Tax 19% on 100.00         EUR 19.00
Tax total                 EUR 19.00
Invoice total             EUR 119.00
To pay                    EUR 119.00
(refunds go to the card ${OTHERS[2]})
IBAN: ${IBAN}
`;

/** The stand-in model behind a door that keeps what went through it, as the provider got it. */
let model: StandInModel;
let door: Server;
const requests: string[] = [];
let fixture: Fixture;

beforeAll(async () => {
  model = await startStandInModel();
  door = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      requests.push(`${JSON.stringify(request.headers)}\n${body}`);
      void passOn(request.url ?? '', body).then(({ status, text }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      });
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  fixture = await startFixture({ OPENAI_BASE_URL: `http://127.0.0.1:${(door.address() as AddressInfo).port}/v1` });
});
afterAll(async () => {
  await fixture?.close();
  door?.closeAllConnections();
  door?.close();
  await model?.close();
});

async function passOn(url: string, body: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${model.url.replace(/\/v1$/, '')}${url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

test('the provider gets no personal value of an invoice, and the payment goes to the real account', async () => {
  const caseId = 'case/invoice-intake/personal';
  expect((await submit(fixture, textCase('invoice-intake', 'personal', INVOICE))).status).toBe(201);
  expect((await ended(fixture, caseId)).outcome).toBe('written');
  const file = await fixture.ledger.reads.caseFile(caseId);
  const [decision] = file?.decisions ?? [];
  expect(decision?.output).toMatchObject({ iban: IBAN.replaceAll(' ', ''), payable: 11_900 });
  const evidence = decision?.grounds?.evidence as Record<string, { start: number; end: number } | null> | undefined;
  const place = evidence?.['iban'];
  expect(file?.input?.sources[0]?.text.slice(place?.start, place?.end)).toContain(IBAN);
  const paid = (await readBooks(fixture.stack.businessUrl ?? '')).filter(
    ({ collection, body }) => collection === 'payment-proposals' && body['invoiceNumber'] === 'ELB-991',
  );
  expect(paid.map(({ body }) => body['iban'])).toEqual([IBAN.replaceAll(' ', '')]);

  expect(requests).toHaveLength(1);
  expect(requests[0]).toContain('XX00');
  for (const value of [IBAN, IBAN.replaceAll(' ', ''), ...OTHERS]) expect(requests[0]).not.toContain(value);

  // What nothing was decided about stands only where the documents are; the account also where it was decided.
  for (const value of OTHERS) expect(await tablesWith(value)).toEqual(['cases']);
  expect(await tablesWith(IBAN)).toEqual(['cases']);
  expect(await tablesWith(IBAN.replaceAll(' ', ''))).not.toContain('model_calls');
  const asked = file?.audit.filter(({ kind }) => ['received', 'ingested', 'model-answered'].includes(kind)) ?? [];
  expect(asked).toHaveLength(3);
  expect(JSON.stringify(asked)).not.toMatch(/DE59|elbkontor|5550|4111/);
});

test('a message goes without them too, and no log of ours holds one', async () => {
  requests.length = 0;
  const text = `My card ${OTHERS[2]} was swallowed by the machine, call me on 0171 2345678 or write to ${OTHERS[0]}`;
  expect((await submit(fixture, textCase('ticket-triage', 'personal', text))).status).toBe(201);
  const task = await inReview(fixture, 'case/ticket-triage/personal');
  expect(task.output).toHaveProperty('intent');
  expect(requests).toHaveLength(1);
  for (const value of [...OTHERS, '0171 2345678', 'elbkontor']) expect(requests[0]).not.toContain(value);
  expect(requests[0]).toContain('was swallowed by the machine');

  const folder = join(fixture.stack.stateDir, 'logs');
  const logs = (await readdir(folder)).filter((name) => /^(?:worker|api)/.test(name));
  expect(logs.length).toBeGreaterThan(1);
  for (const name of logs) {
    const log = await readFile(join(folder, name), 'utf8');
    for (const value of [IBAN, IBAN.replaceAll(' ', ''), '0171 2345678', ...OTHERS]) expect(log).not.toContain(value);
  }
});

/** The tables of the ledger in which a text stands, apart from the documents' own bytes. */
async function tablesWith(text: string): Promise<string[]> {
  const { db } = fixture.ledger;
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db);
  const holding: string[] = [];
  for (const { name } of tables.rows) {
    const found = await sql<{ some: boolean }>`
      select exists (select from ${sql.table(name)} t where strpos(t::text, ${text}) > 0) as some`.execute(db);
    if (found.rows[0]?.some) holding.push(name);
  }
  return holding.toSorted();
}
