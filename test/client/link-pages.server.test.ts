import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { expectUndecided, form, useLinkRig, traces, type LinkOfRig, type LinkRig } from './link-rig.ts';

let rig: LinkRig;
useLinkRig((made) => {
  rig = made;
});

const approve = (link: LinkOfRig) => form({ key: link.key, verdict: 'approve' });
const fileOf = async (caseId: string) => {
  const file = await rig.ledger.reads.caseFile(caseId);
  if (!file) throw new Error(`no ${caseId}`);
  return file;
};

describe('the page', () => {
  test('shows what is asked, why, what approving does and until when, as text', async () => {
    const asked = await rig.asked({ links: 'low-risk', fourEyes: false, undo: [{ when: {}, for: '15 minutes' }] });
    const page = await (await fetch((await rig.linkFor(asked)).url)).text();
    expect(page).toContain('amount: confidence 0.41 is below 0.80');
    expect(page).toContain('<dd>ACME &lt;b&gt;</dd>');
    expect(page).toContain('<li>Post 12</li><li>Pay 12</li>');
    expect(page).toContain('asked as <strong>rosa</strong>');
    expect(page).toContain('15 minutes later');
    expect(page).toContain(`<time datetime="${asked.task.dueAt.toISOString()}">`);
    expect(page).not.toMatch(/<b>|<script|<link|<img|\bon\w+=|https?:\/\//i);
  });

  test('keeps itself to itself', async () => {
    const { headers } = await fetch((await rig.linkFor(await rig.asked())).url);
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow, noarchive',
        'cache-control': 'no-store',
      },
      ...{ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'content-type': 'text/html; charset=utf-8' },
    });
  });

  test('lets no script run and nothing be loaded; its own style is allowed by its hash', async () => {
    const answer = await fetch((await rig.linkFor(await rig.asked())).url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(await answer.text()) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  });

  test('is reached under the name of a public host, the rest of the API is not', async () => {
    const link = await rig.linkFor(await rig.asked());
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        const { port } = new URL(rig.url);
        const options = { host: '127.0.0.1', port, path, headers: { host: 'cs.example' } };
        request(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect([await status(new URL(link.url).pathname), await status('/v1/packs')]).toEqual([200, 403]);
  });
});

describe('an answer', () => {
  test('approves as the recipient, over the channel link, once', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const answer = await fetch(link.url, approve(link));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Approved')]);
    const { verdicts, decisions } = await fileOf(asked.caseId);
    expect(verdicts).toMatchObject([
      { verdict: 'approve', by: 'rosa', channel: 'link', accepted: true, seen: asked.task.seen },
    ]);
    expect(decisions).toMatchObject([
      { kind: 'accept', by: { kind: 'reviewer', name: 'rosa' }, output: { amount: 12 } },
    ]);
    expect(await traces(rig.ledger, asked.caseId)).toEqual([
      ['link-sent', 'mail'],
      ['link-used', undefined],
      ['verdict-accepted', 'link'],
      ['decision', undefined],
    ]);

    for (const again of [approve(link), form({ key: link.key, verdict: 'reject', reason: 'changed my mind' })])
      expect((await fetch(link.url, again)).status).toBe(410);
    expect((await fetch(link.url)).status).toBe(410);
    expect((await fileOf(asked.caseId)).decisions).toHaveLength(1);
    expect((await traces(rig.ledger, asked.caseId)).slice(4)).toEqual([
      ['link-refused', 'used'],
      ['link-refused', 'used'],
      ['link-refused', 'used'],
    ]);
    expect(await rig.ledger.audit.verifyChains({ caseId: asked.caseId })).toEqual([]);
  });

  test('rejects with its reason', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const answer = await fetch(link.url, form({ key: link.key, verdict: 'reject', reason: ' not ours ' }));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Rejected')]);
    expect((await fileOf(asked.caseId)).decisions).toMatchObject([{ kind: 'reject', reason: 'not ours' }]);
  });

  test('counts as one of several where the pack always allows links', async () => {
    const asked = await rig.asked({ links: 'always', fourEyes: true }, { approvals: { needed: 2, by: [] } });
    const [rosa, again, kim] = [await rig.linkFor(asked), await rig.linkFor(asked), await rig.linkFor(asked, 'kim')];
    expect(await (await fetch(rosa.url, approve(rosa))).text()).toContain('1 of 2 have approved');
    const twice = await fetch(again.url, approve(again));
    expect([twice.status, await twice.text()]).toEqual([409, expect.stringContaining('has approved this already')]);
    expect(await (await fetch(kim.url)).text()).toContain('2 people must approve; 1 did so far (rosa)');
    expect(await (await fetch(kim.url, approve(kim))).text()).toContain('Approved');
    expect((await fileOf(asked.caseId)).decisions).toMatchObject([{ approvedBy: ['rosa', 'kim'] }]);
  });

  test.each(['lost', 'unheard'] as const)('that was %s may be sent again, and counts once', async (how) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    rig.fail(how);
    const first = await fetch(link.url, approve(link));
    rig.fail(undefined);
    expect([first.status >= 500, await first.text()]).toEqual([
      true,
      expect.stringContaining('send the same answer again'),
    ]);
    const other = await fetch(link.url, form({ key: link.key, verdict: 'reject', reason: 'no' }));
    expect(other.status).toBe(410);
    expect((await fetch(link.url, approve(link))).status).toBe(200);
    expect((await fetch(link.url, approve(link))).status).toBe(410);
    const { decisions, verdicts } = await fileOf(asked.caseId);
    expect([decisions.length, verdicts.length]).toEqual([1, 1]);
  });

  test('sent many times at once decides once', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        fetch(link.url, n % 2 === 0 ? approve(link) : form({ key: link.key, verdict: 'reject', reason: 'no' })),
      ),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    const { decisions, verdicts } = await fileOf(asked.caseId);
    expect([decisions.length, verdicts.filter(({ accepted }) => accepted).length]).toEqual([1, 1]);
  });

  test('of two people with a link of their own: the first decides', async () => {
    const asked = await rig.asked();
    const links = [await rig.linkFor(asked, 'rosa'), await rig.linkFor(asked, 'kim')];
    await Promise.all(links.map((link) => fetch(link.url, approve(link))));
    expect((await fileOf(asked.caseId)).decisions).toHaveLength(1);
  });
});

