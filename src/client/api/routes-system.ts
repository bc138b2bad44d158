import { z } from 'zod';
import { hasPartIn } from '../../domain/access.ts';
import { temporalUrl } from '../case-path.ts';
import { NDJSON } from '../ndjson.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem, sendLines } from './responses.ts';
import {
  auditLineSchema,
  countsSchema,
  indexSchema,
  packsSchema,
  readySchema,
  reasonsQuery,
  reasonsSchema,
} from './schema-system.ts';

const DAY_MS = 86_400_000;

/** Packs, counts, why people are asked, the audit trail, health. */
export function systemRoutes(api: Api, { packs, reads, audit, links }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1',
    config: { action: 'open' },
    schema: { summary: 'Where things are', tags: ['system'], response: { 200: indexSchema, ...orProblem } },
    handler: async (_request, reply) => {
      const ui = temporalUrl(links);
      const own = {
        cases: '/v1/cases',
        packs: '/v1/packs',
        counts: '/v1/counts',
        reasons: '/v1/reasons',
        feeds: '/v1/feeds',
        models: '/v1/models',
        audit: '/v1/audit/entries',
      };
      const both = { ...own, openapi: '/openapi.json', ...(ui === undefined ? {} : { temporalUi: ui }) };
      return await reply.send({ links: both });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/packs',
    config: { action: 'read-packs' },
    schema: { summary: 'The process packs', tags: ['system'], response: { 200: packsSchema, ...orProblem } },
    handler: async (_request, reply) =>
      await reply.send({
        packs: packs.map(({ id, title, owner, accepts: { mediaTypes, maxBytes } }) => {
          return { id, title, owner, accepts: { mediaTypes: [...mediaTypes], maxBytes } };
        }),
      }),
  });

  api.route({
    method: 'GET',
    url: '/v1/counts',
    config: { action: 'read-counts' },
    schema: {
      summary: 'Cases and cost per pack, stage and outcome',
      description: 'Of the packs that you have a part in.',
      tags: ['system'],
      response: { 200: countsSchema, ...orProblem },
    },
    handler: async ({ identity }, reply) => {
      const counts = (await reads.counts()).filter(({ packId }) => hasPartIn(identity, packId));
      return await reply.send({
        counts: counts.map(({ packId, stage, outcome, cases, costMicros }) => {
          return { packId, stage, outcome, cases, costMicros };
        }),
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/reasons',
    config: { action: 'read-counts' },
    schema: {
      summary: 'Why cases go to people, per pack',
      description:
        'Of the packs that you have a part in: how many cases each reason sent to a person, and how many it alone did.',
      tags: ['system'],
      querystring: reasonsQuery,
      response: { 200: reasonsSchema, ...orProblem },
    },
    handler: async ({ identity, query: { days } }, reply) => {
      const since = new Date(Date.now() - days * DAY_MS);
      const found = await reads.reasons(since, identity.packs);
      return await reply.send({ since: since.toISOString(), packs: found });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/audit/entries',
    config: { action: 'read-audit' },
    schema: {
      summary: 'The audit trail of one case or of all, with the head of each chain',
      description: 'NDJSON. `countersign verify` checks the chains from it, without trust in this server.',
      tags: ['audit'],
      querystring: z.object({ caseId: z.string().min(1).optional() }),
      response: {
        200: { description: 'One line per entry or head', content: { [NDJSON]: { schema: auditLineSchema } } },
        ...orProblem,
      },
    },
    handler: async (request, reply) => {
      const { caseId } = request.query;
      if (caseId === undefined && request.identity.packs)
        throw new Problem(403, 'not-your-pack', 'caseId: name a case; the trail of all packs is not yours to read.');
      const lines = audit.exportEntries(caseId)[Symbol.asyncIterator]();
      // The first one is awaited here, so that a ledger that is away is a problem answer and no broken stream.
      const first = await lines.next();
      return await sendLines(reply, resumed(first, lines));
    },
  });

  api.route({
    method: 'GET',
    url: '/health',
    config: { action: 'open' },
    schema: { summary: 'The process runs', tags: ['system'], response: { 200: z.object({ status: z.literal('ok') }) } },
    handler: async (_request, reply) => await reply.send({ status: 'ok' }),
  });

  api.route({
    method: 'GET',
    url: '/ready',
    config: { action: 'open' },
    schema: {
      summary: 'The ledger answers: submissions can be accepted',
      tags: ['system'],
      response: { 200: readySchema, 503: readySchema },
    },
    handler: async (_request, reply) => {
      const ledger = await reads.listCases({ limit: 1 }).then(
        () => true,
        () => false,
      );
      return await reply.code(ledger ? 200 : 503).send({ ledger });
    },
  });
}

async function* resumed<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}
