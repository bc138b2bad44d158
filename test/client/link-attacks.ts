import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { form, type Asked, type LinkOfRig, type LinkRig } from './link-rig.ts';

/** A case that waits, and a link for it. */
export interface Scene {
  rig: LinkRig;
  asked: Asked;
  link: LinkOfRig;
}

/** An attack; returns the answer that the attacker gets. */
type Attack = (scene: Scene) => Promise<Response>;

/** The text with another character in one place. */
export const flipped = (text: string, at: number) =>
  `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
export const approve = (link: LinkOfRig, more: Record<string, string | undefined> = {}) =>
  form({ key: link.key, verdict: 'approve', ...more });
export const at = (rig: LinkRig, token: string) => `${rig.url}/d/${token}`;
/** Approves with a token that is not as it was sent. */
const withToken =
  (change: (link: LinkOfRig) => string): Attack =>
  async ({ rig, link }) =>
    await fetch(at(rig, change(link)), approve(link));

async function rewrite(rig: LinkRig, statement: ReturnType<typeof sql>): Promise<void> {
  await statement.execute(rig.ledger.db);
}

/** What is refused, how, and with what in the audit of the case of the link. */
export const REFUSED: [name: string, attack: Attack, status: number, code: string][] = [
  [
    'the address alone, without the form of its page',
    async ({ link }) => fetch(link.url, form({ verdict: 'approve' })),
    403,
    'cross-site',
  ],
  [
    'a form key of one byte other',
    async ({ link }) => fetch(link.url, approve(link, { key: flipped(link.key, 9) })),
    403,
    'cross-site',
  ],
  [
    'the form key of another link',
    async ({ rig, asked, link }) => fetch(link.url, approve(link, { key: (await rig.linkFor(asked, 'kim')).key })),
    ...([403, 'cross-site'] as const),
  ],
  [
    'a post by a page of another site',
    async ({ link }) =>
      fetch(link.url, form({ key: link.key, verdict: 'approve' }, { 'sec-fetch-site': 'cross-site' })),
    403,
    'cross-site',
  ],
  [
    'a post by a page of the same site but not of ours',
    async ({ link }) => fetch(link.url, form({ key: link.key, verdict: 'approve' }, { 'sec-fetch-site': 'same-site' })),
    403,
    'cross-site',
  ],
  [
    'a post with a foreign origin from a browser that says no more',
    async ({ link }) =>
      fetch(link.url, {
        ...approve(link),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      }),
    ...([403, 'cross-site'] as const),
  ],
  [
    'the form as text/plain, as a foreign page can send it',
    async ({ link }) => fetch(link.url, { ...approve(link), headers: { 'content-type': 'text/plain' } }),
    403,
    'cross-site',
  ],
  [
    'the form as JSON',
    async ({ link }) =>
      fetch(link.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: link.key, verdict: 'approve' }),
      }),
    403,
    'cross-site',
  ],
  ['no body at all', async ({ link }) => fetch(link.url, { method: 'POST' }), 403, 'cross-site'],
  ['a byte of the signature altered', withToken(({ token }) => flipped(token, 90)), 404, 'altered'],
  ['the first byte of the signature altered', withToken(({ token }) => flipped(token, 32)), 404, 'altered'],
  [
    'the id of this link with the signature of another person’s',
    async ({ rig, asked, link }) =>
      fetch(at(rig, link.id + (await rig.linkFor(asked, 'kim')).token.slice(32)), approve(link)),
    ...([404, 'altered'] as const),
  ],
  [
    'the id of this link with the signature of a link of another case',
    async ({ rig, link }) =>
      fetch(at(rig, link.id + (await rig.linkFor(await rig.asked())).token.slice(32)), approve(link)),
    ...([404, 'altered'] as const),
  ],
  [
    'a signature made with another secret',
    async ({ rig, link }) =>
      fetch(at(rig, link.id + createHmac('sha256', 'other').update(link.id).digest('hex')), approve(link)),
    ...([404, 'altered'] as const),
  ],
  [
    'the recipient swapped in the database',
    async ({ rig, link }) => {
      await rewrite(rig, sql`update decision_links set person = 'mallory' where id = ${link.id}`);
      return await fetch(link.url, approve(link));
    },
    ...([404, 'altered'] as const),
  ],
  [
    'the expiry put off in the database',
    async ({ rig, link }) => {
      await rewrite(
        rig,
        sql`update decision_links set expires_at = expires_at + interval '1 year' where id = ${link.id}`,
      );
      return await fetch(link.url, approve(link));
    },
    ...([404, 'altered'] as const),
  ],
  [
    'the question swapped in the database',
    async ({ rig, link }) => {
      await rewrite(rig, sql`update decision_links set seen = 'another-seen' where id = ${link.id}`);
      return await fetch(link.url, approve(link));
    },
    ...([404, 'altered'] as const),
  ],
  [
    'a link that was revoked',
    async ({ rig, link }) => {
      expect(await rig.ledger.links.revoke(link.id, 'olga', 'sent to the wrong person')).toBe(true);
      return await fetch(link.url, approve(link));
    },
    ...([410, 'revoked'] as const),
  ],
  [
    'an amendment',
    async ({ link }) => fetch(link.url, form({ key: link.key, verdict: 'amend', output: '{}' })),
    422,
    'malformed',
  ],
  [
    'somebody else as who decides',
    async ({ link }) => fetch(link.url, approve(link, { by: 'mallory' })),
    422,
    'malformed',
  ],
  [
    'another case in the form',
    async ({ link }) => fetch(link.url, approve(link, { caseId: 'case/test-pack/L-1' })),
    422,
    'malformed',
  ],
  [
    'another question in the form',
    async ({ link }) => fetch(link.url, approve(link, { seen: 'zzzzzz' })),
    422,
    'malformed',
  ],
  [
    'two verdicts in one form',
    async ({ link }) =>
      fetch(link.url, { ...approve(link), body: `key=${link.key}&verdict=reject&verdict=approve&reason=x` }),
    422,
    'malformed',
  ],
  [
    'a rejection without a reason',
    async ({ link }) => fetch(link.url, form({ key: link.key, verdict: 'reject', reason: '  ' })),
    422,
    'malformed',
  ],
  [
    'a reason without end',
    async ({ link }) => fetch(link.url, form({ key: link.key, verdict: 'reject', reason: 'x'.repeat(2_001) })),
    422,
    'malformed',
  ],
  [
    'prototype fields',
    async ({ link }) =>
      fetch(link.url, { ...approve(link), body: `key=${link.key}&__proto__=x&constructor=y&verdict=approve` }),
    422,
    'malformed',
  ],
];
