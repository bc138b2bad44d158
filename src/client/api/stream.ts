import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '../../domain/access.ts';
import type { CaseClient } from '../case-client.ts';
import { linesOf, type Line } from '../ndjson.ts';
import { invalidBody, Problem, problemBody, problemOf } from './problems.ts';
import { MAX_LINE_BYTES, submissionSchema, type LineReceipt } from './schema-submission.ts';
import { admitted, submissionOf } from './submissions.ts';

/** Submissions under way at once, per stream. */
const CONCURRENCY = 32;
/** A stream may go on for hours: who sends it is looked up again after so long. */
const RENEW_MS = 1_000;

/**
 * Submits each line and yields the receipts in the order of the lines, each as soon as it and those before it
 * are there. Reads no further while nobody takes the receipts. A bad line does not stop the others.
 */
export function receiptsOf(
  bytes: AsyncIterable<Uint8Array>,
  client: Pick<CaseClient, 'submit'>,
  by: Pick<FastifyRequest, 'identity' | 'again' | 'log'>,
): AsyncIterable<LineReceipt> {
  const lines = Readable.from(linesOf(bytes, MAX_LINE_BYTES));
  const { log } = by;
  const who = renewed(by);
  return lines.map((line: Line) => receiptOf(line, client, { who, log }), { concurrency: CONCURRENCY });
}

/** Who sends it, as of the last second. Throws a problem when they may not any more. */
function renewed(by: Pick<FastifyRequest, 'identity' | 'again'>): () => Promise<Identity> {
  let known: Promise<Identity | undefined> = Promise.resolve(by.identity);
  let at = Date.now();
  return async () => {
    if (Date.now() - at > RENEW_MS) {
      at = Date.now();
      known = by.again();
    }
    const identity = await known;
    if (identity) return identity;
    throw new Problem(
      401,
      'not-authenticated',
      'The key or session that this stream began with is not in force any more.',
    );
  };
}

async function receiptOf(
  { line, text }: Line,
  client: Pick<CaseClient, 'submit'>,
  { who, log }: { who: () => Promise<Identity>; log: FastifyRequest['log'] },
): Promise<LineReceipt> {
  try {
    const submission = admitted(submissionOf(parsed(text)), await who());
    const { caseId, created, started, outcome } = await client.submit(submission);
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
