import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createMailNotifier } from '../../../src/adapters/notices/mail.ts';
import { content, item, LINK } from './contents.ts';
import { MailServer } from './mail-server.ts';
import { refusalOf } from './not-sent.ts';

let server: MailServer | undefined;
afterEach(async () => await server?.stop());

async function serverWith(options: ConstructorParameters<typeof MailServer>[0] = {}) {
  server = new MailServer(options);
  return { server, url: await server.start() };
}

const notifierFor = (url: string, timeoutMs = 5_000) =>
  createMailNotifier({ url, from: 'Countersign <countersign@example.com>', timeoutMs });
const message = (given = content()) => ({
  id: '11111111-2222-4333-8444-555555555555',
  to: 'rosa@example.com',
  content: given,
});

describe('a mail', () => {
  test('says where to look and why, as text and as HTML', async () => {
    const { server: at, url } = await serverWith();
    await notifierFor(url).send(message());
    const [mail] = at.mails;
    expect(at.recipients).toEqual([['rosa@example.com']]);
    expect(mail?.from).toMatchObject({ address: 'countersign@example.com', name: 'Countersign' });
    expect(mail?.subject).toBe('Countersign: invoices/INV-1 waits for clerks');
    expect(mail?.messageId).toBe('<11111111-2222-4333-8444-555555555555@example.com>');
    expect(mail?.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
    for (const text of [mail?.text, mail?.html]) {
      expect(text).toContain('invoices/INV-1 waits for clerks');
      expect(text).toContain('Why: low confidence, rule broken');
      expect(text).toContain('Due: 2026-03-04 15:00 UTC');
      expect(text).not.toContain('Read and decide');
    }
    expect(mail?.text).toContain('https://cs.example/cases/case%2Finvoices%2FINV-1?a=1&b=2');
    expect(mail?.html).toContain('href="https://cs.example/cases/case%2Finvoices%2FINV-1?a=1&amp;b=2"');
  });

  test('loads nothing from anywhere and runs nothing', async () => {
    const { server: at, url } = await serverWith();
    await notifierFor(url).send(message(content([item()], LINK)));
    expect(at.mails[0]?.html).not.toMatch(/<(?:img|script|link|iframe|form|object)\b|url\(|@import|\bon\w+=/i);
  });

  test('carries the link of its recipient, and says that it is not to be passed on', async () => {
    const { server: at, url } = await serverWith();
    await notifierFor(url).send(message(content([item()], LINK)));
    expect(at.mails[0]?.text).toContain('https://cs.example/d/abc123');
    expect(at.mails[0]?.html).toContain('href="https://cs.example/d/abc123"');
    expect(at.mails[0]?.text).toMatch(/works once, until 2026-03-04 15:00 UTC; do not pass it on/);
  });

  test('of several notices counts them and tells each', async () => {
    const { server: at, url } = await serverWith();
    const escalated = item('case/invoices/B', 'escalated');
    await notifierFor(url).send(message(content([item(), escalated, item('case/invoices/C', 'reminder')])));
    expect(at.mails[0]?.subject).toBe('Countersign: 3 notices');
    expect(at.mails[0]?.text).toContain('invoices/B was handed to clerks');
    expect(at.mails[0]?.text).toContain('invoices/C still waits for clerks');
  });

  test('shows what strangers wrote as text, and lets no header in', async () => {
    const { server: at, url } = await serverWith();
    await notifierFor(url).send(message(content([item('case/invoices/<b>"x\r\nBcc: evil@example.com')])));
    expect(at.recipients).toEqual([['rosa@example.com']]);
    expect(at.mails[0]?.bcc).toBeUndefined();
    expect(at.mails[0]?.html).toContain('&lt;b&gt;&quot;x');
    expect(at.mails[0]?.html).not.toContain('<b>');
  });

  test('about a feed goes to its owner', async () => {
    const { server: at, url } = await serverWith();
    const payload = { feed: 'suppliers', owner: 'petra', packs: ['p'], asOf: null, message: 'It was never loaded.' };
    await notifierFor(url).send(message(content([{ kind: 'feed-stale', payload, dueAt: null }])));
    expect(at.mails[0]?.subject).toBe('Countersign: Feed suppliers is too old');
    expect(at.mails[0]?.text).toContain('It was never loaded.');
  });
});

test('a mail about tampering leads its owner to the case', async () => {
  const { server: at, url } = await serverWith();
  const payload = { owner: 'petra', about: 'case/invoices/INV-1', message: 'The decision was changed.' };
  await notifierFor(url).send(message(content([{ kind: 'tampering', payload, dueAt: null }])));
  expect(at.mails[0]?.subject).toBe('Countersign: invoices/INV-1: what is stored is not what was countersigned');
  expect(at.mails[0]?.text).toContain('The decision was changed.');
  expect(at.mails[0]?.text).toContain('https://cs.example/cases/case%2Finvoices%2FINV-1');
});

describe('a mail server', () => {
  test.each([
    ['does not know the address', { at: 'recipient', code: 550 }, true],
    ['takes no such message', { at: 'message', code: 554 }, true],
    ['is busy with the address', { at: 'recipient', code: 451 }, false],
    ['is full for now', { at: 'message', code: 452 }, false],
  ] as const)('that %s', async (_, refusal, final) => {
    const { server: at, url } = await serverWith();
    at.refusal = refusal;
    const refused = await refusalOf(notifierFor(url).send(message()));
    expect(refused).toMatchObject({ final });
    expect(refused.message).toContain(String(refusal.code));
  });

  test('takes the user and password of the address, and wrong ones are tried again', async () => {
    const { server: at, url } = await serverWith({ user: 'cs', password: 'p:w' });
    const { host } = new URL(url);
    await notifierFor(`smtp://cs:${encodeURIComponent('p:w')}@${host}`).send(message());
    expect(at.mails).toHaveLength(1);
    expect(await refusalOf(notifierFor(`smtp://cs:wrong@${host}`).send(message()))).toMatchObject({ final: false });
  });

  test('that never answers costs the time limit and no more', async () => {
    const { server: at, url } = await serverWith();
    at.hangs = true;
    const from = Date.now();
    expect(await refusalOf(notifierFor(url, 400).send(message()))).toMatchObject({ final: false });
    expect(Date.now() - from).toBeLessThan(2_000);
  });

  test('that is not there', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    expect(await refusalOf(notifierFor(`smtp://127.0.0.1:${port}`).send(message()))).toMatchObject({ final: false });
  });
});
