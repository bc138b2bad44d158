import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Link, LinkPurpose, LinkRefusal, LinkRefusalCode } from '../../domain/link.ts';
import type { LinkTokens } from '../../adapters/links/link-tokens.ts';
import { guessLimit } from './guess-limit.ts';
import { guardPage, sendNote, sendPage } from './link-page.ts';
import { purposesOf, type Purpose } from './link-purposes.ts';
import type { Api, RoutePorts } from './ports.ts';
import { problemOf } from './problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page is for people elsewhere, who come with a token of their own. */
    forStrangers?: true;
  }
}

const FORM = 'application/x-www-form-urlencoded';
const WRONG_TOKENS = { most: 30, perMs: 60_000 };
const ON_ONE_LINK = { most: 30, perMs: 600_000 };

const STATUS: Record<LinkRefusalCode, number> = {
  ...{ unknown: 404, altered: 404, revoked: 410, used: 410, expired: 410, answered: 410 },
  ...{ 'not-allowed': 403, 'cross-site': 403, malformed: 422 },
};

type Params = { Params: { token: string } };

/**
 * The pages of links. Looking never answers: mail programs and their scanners follow links, so only the form on the page
 * does. What is refused is recorded in the audit of the link's case; a token that is of no link belongs to none, and is
 * counted.
 */
export function linkPageRoutes(api: Api, ports: RoutePorts, tokens: LinkTokens): void {
  const { linkRows, log } = ports;
  const wrongTokens = guessLimit(WRONG_TOKENS);
  const onOneLink = guessLimit(ON_ONE_LINK);
  api.removeAllContentTypeParsers();
  api.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => {
    done(null, formOf(String(body)));
  });
  // Whatever else is sent is no form of ours; it is refused, and recorded.
  api.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => {
    done(null, null);
  });
  api.setErrorHandler(async (error, request, reply) => {
    const { status, message } = problemOf(error);
    if (status >= 500) request.log.error({ err: error }, 'a link page failed');
    const again = status >= 500 ? 'Nothing is lost: go back and send the same answer again.' : message;
    return await sendNote(reply, status, status >= 500 ? 'Not now' : 'Not taken', again);
  });
  const purposes = purposesOf(ports);
  pagesOf('decide', purposes.decide);
  pagesOf('inform', purposes.inform);

  function pagesOf(name: LinkPurpose, purpose: Purpose): void {
    const url = `/${purpose.path}/:token`;
    const config = { action: 'open', forStrangers: true } as const;
    const schema = { hide: true };
    api.route({
      method: 'HEAD',
      url,
      schema,
      config,
      handler: async (_request, reply) => await guardPage(reply).send(),
    });

    api.get<Params>(url, { schema, config, exposeHeadRoute: false }, async (request, reply) => {
      if (isPrefetch(request)) return await guardPage(reply).code(204).send();
      const link = await linkIn(name, request, reply);
      if (!link) return reply;
      const found = await purpose.look(link);
      if (!found.page) return await refuse(request, reply, found.refusal, link.id);
      await linkRows.opened(link.id);
      const { title, body } = found.page({ action: request.url, formKey: tokens.formKey(link) });
      return await sendPage(reply, 200, title, body);
    });

    const bodyLimit = purpose.mostBytes;
    api.post<Params>(url, { schema, config, bodyLimit }, async (request, reply) => {
      const link = await linkIn(name, request, reply);
      if (!link) return reply;
      const { key, ...form } = (request.body ?? {}) as Record<string, unknown>;
      if (isForeign(request, tokens.origin) || key !== tokens.formKey(link))
        return await refuse(request, reply, CROSS_SITE, link.id);
      const parsed = purpose.answer.safeParse(form);
      if (!parsed.success) return await refuse(request, reply, malformed(parsed.error), link.id);
      const said = parsed.data;
      const refusal = await linkRows.use(link.id, said.kept);
      if (refusal) return await refuse(request, reply, refusal, link.id);
      const { status, title, sentences } = await said.give(link);
      await linkRows.settled(link.id);
      return await sendNote(reply, status, title, ...sentences);
    });
  }

  /** The link of the token in the address; undefined: it was refused. */
  async function linkIn(
    purpose: LinkPurpose,
    request: FastifyRequest<Params>,
    reply: FastifyReply,
  ): Promise<Link | undefined> {
    const read = await tokens.read(request.params.token, purpose);
    if (!read.refusal) return read.link;
    // Whoever has a right token is never kept from it by those who guess.
    if (!wrongTokens.allows(request.ip)) {
      await tooMany(reply, WRONG_TOKENS.perMs);
      return undefined;
    }
    await linkRows.guessed();
    log.warn({ from: request.ip }, 'a token that is of no link');
    await refuse(request, reply, read.refusal, read.id);
    return undefined;
  }

  async function refuse(request: FastifyRequest, reply: FastifyReply, refusal: LinkRefusal, id?: string) {
    const { code, message } = refusal;
    if (id !== undefined) {
      if (!onOneLink.allows(id)) return await tooMany(reply, ON_ONE_LINK.perMs);
      await linkRows.refused(id, request.method === 'POST' ? 'POST' : 'GET', refusal);
    }
    const shown = code === 'altered' ? UNKNOWN.message : message;
    const help =
      code === 'malformed' || code === 'cross-site' ? 'Go back to the page of the link and send its form.' : HELP;
    return await sendNote(
      reply,
      STATUS[code],
      code === 'malformed' ? 'Not taken' : 'This link does not work',
      shown,
      help,
    );
  }

  async function tooMany(reply: FastifyReply, afterMs: number): Promise<FastifyReply> {
    reply.header('retry-after', String(Math.ceil(afterMs / 1000)));
    return await sendNote(reply, 429, 'Too many attempts', 'Wait some minutes before you try again.');
  }
}

const UNKNOWN: LinkRefusal = { code: 'unknown', message: 'There is no such link.' };
const CROSS_SITE: LinkRefusal = { code: 'cross-site', message: 'The answer did not come from the page of the link.' };
const HELP = 'This attempt changed nothing. Open the case in Countersign to see where it stands.';

function malformed({ issues }: z.ZodError): LinkRefusal {
  const faults = issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  return { code: 'malformed', message: `The answer is not complete: ${faults.join('; ')}.` };
}

/** A field that is given twice is none of ours. */
function formOf(text: string): Record<string, string | string[]> {
  const form = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const [value = '', ...more] = form.getAll(name);
      return [name, more.length === 0 ? value : [value, ...more]];
    }),
  );
}

/** Browsers say so when they load a page that nobody has asked for yet. */
function isPrefetch({ headers }: FastifyRequest): boolean {
  return /prefetch|prerender|preview/i.test(
    [headers['sec-purpose'], headers['purpose'], headers['x-purpose'], headers['x-moz']].join(' '),
  );
}

/**
 * True when a page of another site has sent it. Browsers say `Origin: null` from a page that sends no referrer, as ours, so
 * `Sec-Fetch-Site` counts where it is there.
 */
function isForeign({ headers }: FastifyRequest, own: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  const { origin } = headers;
  return origin !== undefined && origin !== 'null' && origin !== own && origin !== `http://${headers.host}`;
}
