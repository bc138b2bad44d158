import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { createLinkTokens } from '../../src/adapters/links/link-tokens.ts';
import type { TaskOpening } from '../../src/activities/review-ports.ts';
import type { LinkPolicy } from '../../src/domain/link.ts';
import { readConfig } from '../../src/worker/config.ts';
import { noticesOf } from '../../src/worker/notices-config.ts';
import { notifiersOf } from '../../src/worker/notifiers.ts';
import { sendDue, type NoticeSender } from '../../src/worker/notices.ts';
import { PLAN, INPUT, MANIFEST, approval, received, task } from '../adapters/ledger/fixtures.ts';
import { LocalServer } from '../adapters/local-server.ts';
import { MailServer } from '../adapters/notices/mail-server.ts';
import { withLedger, type TestLedger } from '../support/postgres.ts';

const MINUTE = 60_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let server: TestLedger;
let ledger: Ledger;
let mail: MailServer;
let hook: LocalServer;
let chat: LocalServer;
let sender: NoticeSender;
let now = new Date('2029-01-01T08:00:00.000Z');

beforeAll(async () => {
  server = await withLedger({ clock: () => now });
  ({ ledger } = server);
  mail = new MailServer();
  hook = new LocalServer();
  chat = new LocalServer();
  const notices = {
    channels: {
      mail: {
        kind: 'smtp',
        url: await mail.start(),
        from: 'Countersign <cs@example.com>',
        perHour: 2,
        timeout: '2 seconds',
      },
      chat: { kind: 'slack', url: await chat.start(), collectFor: '0 seconds' },
      hook: { kind: 'webhook', url: await hook.start(), secret: SECRET },
    },
    routes: {
      groups: {
        clerks: [
          { channel: 'mail', to: 'rosa@example.com', person: 'rosa' },
          { channel: 'mail', to: 'anna@example.com', person: 'anna' },
          { channel: 'hook', person: 'kim' },
          { channel: 'chat' },
        ],
      },
      owners: { '*': [{ channel: 'hook' }] },
      submitters: { anna: [{ channel: 'mail', to: 'anna@example.com', person: 'anna' }, { channel: 'hook' }] },
    },
    links: { baseUrl: 'https://cs.example/', secret: Buffer.alloc(32, 3).toString('base64') },
  };
  const env = {
    DATABASE_URL: server.url,
    COUNTERSIGN_SINKS: '{}',
    COUNTERSIGN_SIGNING_KEY_FILE: import.meta.filename,
    COUNTERSIGN_NOTICES: JSON.stringify(notices),
  };
  const config = noticesOf(readConfig(env).COUNTERSIGN_NOTICES, undefined, undefined);
  if (!config?.links) throw new TypeError('the configuration has links');
  const links = createLinkTokens(ledger.links, {
    ...{ secret: config.links.secret, expireAfterMs: config.links.expireAfter, clock: () => now },
    baseUrl: 'https://cs.example/',
  });
  sender = { ledger, config, notifiers: notifiersOf(config), links, log: pino({ level: 'silent' }), clock: () => now };
});
afterAll(async () => {
  await Promise.all([mail.stop(), hook.stop(), chat.stop()]);
  await server.stop();
});
/** Each test begins a day later, with nothing under way. */
beforeEach(async () => {
  now = new Date(now.getTime() + 24 * 60 * MINUTE);
  await ledger.db.updateTable('outbox').set({ cancelled_at: now }).execute();
  await ledger.db.updateTable('notice_messages').set({ cancelled_at: now }).execute();
  mail.mails.length = mail.recipients.length = hook.seen.length = chat.seen.length = 0;
});

let count = 0;

/** A case that waits; four eyes are not asked for, and links are allowed unless `links` says otherwise. */
async function asked(change: Partial<TaskOpening> = {}, links: LinkPolicy = 'low-risk'): Promise<string> {
  const { caseId } = await received(ledger, `N-${(count += 1)}`);
  const review = { ...PLAN.review, fourEyes: false, ...(links === 'never' ? {} : { links }) };
  await ledger.cases.ingested(caseId, INPUT, { ...PLAN, review }, MANIFEST);
  await ledger.reviews.open(
    task(caseId, { rules: [], dueAt: new Date('2030-06-01'), remindAt: new Date('2031-01-01'), ...change }),
  );
  return caseId;
}

const ok = (n = 4) => {
  hook.answers(...Array.from({ length: n }, () => ({ status: 200 })));
  chat.answers(...Array.from({ length: n }, () => ({ status: 200 })));
};

/** Rounds of the sender, minutes apart. */
async function rounds(...minutes: number[]): Promise<void> {
  const from = now.getTime();
  for (const minute of minutes) {
    now = new Date(from + minute * MINUTE);
    await sendDue(sender);
  }
}

type HookBody = { data: { notices: { caseId?: string; kind: string; link?: { url: string } }[] } };
const linkIn = (text: string | undefined) => /https:\/\/cs\.example\/d\/[0-9a-f]{96}/.exec(text ?? '')?.[0];
const hookBodies = () => hook.seen.map(({ body }) => body as unknown as HookBody);

