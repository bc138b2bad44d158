import { describe, expect, test } from 'vitest';
import { useLinkRig, reviewer, traces, type LinkRig } from '../client/link-rig.ts';
import { REFUSED, scene, tell, type Scene } from './inform-attacks.ts';

let rig: LinkRig;
useLinkRig((made) => {
  rig = made;
});

const requestOf = async ({ requestId }: Pick<Scene, 'requestId'>) =>
  await rig.ledger.reads.informationRequest(requestId);
const linkTraces = async ({ asked }: Pick<Scene, 'asked'>) =>
  (await traces(rig.ledger, asked.caseId)).filter(([kind]) => kind.startsWith('link-'));

/** Nobody has answered, nobody has decided, and both may still. */
async function expectUnanswered(on: Scene): Promise<void> {
  expect(await requestOf(on)).toMatchObject({ answer: null, answeredAt: null, taskOpen: true });
  const file = await rig.ledger.reads.caseFile(on.asked.caseId);
  expect(file?.decisions).toEqual([]);
  expect(await rig.ledger.reviews.openTask(on.asked.caseId)).toMatchObject({ seen: on.asked.task.seen, held: true });
}

describe('refused, recorded, and nothing answered', () => {
  test.each(REFUSED)('%s', async (_, attack, status, code) => {
    const on = await scene(rig);
    const answer = await attack(on);
    expect(answer.status).toBe(status);
    const page = await answer.text();
    expect(page).toContain('<h1>');
    expect(page).not.toContain('Which order');
    await expectUnanswered(on);
    expect(await linkTraces(on)).toContainEqual(['link-refused', code]);
    expect((await rig.ledger.links.ofCase(on.asked.caseId)).map(({ usedAt }) => usedAt)).not.toContainEqual(
      expect.any(Date),
    );
  });

  test('a link to decide at the address of links to answer', async () => {
    const on = await scene(rig);
    const link = await rig.linkFor(on.asked);
    for (const init of [{}, tell(link)]) expect((await fetch(`${rig.url}/i/${link.token}`, init)).status).toBe(404);
    await expectUnanswered(on);
    expect((await linkTraces(on)).slice(2)).toEqual([
      ['link-refused', 'altered'],
      ['link-refused', 'altered'],
    ]);
  });

  test('more of them than there need to be', () => expect(REFUSED.length).toBeGreaterThanOrEqual(30));
});

describe('looking', () => {
  test.each<[name: string, init: RequestInit, status: number]>([
    ['HEAD', { method: 'HEAD' }, 200],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }, 204],
    ['a preview', { headers: { purpose: 'preview' } }, 204],
  ])('%s leaves no trace at all', async (_, init, status) => {
    const on = await scene(rig);
    const before = await linkTraces(on);
    const answer = await fetch(on.link.url, init);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
    await expectUnanswered(on);
    expect(await linkTraces(on)).toEqual(before);
  });

  test('shows the question as text, as often as it is asked, and answers nothing', async () => {
    const on = await scene(rig);
    for (let n = 0; n < 3; n++) {
      const answer = await fetch(`${on.link.url}?text=Order&key=${on.link.key}`);
      const page = await answer.text();
      expect(answer.status).toBe(200);
      expect(page).toContain('Which order is it?\n&lt;b&gt;4711&lt;/b&gt;?');
      expect(page).toContain('rosa asks');
      expect(page).toContain('asked as <strong>sam</strong>');
      expect(page).not.toMatch(/<b>|<script|<link|<img|\bon\w+=|https?:\/\//i);
      expect(page).not.toContain('ACME');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
    await expectUnanswered(on);
    expect((await linkTraces(on)).map(([kind]) => kind)).toEqual(['link-sent', 'link-opened']);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s has no page', async (method) => {
    const on = await scene(rig);
    expect((await fetch(on.link.url, { ...tell(on.link), method })).status).toBeGreaterThanOrEqual(403);
    await expectUnanswered(on);
  });
});

describe('tokens that are of no link', () => {
  test.each<[name: string, address: (on: Scene) => string]>([
    ['cut off', ({ link }) => `/i/${link.token.slice(0, 95)}`],
    ['in capitals', ({ link }) => `/i/${link.token.toUpperCase()}`],
    ['the id alone', ({ link }) => `/i/${link.id}`],
  ])('%s: nothing answered, and counted', async (_, address) => {
    const on = await scene(rig);
    const before = await rig.ledger.reads.linkGuessesToday();
    expect((await fetch(rig.url + address(on), tell(on.link))).status).toBe(404);
    await expectUnanswered(on);
    expect(await rig.ledger.reads.linkGuessesToday()).toBe(before + 1);
  });

  test('the address in capitals is no page', async () => {
    const on = await scene(rig);
    expect((await fetch(`${rig.url}/I/${on.link.token}`, tell(on.link))).status).toBeGreaterThanOrEqual(403);
    await expectUnanswered(on);
  });
});

