import { z } from 'zod';
import { hasPartIn } from '../../domain/access.ts';
import { metricsText } from './metrics-text.ts';
import type { Api, RoutePorts } from './ports.ts';
import { orProblem } from './responses.ts';
import { modelsSchema } from './schema-models.ts';

const DAYS = 7;

/** How models fare and what they cost, for operators. */
export function modelRoutes(api: Api, { reads }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/models',
    config: { action: 'read-operations' },
    schema: {
      summary: 'How every model that was asked fares, and what calls cost per pack and day',
      tags: ['system'],
      response: { 200: modelsSchema, ...orProblem },
    },
    handler: async ({ identity }, reply) => {
      const [models, all] = await Promise.all([reads.models(), reads.budgets(DAYS)]);
      const budgets = all.filter(({ packId }) => hasPartIn(identity, packId));
      return await reply.send({ models: models.map((model) => ({ ...model, ...timesOf(model) })), budgets });
    },
  });

  api.route({
    method: 'GET',
    url: '/metrics',
    config: { action: 'read-operations' },
    schema: {
      summary: 'Breakers, cost, cases and notices as Prometheus text',
      tags: ['system'],
      response: { 200: z.string(), ...orProblem },
    },
    handler: async ({ identity }, reply) => {
      const [models, budgets, counts, notices, guesses] = await Promise.all([
        reads.models(),
        reads.budgets(1),
        reads.counts(),
        reads.noticeCounts(),
        reads.linkGuessesToday(),
      ]);
      const theirs = ({ packId }: { packId: string }) => hasPartIn(identity, packId);
      const own = { budgets: budgets.filter(theirs), counts: counts.filter(theirs) };
      const text = metricsText({ models, ...own, notices, guesses });
      return await reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  });
}

type Times = Record<'openedAt' | 'openUntil' | 'lastOkAt' | 'lastFailureAt', Date | null>;

function timesOf({ openedAt, openUntil, lastOkAt, lastFailureAt }: Times) {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    openedAt: iso(openedAt),
    openUntil: iso(openUntil),
    lastOkAt: iso(lastOkAt),
    lastFailureAt: iso(lastFailureAt),
  };
}
