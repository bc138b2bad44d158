import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { PersonEntry } from '../../src/adapters/ledger/people.ts';
import { createLinkTokens } from '../../src/adapters/links/link-tokens.ts';
import { approve, at as atOf, flipped, REFUSED, type Scene } from './link-attacks.ts';
import {
  expectUndecided,
  form,
  useLinkRig,
  reviewer,
  traces,
  type Asked,
  type LinkOfRig,
  type LinkRig,
} from './link-rig.ts';

const DAY = 86_400_000;

let rig: LinkRig;
useLinkRig((made) => {
  rig = made;
});

const at = (token: string) => atOf(rig, token);

describe('refused, recorded, and nothing decided', () => {
  test.each(REFUSED)('%s', async (_, attack, status, code) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const answer = await attack({ rig, asked, link });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain('<h1>');
    await expectUndecided(rig.ledger, asked);
    expect(await traces(rig.ledger, asked.caseId)).toContainEqual(['link-refused', code]);
    const [row] = await rig.ledger.links.ofCase(asked.caseId);
    expect(row?.usedAt).toBeNull();
  });

  test('more of them than there need to be', () => expect(REFUSED.length).toBeGreaterThanOrEqual(25));
});

describe('the id under which a link answers', () => {
  const send = async (path: string, body: object) =>
    await fetch(`${rig.url}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });

  test('is used up by nobody else, though the audit of the case names the link', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const said = { caseId: asked.caseId, by: 'kim', verdict: 'approve', seen: 'stale-stale' };
    const taken = await send('/v1/verdicts', { ...said, verdictId: `link-${link.id}` });
    expect([taken.status, await taken.json()]).toMatchObject([422, { code: 'invalid-request' }]);
    const answer = await fetch(link.url, approve(link));
    expect([answer.status, await answer.text()]).toMatchObject([200, expect.stringContaining('Approved') as string]);
  });

  test('of a selection is none that a single verdict may have either', async () => {
    const asked = await rig.asked();
    const said = { caseId: asked.caseId, by: 'kim', verdict: 'withdraw', seen: asked.task.seen };
    const taken = await send('/v1/verdicts', { ...said, verdictId: 'bulk-0b9f0a3c-1-undo' });
    expect(taken.status).toBe(422);
  });

  test('to inform is used up by nobody else either', async () => {
    const asked = await rig.asked();
    const requestId = await rig.ask(asked);
    const link = await rig.informLinkFor(asked, requestId);
    const taken = await send('/v1/information', { requestId, answerId: `link-${link.id}`, by: 'kim', text: 'mine' });
    expect(taken.status).toBe(422);
    expect((await fetch(link.url, form({ key: link.key, text: 'Order 4711' }))).status).toBe(200);
  });
});

describe('a link that is too late', () => {
  const now = () => Date.now();
  const late: [name: string, scene: () => Promise<Omit<Scene, 'rig'>>, code: string][] = [
    [
      'after its time',
      async () => {
        const asked = await rig.asked();
        return { asked, link: await rig.linkFor(asked, 'rosa', new Date(now() - 4 * DAY)) };
      },
      'expired',
    ],
    [
      'after the deadline of the question',
      async () => {
        const asked = await rig.asked(undefined, { dueAt: new Date(now() - 1_000) });
        return { asked, link: await rig.linkFor(asked, 'rosa', new Date(now() - DAY)) };
      },
      'expired',
    ],
    [
      'after the question was put anew',
      async () => {
        const asked = await rig.asked();
        const link = await rig.linkFor(asked);
        const task = { ...asked.task, taskNo: 2, seen: `${asked.task.seen}-anew` };
        await rig.ledger.reviews.open(task);
        return { asked: { ...asked, task }, link };
      },
      'answered',
    ],
  ];
  test.each(late)('%s is refused, looked at and used', async (_, made, code) => {
    const { asked, link } = await made();
    for (const init of [{}, approve(link), form({ key: link.key, verdict: 'reject', reason: 'no' })]) {
      const answer = await fetch(link.url, init);
      expect([answer.status, await answer.text()]).toEqual([410, expect.not.stringContaining('ACME')]);
    }
    await expectUndecided(rig.ledger, asked);
    const refused = (await traces(rig.ledger, asked.caseId)).filter(([kind]) => kind === 'link-refused');
    expect(refused).toEqual([
      ['link-refused', code],
      ['link-refused', code],
      ['link-refused', code],
    ]);
  });

  test.each([
    ['somebody else has answered', 'reject'],
    ['the same person has answered elsewhere', 'approve'],
  ] as const)('%s: the answer that was given stands', async (_, verdict) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const other = await rig.linkFor(asked, verdict === 'reject' ? 'kim' : 'rosa');
    expect(
      (await fetch(other.url, form({ key: other.key, verdict, reason: verdict === 'reject' ? 'no' : undefined })))
        .status,
    ).toBe(200);
    expect((await fetch(link.url, approve(link))).status).toBe(410);
    expect((await rig.ledger.reads.caseFile(asked.caseId))?.decisions).toHaveLength(1);
    expect(await traces(rig.ledger, asked.caseId)).toContainEqual(['link-refused', 'answered']);
  });

  test('the case was cancelled: nothing is decided', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    await rig.ledger.cases.close(asked.caseId, { outcome: 'cancelled', by: 'olga' });
    expect((await fetch(link.url, approve(link))).status).toBe(410);
    expect((await rig.ledger.reads.caseFile(asked.caseId))?.decisions).toEqual([]);
    expect(await traces(rig.ledger, asked.caseId)).toContainEqual(['link-refused', 'answered']);
  });
});

describe('a link that should not be there', () => {
  test.each([
    ['the pack says never', { fourEyes: false }, {}, 'rosa'],
    ['of the submitter under four eyes', { links: 'always', fourEyes: true }, {}, 'sam'],
    ['of the submitter, written otherwise', { links: 'always', fourEyes: true }, {}, ' SAM '],
    ['of low risk where four eyes are asked for', { links: 'low-risk', fourEyes: true }, {}, 'rosa'],
    [
      'of low risk where two must approve',
      { links: 'low-risk', fourEyes: false },
      { approvals: { needed: 2, by: [] } },
      'rosa',
    ],
    [
      'of the submitter where two must approve',
      { links: 'always', fourEyes: false },
      { approvals: { needed: 2, by: [] } },
      'sam',
    ],
    [
      'about an effect in doubt',
      { links: 'always', fourEyes: false },
      { kind: 'effect-unknown', effectKey: 'k' },
      'rosa',
    ],
    ['without a proposal', { links: 'always', fourEyes: false }, { output: null }, 'rosa'],
    [
      'against a hard rule',
      { links: 'always', fourEyes: false },
      { rules: [{ name: 'r', severity: 'hard', holds: false }] },
      'rosa',
    ],
  ] as const)('%s: it shows nothing and decides nothing', async (_, policy, task, person) => {
    const asked = await rig.asked(policy, task as Partial<Asked['task']>);
    const link = await rig.linkFor(asked, person);
    const looked = await fetch(link.url);
    expect([looked.status, await looked.text()]).toEqual([403, expect.not.stringContaining('ACME')]);
    expect((await fetch(link.url, approve(link))).status).toBe(403);
    await expectUndecided(rig.ledger, asked);
    expect(await traces(rig.ledger, asked.caseId)).toContainEqual(['link-refused', 'not-allowed']);
  });
});

describe('a person who may not decide any more', () => {
  const HOUR = 3_600_000;
  const put = (person: string, change: Partial<PersonEntry>) =>
    rig.ledger.people.putPerson(reviewer(person, change), 'test');
  test.each<[name: string, change: (person: string) => Promise<unknown>, code: string]>([
    ['has left', (person) => put(person, { disabled: true }), 'not-entitled'],
    ['is no reviewer now', (person) => put(person, { roles: ['auditor'] }), 'not-entitled'],
    ['is in another group now', (person) => put(person, { groups: ['movers'] }), 'not-entitled'],
    ['has no part in the pack now', (person) => put(person, { packs: ['other'] }), 'not-entitled'],
    [
      'is away',
      (person) => {
        const times = { from: new Date(Date.now() - HOUR), until: new Date(Date.now() + HOUR), substitute: null };
        return rig.ledger.people.putAbsence(person, times, 'test');
      },
      'absent',
    ],
    ['was never in the directory', async () => undefined, 'not-entitled'],
  ])('%s: the case refuses the verdict, and the link is used up', async (name, change, code) => {
    const person = `p${name.length}`;
    if (!name.startsWith('was never')) await put(person, {});
    const asked = await rig.asked();
    const link = await rig.linkFor(asked, person);
    await change(person);
    expect((await fetch(link.url, approve(link))).status).toBe(409);
    expect((await fetch(link.url, approve(link))).status).toBe(410);
    await expectUndecided(rig.ledger, asked);
    expect((await traces(rig.ledger, asked.caseId)).slice(1)).toEqual([
      ['link-used', undefined],
      ['verdict-refused', code],
      ['link-refused', 'used'],
    ]);
  });
});

describe('looking decides nothing', () => {
  test.each<[name: string, init: RequestInit, status: number]>([
    ['HEAD', { method: 'HEAD' }, 200],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }, 204],
    ['a prerender', { headers: { 'sec-purpose': 'prefetch;prerender' } }, 204],
    ['an old prefetch', { headers: { 'x-moz': 'prefetch' } }, 204],
    ['a preview', { headers: { purpose: 'preview' } }, 204],
  ])('%s leaves no trace at all', async (_, init, status) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const before = await traces(rig.ledger, asked.caseId);
    const answer = await fetch(link.url, init);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
    await expectUndecided(rig.ledger, asked);
    expect(await traces(rig.ledger, asked.caseId)).toEqual(before);
  });

  test('GET shows it as often as it is asked, and the first time is recorded', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    for (let n = 0; n < 3; n++) expect((await fetch(`${link.url}?verdict=approve&key=${link.key}`)).status).toBe(200);
    await expectUndecided(rig.ledger, asked);
    expect((await traces(rig.ledger, asked.caseId)).map(([kind]) => kind)).toEqual(['link-sent', 'link-opened']);
    expect(await rig.ledger.reviews.recall(asked.caseId, 1, 'a scanner has not seen it')).toBe(true);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s has no page', async (method) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    expect((await fetch(link.url, { ...approve(link), method })).status).toBeGreaterThanOrEqual(403);
    await expectUndecided(rig.ledger, asked);
  });
});

describe('tokens that are of no link', () => {
  test.each<[name: string, token: (link: LinkOfRig) => string]>([
    ['a byte of the id altered', ({ token }) => flipped(token, 5)],
    ['cut off', ({ token }) => token.slice(0, 95)],
    ['longer', ({ token }) => `${token}0`],
    ['in capitals', ({ token }) => (/[a-f]/.test(token) ? token.toUpperCase() : flipped(token, 1))],
    ['the id alone', ({ id }) => id],
    ['its hash', () => '0'.repeat(96)],
    ['a path', () => '..%2f..%2fv1%2fcases'],
    ['NUL', () => '%00'.repeat(96)],
  ])('%s: decided nothing, and counted', async (_, token) => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const before = await rig.ledger.reads.linkGuessesToday();
    const answer = await fetch(at(token(link)), approve(link));
    expect(answer.status).toBe(404);
    await expectUndecided(rig.ledger, asked);
    expect(await rig.ledger.reads.linkGuessesToday()).toBe(before + 1);
  });

  test('a token of another deployment is one', async () => {
    const asked = await rig.asked();
    const stored: string[] = [];
    const rows = { get: async () => undefined, issue: async ({ id }: { id: string }) => void stored.push(id) };
    const other = createLinkTokens(rows, {
      baseUrl: rig.url,
      secret: Buffer.alloc(32, 6).toString('base64'),
      expireAfterMs: DAY,
    });
    const { caseId, task } = asked;
    const { url } = await other.issue({
      ...task,
      caseId,
      purpose: 'decide',
      person: 'rosa',
      messageId: 'm',
      channel: 'mail',
    });
    expect((await fetch(url, form({ key: other.formKey({ id: stored[0] ?? '' }), verdict: 'approve' }))).status).toBe(
      404,
    );
    await expectUndecided(rig.ledger, asked);
  });

  test('of the token only the hash is stored, and the hash opens nothing', async () => {
    const asked = await rig.asked();
    const link = await rig.linkFor(asked);
    const [row] = (
      await sql<{
        row: string;
      }>`select row_to_json(l)::text as row from decision_links l where id = ${link.id}`.execute(rig.ledger.db)
    ).rows;
    const audit = JSON.stringify(await rig.ledger.reads.caseFile(asked.caseId));
    for (const text of [row?.row ?? '', audit]) expect(text).not.toContain(link.token.slice(32));
    const { tokenHash = '' } = (await rig.ledger.links.get(link.id)) ?? {};
    expect((await fetch(at(link.id + tokenHash), approve(link))).status).toBe(404);
  });
});