describe('an answer', () => {
  test('goes to the case as that of the recipient, over the channel link, signed, once', async () => {
    const on = await scene(rig);
    const { link, asked } = on;
    const answer = await fetch(link.url, tell(link, { text: ' Order 4711,\r\nof May ' }));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Answer taken')]);
    expect(await requestOf(on)).toMatchObject({
      taskOpen: false,
      answer: { by: 'sam', identity: 'link', documents: [{ name: 'answer.txt', text: 'Order 4711,\nof May' }] },
    });
    const file = await rig.ledger.reads.caseFile(asked.caseId);
    expect(file?.audit.find(({ kind }) => kind === 'information-given')?.data).toMatchObject({
      ...{ by: 'sam', channel: 'link', requestId: on.requestId },
      authentication: { via: 'link', personId: 'sam' },
    });
    // The text is a document of the case and nowhere else.
    expect(JSON.stringify(await rig.ledger.links.ofCase(asked.caseId))).not.toContain('4711');

    for (const again of [tell(link, { text: ' Order 4711,\r\nof May ' }), tell(link, { text: 'another' })])
      expect((await fetch(link.url, again)).status).toBe(410);
    expect((await fetch(link.url)).status).toBe(410);
    expect((await traces(rig.ledger, asked.caseId)).slice(3)).toEqual([
      ['link-used', undefined],
      ['information-given', 'link'],
      ...Array.from({ length: 3 }, () => ['link-refused', 'used']),
    ]);
    expect(await rig.ledger.audit.verifyChains({ caseId: asked.caseId })).toEqual([]);
  });

  test.each(['lost', 'unheard'] as const)('that was %s may be sent again, and counts once', async (how) => {
    const on = await scene(rig);
    rig.fail(how);
    const first = await fetch(on.link.url, tell(on.link));
    rig.fail(undefined);
    expect([first.status >= 500, await first.text()]).toEqual([
      true,
      expect.stringContaining('send the same answer again'),
    ]);
    expect((await fetch(on.link.url, tell(on.link, { text: 'another' }))).status).toBe(410);
    expect((await fetch(on.link.url, tell(on.link))).status).toBe(200);
    expect((await fetch(on.link.url, tell(on.link))).status).toBe(410);
    expect((await rig.ledger.cases.get(on.asked.caseId))?.answers).toHaveLength(1);
  });

  test('sent many times at once is taken once', async () => {
    const on = await scene(rig);
    const sent = Array.from({ length: 8 }, (_, n) => fetch(on.link.url, tell(on.link, { text: `order ${n % 2}` })));
    const answers = await Promise.all(sent);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect((await rig.ledger.cases.get(on.asked.caseId))?.answers).toHaveLength(1);
  });

  test.each<[name: string, change: Parameters<typeof reviewer>[1]]>([
    ['was disabled', { disabled: true }],
    ['has no role any more', { roles: [] }],
    ['has no part in the pack any more', { packs: ['another'] }],
  ])('of somebody who %s since the link was sent is refused by the case, and recorded', async (_, change) => {
    const on = await scene(rig);
    await rig.ledger.people.putPerson(reviewer('sam', change), 'test');
    const answer = await fetch(on.link.url, tell(on.link));
    await rig.ledger.people.putPerson(reviewer('sam', { roles: ['reviewer', 'submitter'] }), 'test');
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('Not taken')]);
    await expectUnanswered(on);
    expect(await traces(rig.ledger, on.asked.caseId)).toContainEqual(['information-refused', 'not-entitled']);
  });

  test('of somebody who is away counts: it decides nothing', async () => {
    const on = await scene(rig);
    const until = new Date(Date.now() + 86_400_000);
    await rig.ledger.people.putAbsence('sam', { from: new Date(0), until, substitute: null }, 'test');
    expect((await fetch(on.link.url, tell(on.link))).status).toBe(200);
  });

  test.each<[name: string, end: (on: Scene) => Promise<unknown>]>([
    [
      'somebody has answered meanwhile',
      async ({ asked, requestId }) => {
        const other = await rig.informLinkFor(asked, requestId);
        return await fetch(other.url, tell(other));
      },
    ],
    [
      'nobody answered in time',
      async ({ asked: { task }, requestId }) =>
        await rig.ledger.information.giveUp(requestId, { ...task, taskNo: 2, seen: `${task.seen}-2` }),
    ],
    [
      'the question was put anew',
      async ({ asked: { task } }) => await rig.ledger.reviews.open({ ...task, taskNo: 2, seen: `${task.seen}-2` }),
    ],
    [
      'the case was cancelled',
      async ({ asked: { caseId } }) => await rig.ledger.cases.close(caseId, { outcome: 'cancelled', by: 'olga' }),
    ],
  ])('comes too late when %s', async (_, end) => {
    const on = await scene(rig);
    await end(on);
    const before = (await rig.ledger.cases.get(on.asked.caseId))?.answers;
    for (const init of [{}, tell(on.link)]) {
      const answer = await fetch(on.link.url, init);
      expect([answer.status, await answer.text()]).toEqual([410, expect.not.stringContaining('Which order')]);
    }
    expect((await rig.ledger.cases.get(on.asked.caseId))?.answers).toEqual(before);
    expect((await linkTraces(on)).filter(([, code]) => code === 'answered')).toHaveLength(2);
  });
});
