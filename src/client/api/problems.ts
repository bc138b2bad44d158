import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { isGrpcServiceError } from '@temporalio/client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { failureTypeOf, type FailureType } from '../../failures.ts';
import { NotConfirmed } from '../update-case.ts';
import type { ProblemBody } from './schema-problem.ts';
import { MAX_BODY_BYTES } from './schema-submission.ts';

export const PROBLEM_TYPE = 'application/problem+json';
/** So much of a body that is too large is still taken in, so that its sender reads why. */
const DRAIN_BYTES = 8 * MAX_BODY_BYTES;

export interface FieldError {
  field: string;
  message: string;
}

/** An error with the answer it gets. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.code = code;
    this.errors = more.errors;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

const RETRY_SECONDS = 5;
const KB = 1024;

/** The answer per type of the failure table; what is not named here is our own fault: 500. */
const STATUS_OF: Partial<Record<FailureType, [status: number, code: string]>> = {
  InvalidInput: [422, 'invalid-input'],
  UnknownPack: [404, 'unknown-pack'],
  Conflict: [409, 'conflict'],
  NotWaiting: [409, 'case-not-waiting'],
  LedgerUnavailable: [503, 'ledger-unavailable'],
};

/** gRPC status codes of a server that is not there now: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const NOT_NOW = new Set([4, 8, 14]);

/** Fields that messages of failures begin with, as in `caseKey: give ...`. */
const FIELD = /^(packId|caseKey|revision|documents|caseId|cursor|by|reason|until|tasks): (.+)$/s;

/** Translates whatever was thrown. Only what we know is told; anything else is 500 and stands in the log. */
export function problemOf(error: unknown, bodyBytes?: number, mostBytes = MAX_BODY_BYTES): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message = 'is wrong' }) => {
      return { field: instancePath.slice(1).replaceAll('/', '.') || 'body', message };
    });
    return invalid(error.validationContext === 'body' ? 422 : 400, errors);
  }
  if (error instanceof NotConfirmed)
    return new Problem(503, 'not-confirmed', error.message, { retryAfterSeconds: RETRY_SECONDS });
  const message = error instanceof Error ? error.message : String(error);
  const type = failureTypeOf(error);
  const known = type && STATUS_OF[type];
  if (known) {
    const [status, code] = known;
    const [, field, what] = FIELD.exec(message) ?? [];
    return new Problem(status, code, message, {
      ...(field === undefined || what === undefined ? {} : { errors: [{ field, message: what }] }),
      ...(status === 503 ? { retryAfterSeconds: RETRY_SECONDS } : {}),
    });
  }
  if (temporalIsAway(error)) {
    return new Problem(
      503,
      'temporal-unavailable',
      'Temporal did not answer in time. Send the same again: it does no harm if the first was taken after all.',
      {
        retryAfterSeconds: RETRY_SECONDS,
        cause: error,
      },
    );
  }
  return ofHttp(error, message, bodyBytes, mostBytes);
}

/** 422 (body) or 400 (rest of the request), naming each field that is wrong. */
export function invalid(status: 400 | 422, errors: FieldError[]): Problem {
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new Problem(status, 'invalid-request', detail, { errors });
}

export function invalidBody({ issues }: z.ZodError): Problem {
  return invalid(
    422,
    issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message })),
  );
}

/** The body of the answer. */
export function problemBody(problem: Problem, instance: string): ProblemBody {
  const { status, code, message: detail, errors } = problem;
  const title = STATUS_CODES[status] ?? 'Error';
  const body = { type: `urn:countersign:problem:${code}`, title, status, detail, instance, code };
  return errors === undefined ? body : { ...body, errors };
}

export async function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const length = Number(request.headers['content-length']);
  const problem = problemOf(error, Number.isFinite(length) ? length : undefined, request.routeOptions.bodyLimit);
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
  if (problem.status === 413) await drained(request.raw);
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  await reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(problemBody(problem, request.url));
}

/**
 * Takes the rest of a body in and throws it away: a client that is still sending when the connection is closed sees a
 * broken pipe in place of the answer. Past the limit it does.
 */
async function drained(body: IncomingMessage): Promise<void> {
  let left = DRAIN_BYTES;
  await new Promise<void>((resolve) => {
    body.on('data', (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left < 0) resolve();
    });
    for (const end of ['end', 'close', 'error']) body.once(end, () => resolve());
    if (body.readableEnded || body.destroyed) resolve();
  });
}

function ofHttp(error: unknown, message: string, bodyBytes: number | undefined, mostBytes: number): Problem {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) {
    const size = bodyBytes === undefined ? 'The body is too large' : `The body has ${bodyBytes} bytes`;
    return new Problem(
      413,
      'too-large',
      `${size}; at most ${mostBytes} bytes (${Math.ceil(mostBytes / KB)} KB) are taken.`,
    );
  }
  if (status === 415) {
    const detail = 'Send application/json or application/x-ndjson, or one document to /v1/cases/<packId>/<caseKey>.';
    return new Problem(415, 'unsupported-media-type', detail);
  }
  if (status >= 400 && status < 500) return new Problem(status, 'bad-request', message);
  return new Problem(500, 'internal', 'Something went wrong on our side; the log of the API tells what.', {
    cause: error,
  });
}

function temporalIsAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at) && NOT_NOW.has(at.code)) return true;
  }
  return false;
}
