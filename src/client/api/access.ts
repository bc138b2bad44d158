import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { LRUCache } from 'lru-cache';
import type { Credentials } from '../../adapters/ledger/credentials.ts';
import type { PasskeyRows } from '../../adapters/ledger/passkeys.ts';
import type { People } from '../../adapters/ledger/people.ts';
import { refusalOfAccess, type Action, type Identity } from '../../domain/access.ts';
import { packNamedIn } from '../../domain/case.ts';
import { guessLimit } from './guess-limit.ts';
import { foreignProblem } from './loopback.ts';
import type { OidcProvider } from './oidc.ts';
import { Problem } from './problems.ts';

/** How the API knows who asks. */
export interface AccessPorts {
  /** `local`: programs on this machine are believed; browsers log in all the same, to be somebody. */
  mode: 'required' | 'local';
  people: People;
  credentials: Credentials;
  passkeys: PasskeyRows;
  /** Where people reach the API; needed when that is not this machine. */
  publicUrl?: string;
  oidc?: OidcProvider;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, of the table of rights; `open`: anybody may. Every route states it. */
    action?: Action | 'open';
  }
  interface FastifyRequest {
    identity: Identity;
    /** The token against cross-site requests, where a browser's session asks. */
    csrf: string | undefined;
    /** Who asks, as of now: for what goes on for long. Undefined: nobody who may any more. */
    again(): Promise<Identity | undefined>;
  }
}

const LOCAL: Identity = { personId: '', name: 'a program on this machine', roles: [], groups: [], via: 'local' };
const NOBODY: Identity = { personId: '', name: 'nobody', roles: [], groups: [], via: 'session' };
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** So many wrong keys and cookies from one address within the time, then who shows another wrong one has to wait. */
const MOST_FAILURES = 20;
const FAILURES_MS = 5 * 60_000;
/** So much of one kind stands in the log of an address that nobody is known at: whoever reads it must find the rest. */
const STRANGERS = { most: 20, perMs: FAILURES_MS };

export const sessionCookie = (publicUrl: string | undefined) =>
  publicUrl?.startsWith('https:') ? '__Host-countersign' : 'countersign';

/**
 * Puts the one check of rights before every route: who asks, by API key or session; no cross-site request; the role; the
 * pack. What is refused stands in the access log; of strangers, as much as helps.
 */
export const guard = plugin(async (api: FastifyInstance, ports: AccessPorts) => {
  const strangers = guessLimit(STRANGERS);
  const failures = new LRUCache<string, number>({ max: 10_000, ttl: FAILURES_MS, noUpdateTTL: true });
  api.decorateRequest('identity', undefined as unknown as Identity);
  api.decorateRequest('csrf', undefined);
  api.decorateRequest('again', async function again(this: FastifyRequest) {
    const identity = (await identify(this, ports, false))?.identity;
    const action = this.routeOptions.config.action ?? 'open';
    return identity && (action === 'open' || !refusalOfAccess(identity, action)) ? identity : undefined;
  });
  api.addHook('onRoute', ({ config, method, url }) => {
    if (config?.action === undefined) throw new TypeError(`${String(method)} ${url} states no action`);
  });

  const refused = async (request: FastifyRequest, problem: Problem): Promise<Problem> => {
    const { identity, ip, method, url } = request;
    const kind = `${problem.code} ${presents(request, ports)} ${ip}`;
    if (identity.personId === '' && !strangers.allows(kind)) return problem;
    const subject = `${method} ${url.split('?')[0]}`;
    const detail = `${problem.code}: ${problem.message} (from ${ip})`;
    await ports.people.log({ personId: identity.personId || null, kind: 'refused', subject, detail });
    return problem;
  };

  api.addHook('onRequest', async (request) => {
    request.identity = NOBODY;
    const forStrangers = request.routeOptions.config.forStrangers === true;
    const foreign = forStrangers ? undefined : foreignProblem(request, ports.publicUrl);
    if (foreign) throw await refused(request, foreign);
    const action = request.routeOptions.config.action ?? 'open';
    if (action === 'open') return;
    const found = await identify(request, ports);
    if (!found) {
      // Who shows nothing guesses nothing: a page that is not logged in yet asks too. Who has a right key is never kept
      // from it by those who guess: behind a proxy all come from one address.
      if (presents(request, ports)) {
        const wrong = failures.get(request.ip) ?? 0;
        if (wrong >= MOST_FAILURES) {
          const detail = 'Too many wrong keys from here.';
          throw new Problem(429, 'too-many-attempts', detail, { retryAfterSeconds: FAILURES_MS / 1_000 });
        }
        failures.set(request.ip, wrong + 1);
      }
      const detail =
        'Log in, or send an API key as Authorization: Bearer cs_...; an expired or revoked one does not count.';
      throw await refused(request, new Problem(401, 'not-authenticated', detail));
    }
    request.identity = found.identity;
    request.csrf = found.csrf;
    if (
      found.csrf !== undefined &&
      !READING.has(request.method) &&
      !same(request.headers['x-csrf-token'], found.csrf)
    ) {
      const detail = 'x-csrf-token: send the token of GET /v1/me with every request that changes something.';
      throw await refused(request, new Problem(403, 'no-csrf-token', detail));
    }
    const denied = refusalOfAccess(found.identity, action);
    if (denied) throw await refused(request, new Problem(403, denied.code, denied.message));
  });

  api.addHook('preHandler', async (request) => {
    const action = request.routeOptions.config.action ?? 'open';
    const packId = packIn(request);
    if (action === 'open' || packId === undefined) return;
    const denied = refusalOfAccess(request.identity, action, packId);
    if (denied) throw await refused(request, new Problem(403, denied.code, denied.message));
  });
});

