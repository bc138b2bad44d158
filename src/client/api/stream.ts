import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { CaseClient } from '../case-client.ts';
import { linesOf, type Line } from '../ndjson.ts';
import { invalidBody, Problem, problemBody, problemOf } from './problems.ts';
import { MAX_LINE_BYTES, submissionSchema, type LineReceipt } from './schema-submission.ts';
import { admitted, submissionOf } from './submissions.ts';

/** Submissions under way at once, per stream. */
const CONCURRENCY = 32;

/**
 * Submits each line and yields the receipts in the order of the lines, each as soon as it and those before it
 * are there. Reads no further while nobody takes the receipts. A bad line does not stop the others.
 */
export function receiptsOf(
  bytes: AsyncIterable<Uint8Array>,
  client: Pick<CaseClient, 'submit'>,
  by: Pick<FastifyRequest, 'identity' | 'log'>,
): AsyncIterable<LineReceipt> {
  const lines = Readable.from(linesOf(bytes, MAX_LINE_BYTES));
  return lines.map((line: Line) => receiptOf(line, client, by), { concurrency: CONCURRENCY });
}

async function receiptOf(
  { line, text }: Line,
  client: Pick<CaseClient, 'submit'>,
  { identity, log }: Pick<FastifyRequest, 'identity' | 'log'>,
): Promise<LineReceipt> {
  try {
    const { caseId, created, started, outcome } = await client.submit(admitted(submissionOf(parsed(text)), identity));
    return { line, caseId, created, started, outcome };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) log.error({ err: error, line }, 'submission failed');
    return { line, error: problemBody(problem, `/v1/cases#line=${line}`) };
  }
}

function parsed(text: string | undefined) {
  if (text === undefined)
    throw new Problem(413, 'too-large', `The line is longer than ${MAX_LINE_BYTES} bytes (24 MB).`);
  const result = submissionSchema.safeParse(json(text));
  if (!result.success) throw invalidBody(result.error);
  return result.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'no-json', 'The line is no JSON.');
  }
}
