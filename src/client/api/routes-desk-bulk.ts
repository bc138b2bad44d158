import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { namedActor, signed } from './acting.ts';
import { signingOf, verdictsOf, type SaidOfMember } from './bulk-signing.ts';
import { signingOptions } from './passkey-ceremony.ts';
import { askingOf, partyHere } from './passkey-page.ts';
import { bulkChallengeSchema } from './schema-passkeys.ts';
import { checkPasskey } from './verdict-passkey.ts';
import type { Bulk, BulkMember } from '../../adapters/ledger/desk/bulk.ts';
import { hasPartIn } from '../../domain/access.ts';
import { packNamedIn } from '../../domain/case.ts';
import type { PasskeyProof } from '../../domain/passkey.ts';
import { NDJSON } from '../ndjson.ts';
import type { Api, RoutePorts } from './ports.ts';
import { invalid, Problem, problemOf } from './problems.ts';
import { orProblem, sendLines } from './responses.ts';
import {
  alikeGroupsSchema,
  bulkLineSchema,
  bulkSchema,
  bulkSigningSchema,
  bulkVerdictSchema,
  bulkWithdrawSchema,
  startBulkSchema,
  type BulkBody,
  type BulkLine,
} from './schema-desk.ts';

/** Verdicts under way at once, per bulk. */
const AT_ONCE = 8;
const params = z.object({ bulkId: z.uuid() });
const lines = {
  200: { description: 'One line per case, as its workflow answers', content: { [NDJSON]: { schema: bulkLineSchema } } },
  ...orProblem,
};

