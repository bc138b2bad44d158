import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBooks } from '../../src/dev/books.ts';
import { MailServer } from '../adapters/notices/mail-server.ts';
import { decide, ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

const mail = new MailServer();
let fixture: Fixture;
beforeAll(async () => {
  const notices = {
    channels: { mail: { kind: 'smtp', url: await mail.start(), from: 'cs@example.com', collectFor: '0 seconds' } },
    routes: {
      groups: { clerks: [{ channel: 'mail', to: 'rosa@example.com', person: 'rosa' }] },
      submitters: { sam: [{ channel: 'mail', to: 'sam@example.com', person: 'sam' }] },
    },
    links: { baseUrl: 'https://public.example', secret: Buffer.alloc(32, 4).toString('base64') },
  };
  fixture = await startFixture({
    COUNTERSIGN_NOTICES: JSON.stringify(notices),
    COUNTERSIGN_NOTICES_URL: '',
    COUNTERSIGN_PACKS: fileURLToPath(new URL('./packs/filing-links/packs.ts', import.meta.url)),
  });
  const rosa = { personId: 'rosa', name: 'Rosa', roles: ['reviewer'] as const, groups: ['clerks'] };
  await fixture.ledger.people.putPerson(rosa, 'test');
  const sam = { personId: 'sam', name: 'Sam', roles: ['submitter'] as const, groups: [] };
  await fixture.ledger.people.putPerson(sam, 'test');
});
afterAll(async () => {
  await fixture?.close();
  await mail.stop();
});

/** Submits a note that a person has to look at; the link in the mail about it, on this machine. */
async function linkOf(key: string): Promise<{ caseId: string; url: string }> {
  const given = { ...textCase('filing', key, `Subject: please ask about ${key}`), submittedBy: 'sam' };
  expect((await submit(fixture, given)).status).toBe(201);
  const caseId = `case/filing/${key}`;
  await inReview(fixture, caseId);
  return { caseId, url: await linkIn(`${key} waits`, 'd') };
}

/** The link in the mail whose subject holds this, on this machine. */
async function linkIn(subject: string, purpose: 'd' | 'i'): Promise<string> {
  const found = async () => mail.mails.find((one) => one.subject?.includes(subject))?.text;
  const text = await until(`the mail '${subject}'`, found);
  const path = new RegExp(`https://public\\.example(/${purpose}/[0-9a-f]{96})`).exec(text)?.[1];
  if (path === undefined) throw new Error(`no link in: ${text}`);
  return `${fixture.stack.apiUrl}${path}`;
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

test('who submitted it is asked by mail, answers by its link, and the reviewers are asked anew with that', async () => {
  const { caseId } = await linkOf('asked-back');
  const { seen } = await inReview(fixture, caseId);
  const ask = {
    caseId,
    verdictId: 'ask-1',
    verdict: 'request-information',
    by: 'rosa',
    seen,
    question: 'Which order?',
  };
  expect((await decide(fixture, ask)).status).toBe(200);
  const url = await linkIn('asks about filing/asked-back', 'i');
  expect(await (await fetch(url)).text()).toContain('Which order?');
  const key = await opened(url);
  expect((await send(url, key, { text: 'It is order 4711' })).status).toBe(200);
  const { reasons } = await inReview(fixture, caseId, 2);
  const given = reasons.find(({ code }) => code === 'information-given');
  expect(given?.message).toBe("The submitter has answered the reviewer's question (one document)");
  const file = await fixture.ledger.reads.caseFile(caseId);
  expect(file?.information).toMatchObject([
    { answer: { by: 'sam', identity: 'link', documents: [{ text: 'It is order 4711' }] } },
  ]);
  expect((await send(url, key, { text: 'It is order 4712' })).status).toBe(410);
  expect(await fixture.ledger.audit.verifyChains({ caseId })).toEqual([]);
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
