import type { FastifyRequest } from 'fastify';
import { Problem } from './problems.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Refuses what a page of another site makes a browser on this machine send: there is no authentication yet, so being on
 * this machine is the only right there is. A foreign `Host` is DNS rebinding, a foreign `Origin` a cross-site request.
 */
export function refuseForeign(request: FastifyRequest): void {
  const { host, origin } = request.headers;
  if (host !== undefined && !LOOPBACK.test(host)) {
    throw new Problem(403, 'foreign-host', `Host: '${host}' is not this machine; use http://127.0.0.1.`);
  }
  if (origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''))) {
    throw new Problem(403, 'foreign-origin', `Origin: pages of '${origin}' may not use this API.`);
  }
}
