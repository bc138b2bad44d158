import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

/** What an error answer says beyond its status. */
interface ProblemDetails {
  detail: string;
  /** Which field of the request is wrong. */
  field?: string;
  /** A refusal's own code. */
  code?: string;
  /** True when asking again cannot help. */
  permanent?: boolean;
}

/** The body of an error answer, RFC 9457. */
export function problem(status: number, details: ProblemDetails): object {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, ...details };
}

export function sendProblem(reply: FastifyReply, status: number, details: ProblemDetails): FastifyReply {
  return reply.code(status).type(PROBLEM_TYPE).send(problem(status, details));
}

/** 400 that names the first field that is wrong. */
export function sendInvalid(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const [issue] = error.issues;
  const field = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : (issue?.path.join('.') ?? '') || 'body';
  return sendProblem(reply, 400, { detail: `${field}: ${issue?.message ?? 'invalid'}`, field });
}
