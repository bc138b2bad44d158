import { z } from 'zod';
import type { InformationFile } from '../../adapters/ledger/information-reads.ts';
import { isStorable, NOT_STORABLE } from '../../canonical.ts';
import { seesOnlyOwn, type Identity } from '../../domain/access.ts';
import { parseCaseId } from '../../domain/case.ts';
import { actorOf } from './access.ts';
import { refuseKeptId, signed } from './acting.ts';
import { informationViewOf } from './information-view.ts';
import type { Api, RoutePorts } from './ports.ts';
import { invalid, Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import {
  informationBodySchema,
  informationPageSchema,
  informationQuerySchema,
  informationRequestSchema,
  informationTakenSchema,
} from './schema-information.ts';

/** What reviewers ask submitters, and the answers. */
export function informationRoutes(api: Api, { submitters, reads, attest, spare, access }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/information-requests',
    config: { action: 'read-information' },
    schema: {
      summary: 'What submitters are asked, oldest first',
      tags: ['information'],
      querystring: informationQuerySchema,
      response: { 200: informationPageSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, open } = request.query;
      const filter = { open: open === 'true', ...(caseId === undefined ? {} : { caseId }) };
      const requests = await reads.informationRequests(filter);
      const shown = requests.filter((one) => maySee(request.identity, one));
      return await reply.send({ requests: shown.map(informationViewOf) });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/information-requests/:requestId',
    config: { action: 'read-information' },
    schema: {
      summary: 'One question to a submitter, with its answer',
      tags: ['information'],
      params: z.object({ requestId: z.string() }),
      response: { 200: informationRequestSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const found = await reads.informationRequest(request.params.requestId);
      if (!found || !maySee(request.identity, found)) throw noSuchRequest(request.params.requestId);
      return await reply.send(informationViewOf(found));
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/information',
    config: { action: 'answer-information' },
    schema: {
      summary: "Answer a reviewer's question",
      description: 'The texts and documents are stored by their hash and become part of the case.',
      tags: ['information'],
      body: informationBodySchema,
      response: { 200: informationTakenSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { requestId, by: named, ...given } = request.body;
      if (!isStorable(request.body)) throw invalid(422, [{ field: 'body', message: NOT_STORABLE }]);
      const by = actorOf(request.identity, named, 'by');
      if (by === undefined) throw invalid(422, [{ field: 'by', message: 'say who answers' }]);
      await refuseKeptId(access, request, 'answerId', given.answerId);
      const asked = await reads.informationRequest(requestId);
      if (!asked || !maySee(request.identity, asked)) throw noSuchRequest(requestId);
      spare(request, asked.caseId);
      const answer = await submitters.answer({ ...given, requestId, by }, (caseId, said) =>
        signed(attest, request, caseId, said),
      );
      if (!answer) throw noSuchRequest(requestId);
      if (answer.accepted) return await reply.send(answer);
      const { code, message } = answer.refusal;
      throw new Problem(code === 'malformed' ? 422 : 409, code, message);
    },
  });
}

/** Who sees only the own cases is asked about those alone; others by the packs that they have a part in. */
function maySee(identity: Identity, { caseId, askedOf }: InformationFile): boolean {
  const packId = parseCaseId(caseId)?.packId ?? '';
  if (identity.packs && !identity.packs.includes(packId)) return false;
  return !seesOnlyOwn(identity) || askedOf === identity.personId;
}

function noSuchRequest(requestId: string): Problem {
  return new Problem(
    404,
    'no-such-request',
    `There is no question '${requestId}'; GET /v1/information-requests lists them.`,
  );
}
