import { z } from 'zod';
import { seesOnlyOwn, type Identity } from '../../domain/access.ts';
import { caseViewOf, summaryOf } from './case-view.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { caseFileSchema, casePageSchema, caseQuerySchema } from './schema-case.ts';
import { orProblem } from './responses.ts';
import { waitOf } from './wait.ts';

/** Reading cases and their documents. */
export function caseRoutes(api: Api, { reads, documents, links, waiting }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/cases',
    config: { action: 'list-cases' },
    schema: {
      summary: 'Cases, newest first',
      tags: ['cases'],
      querystring: caseQuerySchema,
      response: { 200: casePageSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { stage, packId, outcome, limit, cursor } = request.query;
      const { identity } = request;
      const page = await reads.listCases({
        limit,
        ...(seesOnlyOwn(identity) ? { submittedBy: identity.personId } : {}),
        ...(identity.packs ? { packIds: identity.packs } : {}),
        ...(stage === undefined ? {} : { stage }),
        ...(packId === undefined ? {} : { packId }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const cases = page.cases.map(summaryOf);
      if (page.cursor === undefined) return await reply.send({ cases });
      const next = new URL(request.url, 'http://api');
      next.searchParams.set('cursor', page.cursor);
      reply.header('link', `<${next.pathname}${next.search}>; rel="next"`);
      return await reply.send({ cases, cursor: page.cursor });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/cases/*',
    config: { action: 'read-case' },
    schema: {
      summary: 'Everything known about a case',
      description:
        'The rest of the path is the case id, each of its parts encoded: /v1/cases/case/invoice-intake/INV-1.',
      tags: ['cases'],
      params: z.object({ '*': z.string() }),
      querystring: z.object({
        sources: z
          .enum(['true', 'false'])
          .optional()
          .describe('true: with the cleaned texts that evidence points into.'),
      }),
      headers: z.object({
        prefer: z.string().optional().describe('wait=10: wait up to 10 (at most 60) seconds for the case to end.'),
      }),
      response: { 200: caseFileSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const caseId = request.params['*'];
      const wait = waitOf(request.headers.prefer);
      let file = await reads.caseFile(caseId);
      if (file && hidden(file.record, request.identity)) throw noSuchCase(caseId);
      if (file?.record.outcome === null && wait !== undefined) {
        await waiting.forEnd(caseId, wait);
        file = await reads.caseFile(caseId);
      }
      if (!file) throw noSuchCase(caseId);
      if (wait !== undefined) reply.header('preference-applied', `wait=${wait}`);
      return await reply.send(caseViewOf(file, links, request.query.sources === 'true'));
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/documents/:hash',
    config: { action: 'read-document' },
    schema: {
      summary: 'The bytes of a document',
      tags: ['cases'],
      params: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'give the SHA-256 in hex, as in the case') }),
      response: {
        200: { description: 'The document', content: { 'application/octet-stream': { schema: z.unknown() } } },
        ...orProblem,
      },
    },
    handler: async (request, reply) => {
      const { hash } = request.params;
      if (!(await mayRead(reads, hash, request.identity)))
        throw new Problem(404, 'no-such-document', `There is no document '${hash}'.`);
      const bytes = (await documents.get([hash])).get(hash);
      if (!bytes) throw new Problem(404, 'no-such-document', `There is no document '${hash}'.`);
      // Documents come from strangers: a browser must neither show nor run them with the rights of this origin.
      reply.headers({
        'content-disposition': `attachment; filename="${hash}"`,
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'private, max-age=31536000, immutable',
      });
      return await reply.type('application/octet-stream').send(Buffer.from(bytes));
    },
  });
}

/** True for a case that someone else submitted, before those who see only their own. It is not said that it exists. */
export function hidden({ submittedBy }: { submittedBy: string | null }, identity: Identity): boolean {
  return seesOnlyOwn(identity) && submittedBy !== identity.personId;
}

/** Documents have no pack; who may not see all cases sees those of the own ones. */
async function mayRead(reads: RoutePorts['reads'], hash: string, identity: Identity): Promise<boolean> {
  const { packs, personId } = identity;
  if (!packs && !seesOnlyOwn(identity)) return true;
  const cases = await reads.casesOfDocument(hash);
  const own = cases.filter(({ submittedBy }) => !seesOnlyOwn(identity) || submittedBy === personId);
  return own.some(({ packId }) => !packs || packs.includes(packId));
}

export function noSuchCase(caseId: string): Problem {
  return new Problem(404, 'no-such-case', `There is no case '${caseId}'; an id looks like case/<packId>/<caseKey>.`);
}
