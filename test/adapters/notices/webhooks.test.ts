import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { createSlackNotifier } from '../../../src/adapters/notices/slack.ts';
import { createWebhookNotifier } from '../../../src/adapters/notices/webhook.ts';
import { LocalServer } from '../local-server.ts';
import { content, item, LINK } from './contents.ts';
import { refusalOf } from './not-sent.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ID = '11111111-2222-4333-8444-555555555555';

type Verifier = (secret: string, headers: Record<string, string>, body: string) => { id: string; notices: unknown[] };

let server: LocalServer;
let url = '';
beforeEach(async () => {
  server = new LocalServer();
  url = await server.start();
});
afterEach(async () => await server.stop());

const send = (given = content(), options: { secret?: string; timeoutMs?: number } = { secret: SECRET }) =>
  createWebhookNotifier({ url: `${url}/hook`, timeoutMs: 5_000, ...options }).send({ id: ID, to: '', content: given });

describe('a signed webhook', () => {
  /** As the specification's own library judges it. */
  function verified(headers: Record<string, unknown>, body: unknown): unknown {
    return new Webhook(SECRET).verify(JSON.stringify(body), headers as Record<string, string>);
  }

  test('is accepted by the library of the specification, and tells all that a notice tells', async () => {
    server.answers({ status: 204 });
    await send(content([item()], LINK));
    const [seen] = server.seen;
    expect(verified(seen?.headers ?? {}, seen?.body)).toMatchObject({
      type: 'countersign.notices',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        notices: [
          {
            ...{ kind: 'task-opened', caseId: 'case/invoices/INV-1', taskNo: 1, group: 'clerks' },
            ...{ reasons: ['low-confidence', 'rule-broken'], dueAt: '2026-03-04T15:00:00.000Z' },
            link: { url: LINK.url, expiresAt: '2026-03-04T15:00:00.000Z' },
          },
        ],
      },
    });
    expect(seen?.headers['webhook-id']).toBe(ID);
  });

  test('is not accepted when a byte of body, id or time was changed, or by another secret', async () => {
    server.answers({ status: 200 });
    await send();
    const { headers = {}, body } = server.seen[0] ?? {};
    expect(() => verified(headers, body)).not.toThrow();
    expect(() => verified(headers, { ...body, type: 'countersign.noticez' })).toThrow();
    expect(() => verified({ ...headers, 'webhook-id': `${ID}0` }, body)).toThrow();
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => verified({ ...headers, 'webhook-timestamp': later }, body)).toThrow();
    const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect(() => other.verify(JSON.stringify(body), headers as Record<string, string>)).toThrow();
  });

  test('is accepted by the verifier of the documentation, and only as it came', async () => {
    const example = new URL('../../../docs/examples/verify-notice.mjs', import.meta.url).href;
    const { verifiedNotices } = (await import(example)) as { verifiedNotices: Verifier };
    server.answers({ status: 200 });
    await send();
    const [seen] = server.seen;
    const headers = (seen?.headers ?? {}) as Record<string, string>;
    const body = JSON.stringify(seen?.body);
    expect(verifiedNotices(SECRET, headers, body)).toMatchObject({ id: ID, notices: [{ kind: 'task-opened' }] });
    const twoSecrets = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
    expect(verifiedNotices(SECRET, twoSecrets, body).id).toBe(ID);
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const old = String(Math.floor(Date.now() / 1000) - 301);
    expect(() => verifiedNotices(other, headers, body)).toThrow('not right');
    expect(() => verifiedNotices(SECRET, headers, `${body} `)).toThrow('not right');
    expect(() => verifiedNotices(SECRET, { ...headers, 'webhook-timestamp': old }, body)).toThrow('too old');
    expect(() => verifiedNotices(SECRET, {}, body)).toThrow('not signed');
  });

  test('has the same id when it is sent again, and a signature of its own time', async () => {
    server.answers({ status: 503 }, { status: 200 });
    await refusalOf(send());
    await send();
    expect(new Set(server.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const { headers, body } of server.seen) verified(headers, body);
  });
});

