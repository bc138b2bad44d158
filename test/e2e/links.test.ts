import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBooks } from '../../src/dev/books.ts';
import { MailServer } from '../adapters/notices/mail-server.ts';
import { ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

const mail = new MailServer();
let fixture: Fixture;
beforeAll(async () => {
  const notices = {
    channels: { mail: { kind: 'smtp', url: await mail.start(), from: 'cs@example.com', collectFor: '0 seconds' } },
    routes: { groups: { clerks: [{ channel: 'mail', to: 'rosa@example.com', person: 'rosa' }] } },
    links: { baseUrl: 'https://public.example', secret: Buffer.alloc(32, 4).toString('base64') },
  };
  fixture = await startFixture({
    COUNTERSIGN_NOTICES: JSON.stringify(notices),
    COUNTERSIGN_NOTICES_URL: '',
    COUNTERSIGN_PACKS: fileURLToPath(new URL('./packs/filing-links/packs.ts', import.meta.url)),
  });
  const rosa = { personId: 'rosa', name: 'Rosa', roles: ['reviewer'] as const, groups: ['clerks'] };
  await fixture.ledger.people.putPerson(rosa, 'test');
});
afterAll(async () => {
  await fixture?.close();
  await mail.stop();
});

/** Submits a note that a person has to look at; the link in the mail about it, on this machine. */
async function linkOf(key: string): Promise<{ caseId: string; url: string }> {
  expect((await submit(fixture, textCase('filing', key, `Subject: please ask about ${key}`))).status).toBe(201);
  const caseId = `case/filing/${key}`;
  await inReview(fixture, caseId);
  const text = await until(
    `the mail about ${key}`,
    async () => mail.mails.find(({ subject }) => subject?.includes(key))?.text,
  );
  const path = /https:\/\/public\.example(\/d\/[0-9a-f]{96})/.exec(text)?.[1];
  if (path === undefined) throw new Error(`no link in: ${text}`);
  return { caseId, url: `${fixture.stack.apiUrl}${path}` };
}

/** The page of a link as a person has it open. */
async function opened(url: string): Promise<string> {
  const page = await (await fetch(url)).text();
  return /name="key" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';
}

async function send(url: string, key: string, answer: Record<string, string>): Promise<Response> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: 'null',
    'sec-fetch-site': 'same-origin',
  };
  return await fetch(url, { method: 'POST', headers, body: new URLSearchParams({ key, ...answer }).toString() });
}

test('a mail, its link, one click: approved as the recipient, and written once', async () => {
  const { caseId, url } = await linkOf('by-link');
  const key = await opened(url);
  expect((await send(url, key, { verdict: 'approve' })).status).toBe(200);
  expect(await ended(fixture, caseId)).toMatchObject({ outcome: 'written' });
  const file = await fixture.ledger.reads.caseFile(caseId);
  expect(file?.verdicts).toMatchObject([{ by: 'rosa', channel: 'link', accepted: true }]);
  expect(file?.audit.find(({ kind }) => kind === 'verdict-accepted')?.data).toMatchObject({
    authentication: { via: 'link', personId: 'rosa' },
  });
  const books = await readBooks(fixture.stack.businessUrl ?? '');
  expect(books.filter(({ body }) => body['caseId'] === caseId)).toHaveLength(1);
  expect((await send(url, key, { verdict: 'approve' })).status).toBe(410);
  expect(await fixture.ledger.audit.verifyChains({ caseId })).toEqual([]);
});

test('rejected with a reason, which the case keeps', async () => {
  const { caseId, url } = await linkOf('no-link');
  expect((await send(url, await opened(url), { verdict: 'reject', reason: 'not ours' })).status).toBe(200);
  expect(await ended(fixture, caseId)).toMatchObject({ outcome: 'rejected' });
});

test('answered by someone else meanwhile: the link does nothing, and says so', async () => {
  const { caseId, url } = await linkOf('too-late');
  const key = await opened(url);
  const { seen } = await inReview(fixture, caseId);
  const body = JSON.stringify({ caseId, verdictId: 'v', verdict: 'reject', by: 'kim', seen, reason: 'twice' });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${fixture.stack.apiUrl}/v1/verdicts`, { method: 'POST', headers, body })).status).toBe(200);
  await ended(fixture, caseId);
  expect((await send(url, key, { verdict: 'approve' })).status).toBe(410);
  expect((await fixture.ledger.cases.get(caseId))?.outcome).toBe('rejected');
});
