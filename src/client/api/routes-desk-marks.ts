import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hasPartIn, type Identity } from '../../domain/access.ts';
import { namedActor } from './acting.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';
import { given, seenBy } from './routes-desk.ts';
import { orProblem } from './responses.ts';
import {
  claimedSchema,
  claimSchema,
  commentBodySchema,
  commentedSchema,
  lookSchema,
  saveViewSchema,
  snoozeSchema,
  viewsSchema,
} from './schema-desk.ts';

/** How long a claim lasts unless it is renewed: a browser that is closed lets go within this. */
const CLAIM_MS = 2 * 60_000;
const none = { 204: z.null(), ...orProblem };

/** Claims, snoozes, comments, shared views: what decides nothing and stays in PostgreSQL. */
export function deskMarkRoutes(api: Api, { desk, reviews, access }: RoutePorts): void {
  async function onlyLeads({ identity: { via, roles, personId }, method, url }: FastifyRequest): Promise<void> {
    if (via === 'local' || roles.includes('lead')) return;
    const detail = `${personId} is no lead; ask one to take it over, or answer it: a claim keeps nobody from that.`;
    await access.people.log({ personId, kind: 'refused', subject: `${method} ${url}`, detail });
    throw new Problem(403, 'not-entitled', detail);
  }

  api.route({
    method: 'POST',
    url: '/v1/desk/looks',
    config: { action: 'decide' },
    schema: {
      summary: 'A reviewer has a question on the screen',
      description: 'Starts the clock of the review, and keeps the question from being taken back by itself.',
      tags: ['desk'],
      body: lookSchema,
      response: none,
    },
    handler: async (request, reply) => {
      const { caseId, taskNo } = request.body;
      const by = namedActor(request);
      await Promise.all([desk.look({ caseId, taskNo }, by), reviews.viewed(caseId, taskNo, by)]);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/claims',
    config: { action: 'decide' },
    schema: {
      summary: 'Take a question for two minutes, or renew that',
      description: 'A claim keeps others from starting on it; it does not keep anybody from answering.',
      tags: ['desk'],
      body: claimSchema,
      response: { 200: claimedSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, taskNo, takeOver } = request.body;
      const by = namedActor(request);
      if (takeOver) await onlyLeads(request);
      const claimed = await desk.claim({ caseId, taskNo }, by, CLAIM_MS, takeOver);
      if (claimed.taken) return await reply.send({ until: claimed.until.toISOString() });
      const { holder } = claimed;
      throw new Problem(
        409,
        'claimed',
        `${holder.by} holds this until ${holder.until.toISOString()}; take it over with a reason, or take another one.`,
      );
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/claims/release',
    config: { action: 'decide' },
    schema: { summary: 'Let go of a question', tags: ['desk'], body: lookSchema, response: none },
    handler: async (request, reply) => {
      const { caseId, taskNo } = request.body;
      const by = namedActor(request);
      await desk.release({ caseId, taskNo }, by);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/snoozes',
    config: { action: 'decide' },
    schema: {
      summary: 'Put a question off for everybody, at the latest until its deadline',
      tags: ['desk'],
      body: snoozeSchema,
      response: none,
    },
    handler: async (request, reply) => {
      const { caseId, taskNo, until } = request.body;
      const by = namedActor(request);
      await desk.snooze({ caseId, taskNo }, by, new Date(until));
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/snoozes/end',
    config: { action: 'decide' },
    schema: { summary: 'Bring a question back that was put off', tags: ['desk'], body: lookSchema, response: none },
    handler: async (request, reply) => {
      const { caseId, taskNo } = request.body;
      await desk.wake({ caseId, taskNo });
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/desk/comments',
    config: { action: 'decide' },
    schema: {
      summary: 'Write a comment on a case',
      description: 'The audit trail keeps its digest. Nobody decides by it.',
      tags: ['desk'],
      body: commentBodySchema,
      response: { 201: commentedSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { caseId, body } = request.body;
      const by = namedActor(request);
      const comment = await desk.comment(caseId, by, body);
      return await reply.code(201).send({ ...comment, at: comment.at.toISOString() });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/desk/views',
    config: { action: 'read-counts' },
    schema: {
      summary: 'Filters that people have saved for all, with how much waits in each',
      tags: ['desk'],
      response: { 200: viewsSchema, ...orProblem },
    },
    handler: async ({ identity }, reply) => {
      const saved = (await desk.views()).filter((view) => isTheirs(identity, view));
      const views = await Promise.all(
        saved.map(async ({ name, filter, by }) => {
          const { order: _, ...where } = filter;
          const { count, nextDueAt, oldestAt } = await desk.countOf(seenBy(where, identity));
          const clocks = { nextDueAt: nextDueAt?.toISOString() ?? null, oldestAt: oldestAt?.toISOString() ?? null };
          return { name, filter, by, count, ...clocks };
        }),
      );
      return await reply.send({ views });
    },
  });

  const params = z.object({ name: z.string().trim().min(1).max(100) });
  api.route({
    method: 'PUT',
    url: '/v1/desk/views/:name',
    config: { action: 'read-counts' },
    schema: { summary: 'Save a filter under a name', tags: ['desk'], params, body: saveViewSchema, response: none },
    handler: async (request, reply) => {
      const { filter } = request.body;
      const by = namedActor(request);
      const { order, ...where } = filter;
      const { name } = request.params;
      const former = (await desk.views()).find((view) => view.name === name);
      if (!isTheirs(request.identity, { filter }) || (former && !isTheirs(request.identity, former)))
        throw new Problem(403, 'not-your-pack', `name: '${name}' is of a pack that you have no part in; take another.`);
      await desk.saveView(name, { ...given(where), ...(order ? { order } : {}) }, by);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/v1/desk/views/:name',
    config: { action: 'read-counts' },
    schema: { summary: 'Forget a saved filter', tags: ['desk'], params, response: none },
    handler: async (request, reply) => {
      const { name } = request.params;
      const view = (await desk.views()).find((one) => one.name === name);
      if (!view || !isTheirs(request.identity, view) || !(await desk.removeView(name)))
        throw new Problem(404, 'no-such-view', `There is no view '${name}'.`);
      return await reply.code(204).send(null);
    },
  });
}

/** Whether a saved view is of no pack, or of one that somebody has a part in: it may name what is looked for there. */
function isTheirs(identity: Identity, { filter: { packId } }: { filter: { packId?: string | undefined } }): boolean {
  return packId === undefined || hasPartIn(identity, packId);
}