test('an unsigned webhook gets the notice as it is', async () => {
  server.answers({ status: 200 });
  await send(content(), {});
  const { headers, body } = server.seen[0] ?? {};
  expect(body).toEqual({ kind: 'task-opened', ...item().payload });
  expect(headers?.['webhook-signature']).toBeUndefined();
});

describe('what the other side answers', () => {
  test.each([
    [400, true],
    [401, true],
    [404, true],
    [410, true],
    [302, true],
    [408, false],
    [409, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
  ])('%i: final %s', async (status, final) => {
    server.answers({ status, text: 'because', headers: { location: 'http://127.0.0.1:1/' } });
    const refused = await refusalOf(send());
    expect([refused.final, refused.message]).toEqual([final, expect.stringMatching(new RegExp(`${status}: because`))]);
    expect(server.seen).toHaveLength(1);
  });

  test('Retry-After is kept', async () => {
    server.answers({ status: 429, headers: { 'retry-after': '30' } });
    expect(await refusalOf(send())).toMatchObject({ final: false, retryAfterMs: 30_000 });
  });

  test.each([
    ['nothing', { hang: true }],
    ['a reset', { reset: true }],
  ] as const)('%s is tried again', async (_, reaction) => {
    server.answers(reaction);
    const from = Date.now();
    expect(await refusalOf(send(content(), { secret: SECRET, timeoutMs: 300 }))).toMatchObject({ final: false });
    expect(Date.now() - from).toBeLessThan(3_000);
  });
});

test('a 200 is enough, whether its body ends or not', async () => {
  server.answers({ hang: true, afterHeaders: true });
  await send();
});

describe('Slack', () => {
  type Block = { type: string; text: { type: string; text: string; verbatim: boolean } };
  async function blocksOf(given = content()): Promise<Block[]> {
    server.answers({ status: 200, text: 'ok' });
    await createSlackNotifier({ url, timeoutMs: 5_000 }).send({ id: ID, to: '', content: given });
    return server.seen.at(-1)?.body['blocks'] as Block[];
  }

  test('gets blocks, and a text for the phone', async () => {
    const blocks = await blocksOf();
    expect(server.seen[0]?.body['text']).toBe('Countersign: invoices/INV-1 waits for clerks');
    expect(blocks.map(({ text }) => text.text)).toEqual([
      '*Countersign: invoices/INV-1 waits for clerks*',
      'Why: low confidence, rule broken\nDue: 2026-03-04 15:00 UTC\n<https://cs.example/cases/case%2Finvoices%2FINV-1?a=1&amp;b=2|Look at the case>',
    ]);
  });

  test.each([
    ['case/p/<!channel>', '&lt;!channel&gt;'],
    ['case/p/<https://evil.example|click>', '&lt;https://evil.example|click&gt;'],
    ['case/p/<@U123>', '&lt;@U123&gt;'],
    ['case/p/a&lt;b', 'a&amp;lt;b'],
  ])('no text of strangers makes a link or a mention: %s', async (caseId, shown) => {
    const [first] = await blocksOf(content([item(caseId)]));
    expect(first?.text.text).toContain(shown);
    expect(first?.text.text).not.toMatch(/<[!@#h]/);
    expect(first?.text.verbatim).toBe(true);
  });

  test('never gets more blocks or characters than it takes, and says how many are left', async () => {
    const items = Array.from({ length: 60 }, (_, n) => item(`case/p/${n}${'x'.repeat(n === 0 ? 4_000 : 1)}`));
    const blocks = await blocksOf(content(items));
    expect(blocks).toHaveLength(50);
    expect(blocks.at(-1)?.text.text).toBe('and 12 more');
    expect(Math.max(...blocks.map(({ text }) => text.text.length))).toBeLessThanOrEqual(3_000);
  });

  test('gets no link to decide: many people read it', async () => {
    expect(JSON.stringify(await blocksOf(content([item()], LINK)))).not.toContain('/d/');
  });
});