test('a verdict that only calls itself one of a link is none', async () => {
  const asked = await rig.asked();
  const link = await rig.linkFor(asked);
  const { caseId, task } = asked;
  const verdict = { verdictId: `link-${link.id}`, verdict: 'approve', by: 'mallory', seen: task.seen } as const;
  const decide = { taskNo: 1, kind: 'accept', output: task.output, effects: task.effects } as const;
  await rig.ledger.reviews.record({
    caseId,
    verdict,
    decide: { ...decide, effects: [...task.effects] },
    channel: 'signal',
    contentHash: 'x',
  });
  expect((await fileOf(caseId)).verdicts).toMatchObject([{ by: 'mallory', channel: 'signal' }]);
});

test('who guesses is stopped, who has a link is not', async () => {
  const asked = await rig.asked();
  const link = await rig.linkFor(asked);
  const statuses = new Set<number>();
  for (let n = 0; n < 40; n++) {
    const guess = n.toString(16).padStart(96, '0');
    const answer = await fetch(`${rig.url}/d/${guess}`, n % 2 === 0 ? {} : approve(link));
    statuses.add(answer.status);
    if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(statuses).toEqual(new Set([404, 429]));
  await expectUndecided(rig.ledger, asked);
  expect((await fetch(link.url, approve(link))).status).toBe(200);
});

test('a dead link that is tried without end fills no audit', async () => {
  const asked = await rig.asked();
  const link = await rig.linkFor(asked);
  await rig.ledger.links.revoke(link.id, 'olga', 'why');
  let last = 0;
  for (let n = 0; n < 45; n++) last = (await fetch(link.url, approve(link))).status;
  expect(last).toBe(429);
  expect((await traces(rig.ledger, asked.caseId)).length).toBeLessThan(40);
});

test('links of a case are listed, and taken back, over the API', async () => {
  const asked = await rig.asked();
  const link = await rig.linkFor(asked);
  const list = async () => await (await fetch(`${rig.url}/v1/links?caseId=${encodeURIComponent(asked.caseId)}`)).json();
  expect(await list()).toMatchObject({ links: [{ linkId: link.id, person: 'rosa', state: 'open', taskNo: 1 }] });
  expect(JSON.stringify(await list())).not.toContain(link.token.slice(32));
  const revoke = (body: object) =>
    fetch(`${rig.url}/v1/links/revocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await revoke({ linkId: link.id, by: 'olga' })).status).toBe(422);
  expect((await revoke({ linkId: link.id, by: 'olga', reason: 'left us' })).status).toBe(200);
  expect((await revoke({ linkId: link.id, by: 'olga', reason: 'left us' })).status).toBe(409);
  expect(await list()).toMatchObject({ links: [{ state: 'revoked' }] });
  expect((await traces(rig.ledger, asked.caseId)).at(-1)?.[0]).toBe('link-revoked');
});
