import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Link, LinkPurpose, LinkRefusal } from '../../domain/link.ts';
import { sha256 } from '../../canonical.ts';
import type { LinkRows, NewLink } from '../ledger/links.ts';

/** What a link is asked for. */
export type LinkRequest = Pick<NewLink, 'purpose' | 'caseId' | 'taskNo' | 'seen' | 'person'> & {
  /** Of `inform`: what is asked. */
  requestId?: string;
  /** The message that carries it: sent again, it carries the same link. */
  messageId: string;
  channel: string;
  /** When the question is due; a link does not outlive it, unless it has passed already. */
  dueAt: Date;
};

/** Makes and reads the tokens of links. */
export interface LinkTokens {
  /** Records a link and gives its address. */
  issue(request: LinkRequest): Promise<{ url: string; expiresAt: Date }>;
  /** The link that a token is of, at the address of `purpose`. A refusal with `id` is about a link that there is. */
  read(
    token: string,
    purpose: LinkPurpose,
  ): Promise<{ link: Link; refusal?: undefined } | { refusal: LinkRefusal; id?: string }>;
  /** What the form on a link's page sends along: who only has the address has not loaded the page. */
  formKey(link: Pick<Link, 'id'>): string;
  /** Of the addresses of links. */
  origin: string;
}

export interface LinkOptions {
  /** Where people reach the API's `/d/...` and `/i/...`, for example https://countersign.example. */
  baseUrl: string;
  /** At least 32 bytes, base64; the same for all workers and APIs. */
  secret: string;
  /** How long a link works, in ms. */
  expireAfterMs: number;
  clock?: () => Date;
}

const PATHS: Record<LinkPurpose, string> = { decide: 'd', inform: 'i' };
const TOKEN = /^([0-9a-f]{32})([0-9a-f]{64})$/;
const UNKNOWN: LinkRefusal = { code: 'unknown', message: 'There is no such link.' };

/**
 * A token is the link's id and an HMAC over all that the link is about: it says nothing, and nobody makes one without the
 * secret, not even who can write into the database. Hex, because mail programs cut other characters off an address.
 */
export function createLinkTokens(
  rows: Pick<LinkRows, 'issue' | 'get'>,
  { baseUrl, secret, expireAfterMs, clock = () => new Date() }: LinkOptions,
): LinkTokens {
  const key = Buffer.from(secret, 'base64');
  const mac = (...parts: (string | number)[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
  const tokenOf = ({ id, purpose, caseId, taskNo, seen, requestId, person, expiresAt }: Omit<NewLink, 'tokenHash'>) =>
    `${id}${mac('token', id, purpose, caseId, taskNo, seen, person, expiresAt.toISOString(), ...asked(requestId))}`;
  const base = baseUrl.replace(/\/+$/, '');

  return {
    origin: new URL(baseUrl).origin,

    async issue({ messageId, channel, dueAt, purpose, caseId, taskNo, seen, requestId = null, person }) {
      const now = clock();
      const id = mac('id', messageId, purpose, caseId, taskNo, seen, person, ...asked(requestId)).slice(0, 32);
      let link: Omit<NewLink, 'tokenHash'> | undefined = await rows.get(id);
      if (!link) {
        const latest = now.getTime() + expireAfterMs;
        const due = dueAt.getTime();
        const expiresAt = new Date(due > now.getTime() ? Math.min(latest, due) : latest);
        link = { id, purpose, caseId, taskNo, seen, requestId, person, expiresAt };
        await rows.issue({ ...link, tokenHash: sha256(tokenOf(link)) }, channel);
      }
      return { url: `${base}/${PATHS[purpose]}/${tokenOf(link)}`, expiresAt: link.expiresAt };
    },

    async read(token, purpose) {
      const [, id, given] = TOKEN.exec(token) ?? [];
      if (id === undefined || given === undefined) return { refusal: UNKNOWN };
      const link = await rows.get(id);
      if (!link) return { refusal: UNKNOWN };
      // A token of one purpose opens no page of another.
      const its = link.purpose === purpose && same(token, tokenOf(link)) && same(sha256(token), link.tokenHash);
      return its ? { link } : { id, refusal: { code: 'altered', message: 'This is not the address of a link.' } };
    },

    formKey: ({ id }) => mac('form', id),
  };
}

/** Part of what is signed where there is one: links to decide are signed as they were before there were others. */
const asked = (requestId: string | null): string[] => (requestId === null ? [] : [requestId]);

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
