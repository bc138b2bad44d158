import { z } from 'zod';
import { hasPartIn } from '../../domain/access.ts';
import { packNamedIn } from '../../domain/case.ts';
import type { Link } from '../../domain/link.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import { namedActor } from './acting.ts';
import {
  linksSchema,
  retriedSchema,
  retryBodySchema,
  revocationSchema,
  revokedSchema,
  undeliveredSchema,
} from './schema-notices.ts';

/** Notices that reached nobody, and the links that were handed out, for operators. */
export function noticeRoutes(api: Api, { reads, outbox, linkRows }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/notices',
    config: { action: 'read-operations' },
    schema: {
      summary: 'Notices that have not reached somebody: tried again, or given up',
      tags: ['notices'],
      response: { 200: undeliveredSchema, ...orProblem },
    },
    handler: async ({ identity }, reply) => {
      const notices = await reads.undeliveredNotices();
      const theirs = (caseId: string) => hasPartIn(identity, packNamedIn(caseId) ?? '');
      // One message may tell of cases of several packs.
      const own = notices
        .map(({ cases, ...rest }) => ({ ...rest, cases: cases.filter(theirs), others: cases.length > 0 }))
        .filter(({ cases, others }) => cases.length > 0 || !others)
        .map(({ others: _, ...rest }) => rest);
      return await reply.send({
        notices: own.map(({ since, nextAt, ...rest }) => {
          return { ...rest, since: since.toISOString(), nextAt: nextAt?.toISOString() ?? null };
        }),
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/notices/retries',
    config: { action: 'retry-notice' },
    schema: {
      summary: 'Try a message again that was given up',
      tags: ['notices'],
      body: retryBodySchema,
      response: { 202: retriedSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { messageId } = request.body;
      if (!(await outbox.retry(messageId)))
        throw new Problem(
          404,
          'no-such-message',
          `No message '${messageId}' was given up; GET /v1/notices lists them.`,
        );
      return await reply.code(202).send({ messageId });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/links',
    config: { action: 'read-operations' },
    schema: {
      summary: 'The links by which people may answer about a case',
      tags: ['notices'],
      querystring: z.object({ caseId: z.string().min(1) }),
      response: { 200: linksSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const now = new Date();
      const links = await linkRows.ofCase(request.query.caseId);
      return await reply.send({
        links: links.map((link) => {
          const { id: linkId, purpose, taskNo, person, expiresAt } = link;
          return { linkId, purpose, taskNo, person, state: stateOf(link, now), expiresAt: expiresAt.toISOString() };
        }),
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/links/revocations',
    config: { action: 'revoke-link' },
    schema: {
      summary: 'Take a link back: it answers nothing from now on',
      tags: ['notices'],
      body: revocationSchema,
      response: { 200: revokedSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { linkId, reason } = request.body;
      const link = await linkRows.get(linkId);
      const theirs = link && hasPartIn(request.identity, packNamedIn(link.caseId) ?? '');
      if (!theirs || !(await linkRows.revoke(linkId, namedActor(request), reason)))
        throw new Problem(409, 'no-such-link', `linkId: '${linkId}' is no link that could still be used.`);
      return await reply.send({ linkId, revoked: true });
    },
  });
}

function stateOf({ usedAt, revokedAt, expiresAt }: Link, now: Date): 'open' | 'used' | 'expired' | 'revoked' {
  if (usedAt) return 'used';
  if (revokedAt) return 'revoked';
  return expiresAt.getTime() <= now.getTime() ? 'expired' : 'open';
}
