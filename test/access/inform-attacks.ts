import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { flipped } from '../client/link-attacks.ts';
import { form, type Asked, type LinkOfRig, type LinkRig } from '../client/link-rig.ts';

/** A case whose submitter is asked, and the link by which he may answer. */
export interface Scene {
  rig: LinkRig;
  asked: Asked;
  requestId: string;
  link: LinkOfRig;
}

/** An attack; returns the answer that the attacker gets. */
type Attack = (scene: Scene) => Promise<Response>;

/** The form of a link's page, sent with an answer. */
export const tell = (link: LinkOfRig, more: Record<string, string | undefined> = {}) =>
  form({ key: link.key, text: 'Order 4711', ...more });
const at = (rig: LinkRig, token: string, path = 'i') => `${rig.url}/${path}/${token}`;

export async function scene(rig: LinkRig): Promise<Scene> {
  const asked = await rig.asked();
  const requestId = await rig.ask(asked);
  return { rig, asked, requestId, link: await rig.informLinkFor(asked, requestId) };
}

/** Answers with a token that is not as it was sent. */
const withToken =
  (change: (scene: Scene) => string | Promise<string>): Attack =>
  async (on) =>
    await fetch(at(on.rig, await change(on)), tell(on.link));

/** Answers after a change of the row of the link. */
const afterChange =
  (to: (scene: Scene) => Promise<ReturnType<typeof sql>>, path = 'i'): Attack =>
  async (on) => {
    const change = await to(on);
    await sql`update decision_links set ${change} where id = ${on.link.id}`.execute(on.rig.ledger.db);
    const sent = path === 'i' ? tell(on.link) : form({ key: on.link.key, verdict: 'approve' });
    return await fetch(at(on.rig, on.link.token, path), sent);
  };