/** Questions that look alike, decided together: one verdict per case through the case itself. */
export function deskBulkRoutes(api: Api, ports: RoutePorts): void {
  const { desk, client, reads, reviews, log, attest, access, spare } = ports;
  api.route({
    method: 'GET',
    url: '/v1/desk/alike',
    config: { action: 'decide' },
    schema: {
      summary: 'Questions that look alike',
      tags: ['desk'],
      response: { 200: alikeGroupsSchema, ...orProblem },
    },
    handler: async ({ identity: { packs } }, reply) => await reply.send({ groups: await desk.alikeGroups(packs) }),
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/bulks',
    config: { action: 'decide' },
    schema: {
      summary: 'Select questions to decide together',
      description:
        'They must be alike (pack, reasons, group, supplier or label). Some are drawn at random, which have to be opened before the verdict.',
      tags: ['desk'],
      body: startBulkSchema,
      response: { 201: bulkSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { tasks, like } = request.body;
      const by = namedActor(request);
      if ((tasks === undefined) === (like === undefined))
        throw invalid(422, [{ field: 'tasks', message: 'give either tasks or like' }]);
      await onlyOwnPacks(request, like ? [like.packId] : (tasks ?? []).map(packOf));
      const chosen = tasks ?? (like ? await desk.membersOf(like) : []);
      return await reply.code(201).send(bodyOf(await desk.startBulk(by, chosen)));
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/desk/bulks/:bulkId',
    config: { action: 'decide' },
    schema: {
      summary: 'A selection, with what was opened',
      tags: ['desk'],
      params,
      response: { 200: bulkSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const bulk = await found(request.params.bulkId);
      await onlyOwnPacks(request, bulk.members.map(packOf));
      return await reply.send(bodyOf(bulk));
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/bulks/:bulkId/challenges',
    config: { action: 'decide' },
    schema: {
      summary: 'What your passkey signs for a selection',
      description: 'One signature counts for each of its verdicts, and for nothing else.',
      tags: ['desk'],
      params,
      body: bulkSigningSchema,
      response: { 200: bulkChallengeSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { personId } = askingOf(request);
      const bulk = await found(request.params.bulkId);
      await onlyOwnPacks(request, bulk.members.map(packOf));
      const all = verdictsOf(bulk, personId, request.body);
      const known = await access.passkeys.ofPerson(personId);
      if (known.length === 0) return await reply.send({ options: null });
      const { rpId } = partyHere(request, access.publicUrl);
      const { challenge } = await signingOf(reviews, all);
      return await reply.send({ options: await signingOptions(rpId, known, challenge) });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/bulks/:bulkId/verdicts',
    config: { action: 'decide' },
    schema: {
      summary: 'Decide a selection: one verdict per case',
      description: 'Sent again, it gives the same answers: nothing is decided twice.',
      tags: ['desk'],
      params,
      body: bulkVerdictSchema,
      response: lines,
    },
    handler: async (request, reply) => {
      const { verdict, reason, reasonCode, passkey } = request.body;
      const by = namedActor(request);
      if (verdict === 'reject' && reason === undefined)
        throw invalid(422, [{ field: 'reason', message: 'say why they are rejected' }]);
      if (verdict !== 'reject' && reasonCode !== undefined)
        throw invalid(422, [{ field: 'reasonCode', message: 'only a rejection has one' }]);
      const bulk = await found(request.params.bulkId);
      if (bulk.by !== by)
        throw new Problem(
          403,
          'not-yours',
          `${bulk.by} has made this selection and opened its members; make your own.`,
        );
      const unopened = bulk.members.filter(({ mustOpen, openedAt, open }) => mustOpen && open && openedAt === null);
      if (bulk.decidedAt === null && unopened.length > 0) {
        const keys = unopened.map(({ caseKey }) => caseKey).join(', ');
        throw new Problem(409, 'not-opened', `Open these first, they were drawn at random: ${keys}.`);
      }
      if (!(await desk.decideBulk(bulk.bulkId, verdict)))
        throw new Problem(409, 'decided-otherwise', `This selection was decided as '${bulk.verdict}' before.`);
      const all = verdictsOf(bulk, by, { verdict, reason, reasonCode });
      const proofs = passkey ? (await signingOf(reviews, all)).proofs(passkey) : [];
      const answers = each(bulk, async (_, at) => await give(request, all[at], proofs[at]));
      return await sendLines(reply, answers);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/bulks/:bulkId/withdrawals',
    config: { action: 'decide' },
    schema: {
      summary: 'Take the approvals of a selection back, as long as their undo windows run',
      tags: ['desk'],
      params,
      body: bulkWithdrawSchema,
      response: lines,
    },
    handler: async (request, reply) => {
      const { reason, passkey } = request.body;
      const by = namedActor(request);
      const bulk = await found(request.params.bulkId);
      await onlyOwnPacks(request, bulk.members.map(packOf));
      const all = verdictsOf(bulk, by, { verdict: 'withdraw', reason });
      const proofs = passkey ? (await signingOf(reviews, all)).proofs(passkey) : [];
      const answers = each(bulk, async ({ caseId, seen }, at) => {
        const file = await reads.caseFile(caseId);
        const mine = file?.decisions.findLast(({ undo }) => undo?.seen === seen);
        if (!mine?.undo) throw new Problem(409, 'nothing-to-withdraw', 'It has no approval in an undo window.');
        return await give(request, all[at], proofs[at]);
      });
      return await sendLines(reply, answers);
    },
  });

  /** Gives one verdict of a selection to its case. */
  async function give(request: FastifyRequest, of: SaidOfMember | undefined, passkey: PasskeyProof | undefined) {
    if (!of) throw new TypeError('a selection has more members than verdicts');
    const { caseId, said } = of;
    if (!passkey) await refuseUnsigned(request, caseId);
    await checkPasskey(access, request, caseId, said, passkey);
    spare(request, caseId);
    const proofs = { ...(passkey ? { passkey } : {}), ...signed(attest, request, caseId, said) };
    return await client.decide(caseId, { ...said, ...proofs });
  }

  /** Here already: the ids are the same whenever a selection is sent, and what a case refuses under one it refuses again. */
  async function refuseUnsigned({ identity: { personId, via }, method, url }: FastifyRequest, caseId: string) {
    if (via !== 'session' || !(await access.passkeys.hasAny(personId))) return;
    const message = `passkey: ${personId} has a passkey, so a verdict from the browser is signed with it.`;
    const detail = `passkey-required: ${caseId}`;
    await access.people.log({ personId, kind: 'refused', subject: `${method} ${url}`, detail });
    throw new Problem(403, 'passkey-required', message);
  }

  async function onlyOwnPacks({ identity, method, url }: FastifyRequest, packIds: readonly string[]): Promise<void> {
    const other = packIds.find((packId) => !hasPartIn(identity, packId));
    if (other === undefined) return;
    const { personId } = identity;
    const detail = `${personId} has no part in the pack '${other}'.`;
    await access.people.log({ personId, kind: 'refused', subject: `${method} ${url}`, detail });
    throw new Problem(403, 'not-your-pack', detail);
  }

  async function found(bulkId: string): Promise<Bulk> {
    const bulk = await desk.bulk(bulkId);
    if (!bulk) throw new Problem(404, 'no-such-bulk', `There is no selection '${bulkId}'.`);
    return bulk;
  }

  /** Answers in the order of the members, each as soon as it and those before it are there. A failure stops no other. */
  function each(
    { members }: Bulk,
    send: (member: BulkMember, at: number) => ReturnType<typeof client.decide>,
  ): AsyncIterable<BulkLine> {
    const numbered = members.map((member, at) => ({ member, at }));
    return Readable.from(numbered).map(
      async ({ member, at }: { member: BulkMember; at: number }): Promise<BulkLine> => {
        const { caseId } = member;
        try {
          const answer = await send(member, at);
          return answer.accepted ? { caseId, accepted: true } : { caseId, accepted: false, ...answer.refusal };
        } catch (error) {
          const { status, code, message } = problemOf(error);
          if (status >= 500) log.error({ err: error, caseId }, 'a verdict of a bulk failed');
          return { caseId, accepted: false, code, message };
        }
      },
      { concurrency: AT_ONCE },
    );
  }
}

const packOf = ({ caseId }: { caseId: string }): string => packNamedIn(caseId) ?? '';

function bodyOf({ at, decidedAt, members, ...bulk }: Bulk): BulkBody {
  return {
    ...bulk,
    at: at.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    members: members.map(({ openedAt, ...member }) => ({ ...member, openedAt: openedAt?.toISOString() ?? null })),
  };
}
