import { z } from 'zod';
import { canonicalText } from '../../canonical.ts';
import { caseReceiptOf } from '../case-receipt.ts';
import type { Api, RoutePorts } from './ports.ts';
import { orProblem } from './responses.ts';
import { noSuchCase } from './routes-cases.ts';

/** Receipts: what an auditor checks without us. */
export function receiptRoutes(api: Api, { reads, signer }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/receipts/*',
    config: { action: 'read-audit' },
    schema: {
      summary: 'The receipt of a case',
      description:
        'What came in, what was shown, said, signed and written, with the audit trail and public keys, as canonical JSON (RFC 8785). `countersign verify FILE` checks it without a server. The rest of the path is the case id.',
      tags: ['audit'],
      params: z.object({ '*': z.string() }),
      response: {
        200: { description: 'The receipt', content: { 'application/json': { schema: z.unknown() } } },
        ...orProblem,
      },
    },
    handler: async (request, reply) => {
      const caseId = request.params['*'];
      const file = await reads.caseFile(caseId);
      if (!file) throw noSuchCase(caseId);
      // As text: what is signed is exactly what is sent.
      const text = canonicalText(caseReceiptOf(file, signer, new Date()));
      return await reply.type('application/json').serializer(String).send(text);
    },
  });
}
