import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { NDJSON, ndjsonOf } from '../ndjson.ts';
import { PROBLEM_TYPE } from './problems.ts';
import { problemSchema } from './schema-problem.ts';

/** Every route may answer with a problem. */
export const orProblem = {
  default: { description: 'Problem', content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
};

/** Answers with a stream of values, one line each, no faster than they are taken. */
export async function sendLines(reply: FastifyReply, values: AsyncIterable<unknown>): Promise<FastifyReply> {
  return await reply.type(NDJSON).send(Readable.from(ndjsonOf(values)));
}
