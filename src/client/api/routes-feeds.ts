import { z } from 'zod';
import type { FeedRow } from '../../adapters/ledger/reads.ts';
import { staleness } from '../../domain/freshness.ts';
import type { PackInfo } from '../submission.ts';
import type { Api, RoutePorts } from './ports.ts';
import { invalid, Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import { feedBodySchema, feedsSchema, loadedSchema, type FeedsBody } from './schema-feeds.ts';

/** The feeds that packs read: how old they are, and a way to load them. */
export function feedRoutes(api: Api, { packs, reads, feedLoader }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/feeds',
    config: { action: 'read-operations' },
    schema: {
      summary: 'The feeds that packs read, how old they are and how old they may be',
      tags: ['feeds'],
      response: { 200: feedsSchema, ...orProblem },
    },
    handler: async (_request, reply) => {
      const now = new Date();
      const loaded = new Map((await reads.feeds()).map((row) => [row.feed, row]));
      const names = [...new Set([...loaded.keys(), ...namesOf(packs)])].toSorted();
      return await reply.send({ feeds: names.map((name) => feedView(name, loaded.get(name), packs, now)) });
    },
  });

  api.route({
    method: 'PUT',
    url: '/v1/feeds/:name',
    config: { action: 'load-feed' },
    schema: {
      summary: 'Load a feed: its items replace those that are there',
      tags: ['feeds'],
      params: z.object({ name: z.string() }),
      body: feedBodySchema,
      response: { 200: loadedSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      const { items } = request.body;
      const asOf = new Date(request.body.asOf);
      const known = namesOf(packs);
      if (!known.includes(name)) {
        const which = known.length === 0 ? 'no pack reads a feed' : `the packs read ${known.join(', ')}`;
        throw new Problem(404, 'unknown-feed', `No pack reads a feed '${name}'; ${which}.`);
      }
      const repeated = firstRepeated(items.map(({ key }) => key));
      if (repeated !== undefined)
        throw invalid(422, [{ field: `items.${repeated}.key`, message: 'is there before; keys must be distinct' }]);
      await feedLoader.load(name, items, asOf);
      return await reply.send({ name, items: items.length, asOf: asOf.toISOString() });
    },
  });
}

function namesOf(packs: readonly PackInfo[]): string[] {
  return [...new Set(packs.flatMap(({ feeds = [] }) => feeds.map(({ feed }) => feed)))].toSorted();
}

function feedView(
  name: string,
  row: FeedRow | undefined,
  packs: readonly PackInfo[],
  now: Date,
): FeedsBody['feeds'][number] {
  const readers = packs.flatMap(({ id, owner, feeds = [] }) =>
    feeds
      .filter(({ feed }) => feed === name)
      .map((limit) => {
        return { id, owner, maxAgeMs: limit.maxAgeMs, stale: staleness(limit, row?.asOf, now) !== undefined };
      }),
  );
  return {
    name,
    asOf: row?.asOf.toISOString() ?? null,
    loadedAt: row?.loadedAt.toISOString() ?? null,
    ageMs: row ? now.getTime() - row.asOf.getTime() : null,
    items: row?.items ?? 0,
    packs: readers,
    stale: readers.some(({ stale }) => stale),
  };
}

function firstRepeated(keys: readonly string[]): number | undefined {
  const seen = new Set<string>();
  const at = keys.findIndex((key) => seen.has(key) || !seen.add(key));
  return at === -1 ? undefined : at;
}