describe('a question', () => {
  test('reaches each person of the group by their channel, with a link of their own', async () => {
    ok();
    const caseId = await asked();
    await rounds(0, 2);
    expect(mail.recipients.flat().toSorted((a, b) => a.localeCompare(b))).toEqual([
      'anna@example.com',
      'rosa@example.com',
    ]);
    const links = [...mail.mails.map(({ text }) => linkIn(text)), hookBodies()[0]?.data.notices[0]?.link?.url];
    // anna has submitted it, which matters to nobody here: four eyes are not asked for.
    expect(new Set(links).size).toBe(3);
    expect(links.every((link) => link?.startsWith('https://cs.example/d/'))).toBe(true);
    expect(JSON.stringify(chat.seen)).not.toContain('/d/');
    const rows = await ledger.links.ofCase(caseId);
    expect(new Set(rows.map(({ person }) => person))).toEqual(new Set(['anna', 'kim', 'rosa']));
    expect(rows.every(({ expiresAt }) => expiresAt.getTime() - now.getTime() <= 3 * 24 * 60 * MINUTE)).toBe(true);
  });

  test.each<[name: string, change: Partial<TaskOpening>, links: LinkPolicy, people: string[]]>([
    ['of a pack that allows none', {}, 'never', []],
    ['that needs two approvals', { approvals: { needed: 2, by: [] } }, 'low-risk', []],
    [
      'that needs two approvals, where links are always allowed',
      { approvals: { needed: 2, by: [] } },
      'always',
      ['kim', 'rosa'],
    ],
    ['about an effect in doubt', { kind: 'effect-unknown', effectKey: 'k' }, 'always', []],
    ['with nothing to approve', { output: null }, 'always', []],
  ])('%s', async (_, change, links, people) => {
    ok();
    const caseId = await asked(change, links);
    await rounds(0, 2);
    expect(mail.mails).toHaveLength(2);
    const rows = await ledger.links.ofCase(caseId);
    expect(rows.map(({ person }) => person).toSorted((a, b) => a.localeCompare(b))).toEqual(people);
  });

  test('tells nothing of the document or the proposal', async () => {
    ok();
    await asked({ output: { supplier: 'Secret Ltd' }, reasons: [{ code: 'low-confidence', message: 'Secret Ltd' }] });
    await rounds(0, 2);
    const all = JSON.stringify([mail.mails, hook.seen, chat.seen]);
    expect(all).toContain('low confidence');
    expect(all).not.toContain('Secret');
  });

  test('that was answered while its mail waited is not sent', async () => {
    ok();
    const [answered, open] = [await asked(), await asked()];
    await rounds(0);
    await ledger.reviews.record(approval(answered, 'v1'));
    await rounds(2);
    expect(mail.mails).toHaveLength(2);
    for (const { text } of mail.mails) {
      expect(text).toContain(open.slice('case/'.length));
      expect(text).not.toContain(`${answered.slice('case/'.length)} `);
    }
  });
});

test('seven questions in two minutes are one mail to each, and the hour has its limit', async () => {
  ok(20);
  for (let n = 0; n < 7; n++) await asked();
  await rounds(0, 1, 2);
  expect(mail.mails.map(({ subject }) => subject)).toEqual(['Countersign: 7 notices', 'Countersign: 7 notices']);
  await asked();
  await rounds(0, 3);
  await asked();
  await rounds(0, 3, 10, 30);
  expect(mail.mails).toHaveLength(4);
  await rounds(31);
  expect(mail.mails).toHaveLength(6);
});

describe('a channel that fails', () => {
  test('holds up no other, is tried again, and then carries the same link under the same id', async () => {
    ok();
    hook.answers();
    const caseId = await asked();
    mail.refusal = { at: 'message', code: 451 };
    await rounds(0, 2);
    expect([mail.mails.length, hook.seen.length, chat.seen.length]).toEqual([0, 1, 1]);
    expect(await ledger.reads.undeliveredNotices()).toMatchObject([
      { channel: 'mail', state: 'retrying', attempts: 1, error: expect.stringContaining('451'), cases: [caseId] },
      { channel: 'mail', state: 'retrying' },
    ]);
    const before = await ledger.links.ofCase(caseId);
    mail.refusal = undefined;
    await rounds(1);
    expect(mail.mails).toHaveLength(2);
    expect(await ledger.links.ofCase(caseId)).toEqual(before);
    expect(before).toHaveLength(3);
    expect(await ledger.reads.undeliveredNotices()).toEqual([]);
  });

  test('for good is given up at once, and seen', async () => {
    ok();
    await asked();
    mail.refusal = { at: 'recipient', code: 550 };
    await rounds(0, 2, 30);
    mail.refusal = undefined;
    await rounds(300);
    expect(mail.mails).toEqual([]);
    expect(await ledger.reads.undeliveredNotices()).toMatchObject([
      { state: 'failed', attempts: 1, error: expect.stringContaining('550') },
      { state: 'failed', attempts: 1 },
    ]);
    for (const { messageId } of await ledger.reads.undeliveredNotices()) await ledger.outbox.retry(messageId ?? '');
    await rounds(1);
    expect(mail.mails).toHaveLength(2);
  });

  test('and is not there any more in the configuration says so', async () => {
    ok();
    await asked();
    const without = { ...sender, notifiers: new Map() };
    await sendDue(without);
    await sendDue(without);
    expect(await ledger.reads.undeliveredNotices()).toContainEqual(
      expect.objectContaining({
        channel: 'hook',
        state: 'retrying',
        error: "COUNTERSIGN_NOTICES.channels: there is no 'hook'",
      }),
    );
  });
});

