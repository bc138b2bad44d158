import { z } from 'zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Receipt, Submission } from '../submission.ts';
import { casePath, temporalUrl } from '../case-path.ts';
import { NDJSON } from '../ndjson.ts';
import { caseViewOf } from './case-view.ts';
import { nameIn } from './content-disposition.ts';
import type { Api, RoutePorts } from './ports.ts';
import {
  lineReceiptSchema,
  receiptSchema,
  submissionSchema,
  type ReceiptBody,
  type SubmissionBody,
} from './schema-submission.ts';
import { orProblem, sendLines } from './responses.ts';
import { hidden } from './routes-cases.ts';
import { receiptsOf } from './stream.ts';
import { admitted, keyOf, statusOf, submissionOf } from './submissions.ts';
import { waitOf } from './wait.ts';

const headers = z.object({
  'idempotency-key': z.string().optional().describe('The case key of a body without one.'),
  prefer: z.string().optional().describe('wait=10: wait up to 10 (at most 60) seconds for the case to end.'),
});
const responses = {
  200: { description: 'Known already', content: { 'application/json': { schema: receiptSchema } } },
  201: { description: 'Accepted and started', content: { 'application/json': { schema: receiptSchema } } },
  202: {
    description: 'Accepted; Temporal did not answer, so the sweep starts it',
    content: { 'application/json': { schema: receiptSchema } },
  },
  ...orProblem,
};

/** POST /v1/cases: one case as JSON, or a stream of cases as NDJSON. */
export function submitRoutes(api: Api, ports: RoutePorts): void {
  api.addContentTypeParser(NDJSON, (_request, payload, done) => done(null, payload));
  api.route({
    method: 'POST',
    url: '/v1/cases',
    config: { action: 'submit-case' },
    schema: {
      summary: 'Submit a case, or a stream of cases',
      description:
        'As application/x-ndjson each line is one submission; the answer is a stream of receipts in the same order.',
      tags: ['cases'],
      headers,
      body: {
        content: {
          'application/json': { schema: submissionSchema },
          [NDJSON]: { schema: z.unknown().describe('One submission per line.') },
        },
      },
      response: {
        ...responses,
        200: {
          description: 'Known already; or the receipts of a stream',
          content: { 'application/json': { schema: receiptSchema }, [NDJSON]: { schema: lineReceiptSchema } },
        },
      },
    },
    handler: async (request, reply) => {
      if (request.mediaType === NDJSON) {
        const lines = request.body as AsyncIterable<Uint8Array>;
        return await sendLines(reply, receiptsOf(lines, ports.client, request));
      }
      const key = keyOf(request.headers['idempotency-key']);
      return await answer(ports, submissionOf(request.body as SubmissionBody, key), request, reply);
    },
  });
}

/** POST /v1/cases/:packId/:caseKey: the body, of any type, is the case's one document. */
export function uploadRoute(api: Api, ports: RoutePorts): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  api.route({
    method: 'POST',
    url: '/v1/cases/:packId/:caseKey',
    config: { action: 'submit-case' },
    schema: {
      summary: 'Submit a case of one document: the body as it is',
      tags: ['cases'],
      params: z.object({ packId: z.string(), caseKey: z.string() }),
      querystring: z.object({
        name: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('File name. Default: of Content-Disposition, else the key.'),
        revision: z.coerce.number().int().min(1).optional(),
        submittedBy: z.string().min(1).max(200).optional(),
        interactive: z.stringbool().optional().describe('Somebody waits for the answer now.'),
      }),
      headers,
      body: { content: { '*/*': { schema: z.unknown().describe('The document.') } } },
      response: responses,
    },
    handler: async (request, reply) => {
      const { packId, caseKey } = request.params;
      const { name, revision, submittedBy, interactive } = request.query;
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const document = { name: name ?? nameIn(request.headers['content-disposition']) ?? caseKey, bytes };
      const mediaType = request.mediaType;
      const submission: Submission = {
        ...{ packId, caseKey, channel: 'api' },
        documents: [mediaType === undefined ? document : { ...document, mediaType }],
        ...(revision === undefined ? {} : { revision }),
        ...(submittedBy === undefined ? {} : { submittedBy }),
        ...(interactive === undefined ? {} : { interactive }),
      };
      return await answer(ports, submission, request, reply);
    },
  });
}

async function answer(
  ports: RoutePorts,
  submission: Submission,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const receipt = await ports.client.submit(admitted(submission, request.identity));
  const wait = waitOf(request.headers.prefer);
  const body = bodyOf(receipt, ports);
  reply.code(statusOf(receipt)).header('location', casePath(receipt.caseId)).type('application/json');
  if (wait === undefined) return await reply.send(body);
  if (receipt.outcome === null) await ports.waiting.forEnd(receipt.caseId, wait);
  const file = await ports.reads.caseFile(receipt.caseId);
  reply.header('preference-applied', `wait=${wait}`);
  // The same document under the same key may be somebody else's case.
  if (!file || hidden(file.record, request.identity)) return await reply.send(body);
  const view = caseViewOf(file, ports.links, false);
  return await reply.send({ ...body, outcome: view.outcome, case: view } satisfies ReceiptBody);
}

function bodyOf({ caseId, created, started, outcome }: Receipt, { links }: RoutePorts): ReceiptBody {
  const url = temporalUrl(links, caseId);
  const both = { case: casePath(caseId), ...(url === undefined ? {} : { temporalUi: url }) };
  return { caseId, created, started, outcome, links: both };
}
