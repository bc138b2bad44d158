import type { FastifyRequest } from 'fastify';
import { Problem } from './problems.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Refuses what a page of another site makes a browser send. A foreign `Host` is DNS rebinding, a foreign `Origin` a
 * cross-site request. Known are this machine and the host of `publicUrl`.
 */
export function refuseForeign(request: FastifyRequest, publicUrl?: string): void {
  const { host, origin } = request.headers;
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (host !== undefined && !LOOPBACK.test(host) && host.toLowerCase() !== own?.host) {
    throw new Problem(
      403,
      'foreign-host',
      `Host: '${host}' is not this API; use ${own?.origin ?? 'http://127.0.0.1'}.`,
    );
  }
  if (origin !== undefined && origin !== own?.origin && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''))) {
    throw new Problem(403, 'foreign-origin', `Origin: pages of '${origin}' may not use this API.`);
  }
}