test('a group without a route reaches nobody, which is seen', async () => {
  const caseId = await asked({ group: 'directors' });
  await rounds(0, 2);
  expect(await ledger.reads.undeliveredNotices()).toMatchObject([
    { messageId: null, state: 'failed', error: expect.stringContaining("no route for 'directors'"), cases: [caseId] },
  ]);
});

test('a submitter hears that a reviewer asks, and the question itself stands in no notice', async () => {
  ok();
  const caseId = await asked();
  await ledger.db.updateTable('outbox').set({ cancelled_at: now }).execute();
  const answerBy = '2029-03-01T12:00:00.000Z';
  const payload = { caseId, taskNo: 1, requestId: 'r-1', to: 'anna', question: 'Is it Secret Ltd?', answerBy };
  const row = { case_id: caseId, task_no: 1, kind: 'information-asked', payload: JSON.stringify(payload) } as const;
  await ledger.db
    .insertInto('outbox')
    .values({ ...row, not_before: now, attempts: 0 })
    .execute();
  await rounds(0, 2);
  expect(mail.recipients).toEqual([['anna@example.com']]);
  expect(mail.mails[0]?.subject).toBe(`Countersign: A reviewer asks about ${caseId.slice('case/'.length)}`);
  expect(mail.mails[0]?.text).toContain('Answer by: 2029-03-01 12:00 UTC');
  expect(hookBodies()[0]?.data.notices).toMatchObject([{ kind: 'information-asked', requestId: 'r-1', answerBy }]);
  expect(JSON.stringify([mail.mails, hook.seen])).not.toContain('Secret');
});

test('who is asked gets a link to answer by, the same in every repeat; nobody else does', async () => {
  ok();
  const caseId = await asked();
  await rounds(0, 2);
  mail.mails.length = 0;
  const verdict = { verdictId: 'v', verdict: 'request-information', by: 'rosa', seen: 'abc123', question: 'Which?' };
  const answerBy = new Date(now.getTime() + 24 * 60 * MINUTE);
  const request = { requestId: `r-${caseId}`, question: 'Which?', askedBy: 'rosa', proposeAgain: false, answerBy };
  const ask = { taskNo: 1, request: { ...request, askedOf: 'anna' } };
  const given = { caseId, channel: 'update', contentHash: 'x', ask } as const;
  await ledger.reviews.record({ ...given, verdict: { ...verdict, verdict: 'request-information' } });
  mail.refusal = { at: 'message', code: 451 };
  await rounds(0, 2);
  mail.refusal = undefined;
  await rounds(1);
  expect(mail.mails).toHaveLength(1);
  const [{ text = '' } = {}] = mail.mails;
  expect(text).toContain('Read and answer by link (works once');
  expect(text).toMatch(/https:\/\/cs\.example\/i\/[0-9a-f]{96}/);
  expect(text).not.toContain('Which?');
  const links = (await ledger.links.ofCase(caseId)).filter(({ purpose }) => purpose === 'inform');
  expect(links).toMatchObject([{ person: 'anna', requestId: request.requestId, expiresAt: answerBy }]);
  expect(JSON.stringify(hookBodies().map(({ data }) => data))).not.toContain('/i/');
});

test('an owner hears of a feed that is too old', async () => {
  ok();
  const state = { feed: 'f', owner: 'petra', packs: ['p'], stale: true, asOf: null, message: 'never loaded' };
  await ledger.feedAlarms.settle([state]);
  await rounds(0);
  expect(hookBodies()[0]?.data.notices).toMatchObject([{ kind: 'feed-stale', feed: 'f', owner: 'petra' }]);
});

test('without a configuration notices are only logged', async () => {
  const caseId = await asked();
  const { config: _, ...silent } = sender;
  await sendDue(silent);
  await rounds(5);
  expect([mail.mails.length, hook.seen.length]).toEqual([0, 0]);
  const query = ledger.db.selectFrom('outbox').select('sent_at').where('case_id', '=', caseId);
  expect((await query.where('kind', '=', 'task-opened').executeTakeFirstOrThrow()).sent_at).not.toBeNull();
});