/**
 * Who acts, as a request may state it: oneself. A program on this machine, in development, says who it acts for.
 *
 * @throws Problem 403 when someone else is named
 */
export function actorOf({ personId, via }: Identity, by: string | undefined, field: string): string | undefined {
  if (via === 'local') return by;
  if (by === undefined || by === personId) return personId;
  throw new Problem(403, 'not-you', `${field}: you are ${personId} here, and cannot act as ${by}; leave it out.`);
}

function presents({ headers, cookies }: FastifyRequest, { publicUrl }: AccessPorts): boolean {
  return headers.authorization !== undefined || cookies[sessionCookie(publicUrl)] !== undefined;
}

/** `uses`: false where it is only looked up, which keeps no session from ending idle. */
async function identify(
  request: FastifyRequest,
  { mode, people, credentials, publicUrl }: AccessPorts,
  uses = true,
): Promise<{ identity: Identity; csrf?: string } | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const secret = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    const personId = secret === undefined ? undefined : await credentials.byKey(secret);
    const identity = personId === undefined ? undefined : await identityOf(people, personId, 'api-key');
    return identity && { identity };
  }
  const token = request.cookies[sessionCookie(publicUrl)];
  const session = token === undefined ? undefined : await credentials.bySession(token, uses);
  if (session) {
    const identity = await identityOf(people, session.personId, 'session');
    return identity && { identity, csrf: session.csrf };
  }
  // Browsers say where a request comes from; what they show must be somebody's.
  const browser = request.headers['sec-fetch-site'] !== undefined;
  return mode === 'local' && !browser ? { identity: LOCAL } : undefined;
}

async function identityOf(people: People, personId: string, via: Identity['via']): Promise<Identity | undefined> {
  const person = await people.person(personId);
  if (!person || person.disabled) return undefined;
  const { name, roles, groups, packs } = person;
  return { personId, name, roles, groups, via, ...(packs ? { packs } : {}) };
}

/** The pack that a request is about, where its address or body says so. */
function packIn({ params, query, body }: FastifyRequest): string | undefined {
  const inPath = params as { '*'?: string; packId?: string };
  const inBody =
    typeof body === 'object' && body !== null && !Buffer.isBuffer(body) ? (body as { caseId?: unknown }) : {};
  if (inPath.packId !== undefined) return inPath.packId;
  for (const id of [inPath['*'], inBody.caseId, (query as { caseId?: unknown }).caseId]) {
    const found = typeof id === 'string' ? packNamedIn(id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function same(given: string | string[] | undefined, csrf: string): boolean {
  if (typeof given !== 'string') return false;
  const [one, other] = [Buffer.from(given), Buffer.from(csrf)];
  return one.length === other.length && timingSafeEqual(one, other);
}
