import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { reversalOf, withdrawalOf } from '../../domain/attestation.ts';
import { ownReversal } from '../../domain/undo.ts';
import type { RefusalCode } from '../../domain/verdict.ts';
import { failureTypeOf } from '../../failures.ts';
import { temporalUrl } from '../case-path.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { namedActor, refuseKeptId, signed } from './acting.ts';
import { hidden, noSuchCase } from './routes-cases.ts';
import { orProblem } from './responses.ts';
import { checkPasskey } from './verdict-passkey.ts';
import {
  acceptedSchema,
  caseIn,
  requestSchema,
  reversalSchema,
  verdictBodySchema,
  withdrawnSchema,
} from './schema-verdict.ts';

/** Refusals that are not 409: the content is wrong (422), or the person may not decide it (403). */
const STATUS_OF: Partial<Record<RefusalCode, 403 | 422>> = {
  malformed: 422,
  'amendment-invalid': 422,
  'rule-broken': 422,
  'four-eyes': 403,
  'same-person': 403,
  'not-attested': 403,
  'passkey-required': 403,
  'passkey-invalid': 403,
  'not-entitled': 403,
  absent: 403,
};

/** Far more than any amendment. What is sent stays in the history of the case, which has room for 50 MB. */
const MOST_BYTES = 256 * 1024;

const who = z.string().trim().min(1).max(200).optional().describe('Left out: you.');

/** What people do about a case: open its task, answer it, withdraw, reverse. */
export function verdictRoutes(api: Api, { client, reads, links, reviews, attest, access, spare }: RoutePorts): void {
  api.route({
    method: 'POST',
    url: '/v1/tasks/viewed',
    config: { action: 'decide' },
    schema: {
      summary: 'A reviewer has opened a task',
      description: 'From now on the question is not taken back by itself when a model that was away answers again.',
      tags: ['verdicts'],
      body: z.strictObject({ caseId: z.string().min(1), taskNo: z.int().min(1), by: who }),
      response: { 204: z.null(), ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, taskNo } = request.body;
      await reviews.viewed(caseId, taskNo, namedActor(request));
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/verdicts',
    bodyLimit: MOST_BYTES,
    config: { action: 'decide' },
    schema: {
      summary: 'Answer a review task',
      tags: ['verdicts'],
      body: verdictBodySchema,
      response: { 200: acceptedSchema, ...orProblem },
    },
    // The schema is for the reader: what is no verdict goes on to the case, which records it and says what is wrong.
    validatorCompiler: () => (body: unknown) => ({ value: body }),
    handler: async (request, reply) => {
      const { via, personId } = request.identity;
      const { caseId, attestation: _, passkey, ...rest } = caseIn(request.body);
      await refuseKeptId(access, request, 'verdictId', rest['verdictId']);
      const verdict = via === 'local' || 'by' in rest ? rest : { ...rest, by: personId };
      await checkPasskey(access, request, caseId, verdict, passkey);
      spare(request, caseId);
      const proofs = { ...(passkey === undefined ? {} : { passkey }), ...signed(attest, request, caseId, verdict) };
      // Someone else's name under it is refused, and recorded, by the judge: the signature is for who sends it.
      const answer = await client.decide(caseId, { ...verdict, ...proofs }).catch(async (error: unknown) => {
        const detail = error instanceof Error ? error.message : '';
        // There is no case whose trail could hold it.
        if (failureTypeOf(error) === 'InvalidInput')
          await access.people.log({ personId, kind: 'refused', subject: 'POST /v1/verdicts', detail });
        throw error;
      });
      if (answer.accepted) return await reply.send(answer);
      const { code, message } = answer.refusal;
      throw new Problem(STATUS_OF[code] ?? 409, code, message);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/withdrawals',
    config: { action: 'withdraw-case' },
    schema: {
      summary: 'Take an open case back: it ends cancelled, applied effects are compensated',
      tags: ['verdicts'],
      body: requestSchema,
      response: { 202: withdrawnSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, reason } = request.body;
      const by = namedActor(request);
      const file = await reads.caseFile(caseId);
      if (!file || hidden(file.record, request.identity)) throw noSuchCase(caseId);
      const { outcome } = file.record;
      if (outcome !== null) {
        const way = outcome === 'written' ? '; ask for a reversal in its place' : '';
        throw new Problem(409, 'case-closed', `'${caseId}' has ended (${outcome})${way}.`);
      }
      spare(request, caseId);
      try {
        await client.withdraw(caseId, { by, reason, ...signed(attest, request, caseId, withdrawalOf(by, reason)) });
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        throw new Problem(
          409,
          'no-workflow',
          `'${caseId}' has no running workflow; if it is new, try again in a minute.`,
        );
      }
      return await reply.code(202).send({ caseId, accepted: true });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/reversals',
    config: { action: 'reverse-case' },
    schema: {
      summary: 'Undo a written case: its effects are compensated, newest first',
      tags: ['verdicts'],
      body: requestSchema,
      response: { 202: reversalSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, reason } = request.body;
      const by = namedActor(request);
      const file = await reads.caseFile(caseId);
      if (!file) throw noSuchCase(caseId);
      const { outcome } = file.record;
      const own = request.identity.via === 'local' ? undefined : ownReversal(file.record, by);
      if (own) throw new Problem(403, own.code, own.message);
      if (outcome !== 'written' && outcome !== 'orphaned') {
        const way = outcome === null ? '; withdraw it in its place' : '';
        const now = outcome === null ? 'is open' : `has ended (${outcome})`;
        throw new Problem(
          409,
          'not-written',
          `Only written or orphaned cases can be reversed; '${caseId}' ${now}${way}.`,
        );
      }
      try {
        const workflowId = await client.reverse({
          caseId,
          by,
          reason,
          ...signed(attest, request, caseId, reversalOf(by, reason)),
        });
        const url = temporalUrl(links, workflowId);
        return await reply.code(202).send({ caseId, workflowId, links: url === undefined ? {} : { temporalUi: url } });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw new Problem(
          409,
          'reversal-ended',
          `A reversal of '${caseId}' has run already; see its workflow for why.`,
        );
      }
    },
  });
}