/** Answers with a form that is not that of the page. */
const withForm =
  (fields: Record<string, string | undefined>, headers: Record<string, string> = {}): Attack =>
  async ({ link }) =>
    await fetch(link.url, form({ key: link.key, text: 'Order 4711', ...fields }, headers));

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** What is refused, how, and with what in the audit of the case of the link. */
export const REFUSED: [name: string, attack: Attack, status: number, code: string][] = [
  // Not the form of the page.
  ['the address alone, without the form of its page', withForm({ key: undefined }), 403, 'cross-site'],
  [
    'a form key of one byte other',
    async ({ link }) => fetch(link.url, tell(link, { key: flipped(link.key, 9) })),
    ...([403, 'cross-site'] as const),
  ],
  [
    'the form key of a link to decide of the same person',
    async ({ rig, asked, link }) => fetch(link.url, tell(link, { key: (await rig.linkFor(asked, 'sam')).key })),
    ...([403, 'cross-site'] as const),
  ],
  ['a post by a page of another site', withForm({}, { 'sec-fetch-site': 'cross-site' }), 403, 'cross-site'],
  [
    'a post with a foreign origin from a browser that says no more',
    async ({ link }) => fetch(link.url, { ...tell(link), headers: { ...FORM, origin: 'https://evil.example' } }),
    ...([403, 'cross-site'] as const),
  ],
  ['the form as text/plain', withForm({}, { 'content-type': 'text/plain' }), 403, 'cross-site'],
  ['the form as JSON', withForm({}, { 'content-type': 'application/json' }), 403, 'cross-site'],
  ['no body at all', async ({ link }) => fetch(link.url, { method: 'POST' }), 403, 'cross-site'],
  // Forged.
  ['a byte of the signature altered', withToken(({ link }) => flipped(link.token, 90)), 404, 'altered'],
  [
    'the signature of a link of another person',
    withToken(async ({ rig, asked, requestId, link }) => {
      return link.id + (await rig.informLinkFor(asked, requestId, 'kim')).token.slice(32);
    }),
    ...([404, 'altered'] as const),
  ],
  [
    'the signature of a link of another case',
    withToken(async ({ rig, link }) => link.id + (await scene(rig)).link.token.slice(32)),
    ...([404, 'altered'] as const),
  ],
  [
    'the signature of a link to decide',
    withToken(async ({ rig, asked, link }) => link.id + (await rig.linkFor(asked, 'sam')).token.slice(32)),
    ...([404, 'altered'] as const),
  ],
  [
    'a signature made with another secret',
    withToken(({ link }) => link.id + createHmac('sha256', 'other').update(link.id).digest('hex')),
    ...([404, 'altered'] as const),
  ],
  ['the recipient swapped in the database', afterChange(async () => sql`person = 'mallory'`), 404, 'altered'],
  [
    'the expiry put off in the database',
    afterChange(async () => sql`expires_at = expires_at + interval '1 year'`),
    ...([404, 'altered'] as const),
  ],
  [
    'the question swapped in the database for that of another case',
    afterChange(async ({ rig }) => sql`request_id = ${(await scene(rig)).requestId}`),
    ...([404, 'altered'] as const),
  ],
  ['the question taken out in the database', afterChange(async () => sql`request_id = null`), 404, 'altered'],
  // Swapped.
  [
    'to decide, at the address of links to decide',
    async ({ rig, link }) => fetch(at(rig, link.token, 'd'), form({ key: link.key, verdict: 'approve' })),
    ...([404, 'altered'] as const),
  ],
  [
    'to reject, at the address of links to decide',
    async ({ rig, link }) => fetch(at(rig, link.token, 'd'), form({ key: link.key, verdict: 'reject', reason: 'no' })),
    ...([404, 'altered'] as const),
  ],
  [
    'to decide, with its purpose swapped in the database',
    afterChange(async () => sql`purpose = 'decide'`, 'd'),
    ...([404, 'altered'] as const),
  ],
  [
    'looked at, at the address of links to decide',
    async ({ rig, link }) => fetch(at(rig, link.token, 'd')),
    404,
    'altered',
  ],
  ['a verdict in its form', withForm({ text: undefined, verdict: 'approve' }), 422, 'malformed'],
  ['a verdict beside the answer', withForm({ verdict: 'approve' }), 422, 'malformed'],
  // Not what may be said.
  ['somebody else as who answers', withForm({ by: 'mallory' }), 422, 'malformed'],
  ['another question in the form', withForm({ requestId: 'q-1' }), 422, 'malformed'],
  ['another case in the form', withForm({ caseId: 'case/test-pack/L-1' }), 422, 'malformed'],
  ['no text', withForm({ text: undefined }), 422, 'malformed'],
  ['a text of blanks', withForm({ text: ' \r\n ' }), 422, 'malformed'],
  ['a text without end', withForm({ text: 'x'.repeat(20_001) }), 422, 'malformed'],
  [
    'two texts',
    async ({ link }) => fetch(link.url, { ...tell(link), body: `key=${link.key}&text=a&text=b` }),
    ...([422, 'malformed'] as const),
  ],
  [
    'prototype fields',
    async ({ link }) => fetch(link.url, { ...tell(link), body: `key=${link.key}&__proto__=x&constructor=y&text=a` }),
    ...([422, 'malformed'] as const),
  ],
  // Not now, not by this person.
  [
    'a link that was revoked',
    async ({ rig, link }) => {
      expect(await rig.ledger.links.revoke(link.id, 'olga', 'sent to the wrong person')).toBe(true);
      return await fetch(link.url, tell(link));
    },
    ...([410, 'revoked'] as const),
  ],
  [
    'a link that has expired',
    async ({ rig, asked, requestId }) => {
      const link = await rig.informLinkFor(asked, requestId, 'sam', new Date(Date.now() - 4 * 86_400_000));
      return await fetch(link.url, tell(link));
    },
    ...([410, 'expired'] as const),
  ],
  [
    'a link of somebody who is not asked',
    async ({ rig, asked, requestId }) => {
      const link = await rig.informLinkFor(asked, requestId, 'kim');
      return await fetch(link.url, tell(link));
    },
    ...([403, 'not-allowed'] as const),
  ],
  [
    'a link of who is asked, written otherwise',
    async ({ rig, asked, requestId }) => {
      const link = await rig.informLinkFor(asked, requestId, 'SAM');
      return await fetch(link.url, tell(link));
    },
    ...([403, 'not-allowed'] as const),
  ],
];
