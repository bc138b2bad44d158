import { z } from 'zod';
import { informationViewOf } from './information-view.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import {
  informationBodySchema,
  informationPageSchema,
  informationQuerySchema,
  informationRequestSchema,
  informationTakenSchema,
} from './schema-information.ts';

/** What reviewers ask submitters, and the answers. */
export function informationRoutes(api: Api, { submitters, reads }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/information-requests',
    schema: {
      summary: 'What submitters are asked, oldest first',
      tags: ['information'],
      querystring: informationQuerySchema,
      response: { 200: informationPageSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, open } = request.query;
      const filter = { open: open === 'true', ...(caseId === undefined ? {} : { caseId }) };
      return await reply.send({ requests: (await reads.informationRequests(filter)).map(informationViewOf) });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/information-requests/:requestId',
    schema: {
      summary: 'One question to a submitter, with its answer',
      tags: ['information'],
      params: z.object({ requestId: z.string() }),
      response: { 200: informationRequestSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const found = await reads.informationRequest(request.params.requestId);
      if (!found) throw noSuchRequest(request.params.requestId);
      return await reply.send(informationViewOf(found));
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/information',
    schema: {
      summary: "Answer a reviewer's question",
      description: 'The texts and documents are stored by their hash and become part of the case.',
      tags: ['information'],
      body: informationBodySchema,
      response: { 200: informationTakenSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const answer = await submitters.answer(request.body);
      if (!answer) throw noSuchRequest(request.body.requestId);
      if (answer.accepted) return await reply.send(answer);
      const { code, message } = answer.refusal;
      throw new Problem(code === 'malformed' ? 422 : 409, code, message);
    },
  });
}

function noSuchRequest(requestId: string): Problem {
  return new Problem(
    404,
    'no-such-request',
    `There is no question '${requestId}'; GET /v1/information-requests lists them.`,
  );
}
