import { z } from 'zod';
import { seesOnlyOwn, type Identity } from '../../domain/access.ts';
import { DEFAULT_SECONDS, forecastOf } from '../../domain/queue-value.ts';
import { deskTaskOf, queueItemOf } from './desk-view.ts';
import { summaryOf } from './case-view.ts';
import type { Api, RoutePorts } from './ports.ts';
import { hidden, noSuchCase } from './routes-cases.ts';
import { orProblem } from './responses.ts';
import {
  deskCountsSchema,
  deskTaskSchema,
  foundCasesSchema,
  queuePageSchema,
  queueQuerySchema,
  searchQuerySchema,
} from './schema-desk.ts';

const HOUR_SECONDS = 3_600;
const SEARCH_LIMIT = 100;

/** The review desk: what waits, in which order, and one question with all that a reviewer needs. */
export function deskRoutes(api: Api, { desk, reads, manifests, links }: RoutePorts): void {
  api.route({
    method: 'GET',
    url: '/v1/desk/queue',
    config: { action: 'read-counts' },
    schema: {
      summary: 'Questions that wait for a person, in the order to answer them',
      description:
        'What is assigned to others comes after the rest. A cursor goes on as of the moment of its first page, so that values that change with time do not shuffle the pages.',
      tags: ['desk'],
      querystring: queueQuerySchema,
      response: { 200: queuePageSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const { order, limit, cursor, ...filter } = request.query;
      const page = await desk.queue(seenBy(given(filter), request.identity), order, limit, cursor);
      const body = { items: page.items.map(queueItemOf), asOf: page.asOf.toISOString() };
      return await reply.send(page.cursor === undefined ? body : { ...body, cursor: page.cursor });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/desk/counts',
    config: { action: 'read-counts' },
    schema: {
      summary: 'How much waits, by pack, group and reason, and which deadlines will be missed',
      description: 'Of the packs that you have a part in.',
      tags: ['desk'],
      response: { 200: deskCountsSchema, ...orProblem },
    },
    handler: async ({ identity: { packs } }, reply) => {
      const read = [desk.queueCounts(packs), desk.dues(packs), desk.speeds(packs)] as const;
      const [counts, dues, speeds] = await Promise.all(read);
      const seconds = weighted(counts.packs, speeds.seconds);
      const measured = speeds.lastHour > 0;
      const perReviewerHour = HOUR_SECONDS / seconds;
      const perHour = measured ? speeds.lastHour : perReviewerHour;
      const { missed, oneMoreHour } = forecastOf(dues, perHour, perReviewerHour, new Date());
      return await reply.send({ ...counts, forecast: { perHour, measured, missed, oneMoreHour } });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/desk/search',
    config: { action: 'read-counts' },
    schema: {
      summary: 'Cases by a part of their key, by stage, and by who answered them, open or ended',
      tags: ['desk'],
      querystring: searchQuerySchema,
      response: { 200: foundCasesSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const cases = await desk.search(ofPacks(given(request.query), request.identity), SEARCH_LIMIT);
      return await reply.send({ cases: cases.map((found) => ({ ...summaryOf(found), undo: found.undo })) });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/desk/tasks/*',
    config: { action: 'read-case' },
    schema: {
      summary: 'A case as a reviewer needs it',
      description:
        'The case file with its texts, and: the schema of its fields, what happens when nobody answers, what changed since the question before, who holds it, comments (to submitters none).',
      tags: ['desk'],
      params: z.object({ '*': z.string() }),
      response: { 200: deskTaskSchema, ...orProblem },
    },
    handler: async (request, reply) => {
      const caseId = request.params['*'];
      const file = await reads.caseFile(caseId);
      if (!file || hidden(file.record, request.identity)) throw noSuchCase(caseId);
      const task = file.tasks.at(-1);
      const hash = task?.packHash ?? file.record.plan?.packHash;
      const [manifest, marks, comments] = await Promise.all([
        hash === undefined ? undefined : manifests.manifest(hash),
        task ? desk.marksOf(task) : { claim: null, snooze: null },
        // Reviewers write them to each other.
        seesOnlyOwn(request.identity) ? [] : desk.comments(caseId),
      ]);
      return await reply.send(deskTaskOf(file, { manifest, marks, comments, links }));
    },
  });
}

/** Narrowed to the packs that somebody has a part in. */
function ofPacks<Filter extends object>(filter: Filter, { packs }: Identity): Filter & { packs?: readonly string[] } {
  return packs === undefined ? filter : { ...filter, packs };
}

/** As somebody sees the queue: in their packs, with what is theirs or nobody's first. */
export function seenBy<Filter extends object>(
  filter: Filter,
  identity: Identity,
): Filter & { packs?: readonly string[]; viewer?: string } {
  const narrowed = ofPacks(filter, identity);
  return identity.via === 'local' ? narrowed : { ...narrowed, viewer: identity.personId };
}

type Given<Filter> = { [K in keyof Filter]?: Exclude<Filter[K], undefined> };

/** Leaves out what is not filtered by. */
export function given<Filter extends object>(filter: Filter): Given<Filter> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Given<Filter>;
}

/** Seconds of review of the mean question that waits. */
function weighted(packs: Readonly<Record<string, number>>, seconds: Readonly<Record<string, number>>): number {
  const all = Object.entries(packs);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return DEFAULT_SECONDS;
  return all.reduce((sum, [pack, count]) => sum + count * (seconds[pack] ?? DEFAULT_SECONDS), 0) / total;
}
