import type { FastifyRequest } from 'fastify';
import { Problem } from './problems.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * What is wrong with a request that a page of another site may have made a browser send. A foreign `Host` is DNS rebinding,
 * a foreign `Origin` a cross-site request. Known are this machine and the host of `publicUrl`.
 */
export function foreignProblem({ headers }: FastifyRequest, publicUrl?: string): Problem | undefined {
  const { host, origin } = headers;
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (host !== undefined && !LOOPBACK.test(host) && host.toLowerCase() !== own?.host) {
    const use = own?.origin ?? 'http://127.0.0.1';
    return new Problem(403, 'foreign-host', `Host: '${host}' is not this API; use ${use}.`);
  }
  if (origin !== undefined && origin !== own?.origin && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''))) {
    return new Problem(403, 'foreign-origin', `Origin: pages of '${origin}' may not use this API.`);
  }
  return undefined;
}
