import { z } from 'zod';
import { directoryOf, standsInFor } from '../../domain/absence.ts';
import { sessionCookie, type AccessPorts } from './access.ts';
import { CALLBACK, type OidcState } from './oidc.ts';
import type { Api } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import { loginSchema, meSchema } from './schema-access.ts';

const KEPT = 'countersign-login';
const KEPT_SECONDS = 600;
const keptSchema = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });

/** Who one is, logging in and out. */
export function loginRoutes(api: Api, { mode, people, credentials, passkeys, publicUrl, oidc }: AccessPorts): void {
  const name = sessionCookie(publicUrl);
  const options = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: publicUrl?.startsWith('https:') ?? false,
  } as const;

  api.route({
    method: 'GET',
    url: '/v1/me',
    config: { action: 'own-account' },
    schema: {
      summary: 'Who you are here',
      tags: ['access'],
      response: {
        200: meSchema,
        ...orProblem,
      },
    },
    handler: async ({ identity, csrf }, reply) => {
      const { via, ...person } = identity;
      const absent = via === 'local' ? [] : await absentFor(people, identity.personId);
      const shown = {
        ...person,
        roles: [...person.roles],
        groups: [...person.groups],
        packs: person.packs && [...person.packs],
      };
      const passkey = csrf === undefined ? {} : { passkey: await passkeys.hasAny(person.personId) };
      return await reply.send({
        person: via === 'local' ? null : shown,
        ...(absent.length > 0 ? { standsInFor: absent } : {}),
        csrf,
        ...passkey,
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/login',
    config: { action: 'open' },
    schema: {
      summary: 'The ways to log in',
      tags: ['access'],
      response: {
        200: loginSchema,
        ...orProblem,
      },
    },
    handler: async (_request, reply) => {
      const demo = mode === 'local' ? (await people.people()).filter(({ disabled }) => !disabled) : undefined;
      const shown = demo?.map(({ personId, name: called, roles, groups }) => {
        return { personId, name: called, roles: [...roles], groups: [...groups] };
      });
      return await reply.send({ ...(shown ? { demo: shown } : {}), oidc: oidc !== undefined });
    },
  });

  if (mode === 'local') {
    api.route({
      method: 'POST',
      url: '/v1/login/demo',
      config: { action: 'open' },
      schema: {
        summary: 'Log in as somebody of the directory, without a secret: development on one machine only',
        tags: ['access'],
        body: z.strictObject({ personId: z.string().min(1) }),
        response: { 204: z.null(), ...orProblem },
      },
      handler: async (request, reply) => {
        const { personId } = request.body;
        const person = await people.person(personId);
        if (!person || person.disabled)
          throw new Problem(404, 'no-such-person', `personId: there is no '${personId}'.`);
        const { token } = await credentials.openSession(personId, 'demo login');
        return await reply.setCookie(name, token, options).code(204).send(null);
      },
    });
  }

  api.route({
    method: 'POST',
    url: '/v1/logout',
    config: { action: 'own-account' },
    schema: { summary: 'End the session', tags: ['access'], response: { 204: z.null(), ...orProblem } },
    handler: async (request, reply) => {
      const token = request.cookies[name];
      if (token !== undefined) await credentials.endSession(token);
      return await reply.clearCookie(name, options).code(204).send(null);
    },
  });

  if (!oidc) return;
  const keeping = { ...options, path: '/v1/login', maxAge: KEPT_SECONDS };
  api.route({
    method: 'GET',
    url: '/v1/login/oidc',
    config: { action: 'open' },
    schema: { summary: 'Go to the issuer to log in', tags: ['access'], response: { ...orProblem } },
    handler: async (_request, reply) => {
      const { url, kept } = await oidc.begin();
      return await reply
        .setCookie(KEPT, Buffer.from(JSON.stringify(kept)).toString('base64url'), keeping)
        .redirect(url);
    },
  });

  api.route({
    method: 'GET',
    url: CALLBACK,
    config: { action: 'open' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const kept = keptOf(request.cookies[KEPT]);
      reply.clearCookie(KEPT, keeping);
      const query = request.url.indexOf('?');
      const email = await oidc.end(query < 0 ? '' : request.url.slice(query), kept);
      const person = await people.personByEmail(email);
      if (!person || person.disabled) {
        await people.log({
          personId: null,
          kind: 'refused',
          subject: 'login',
          detail: `nobody has the address ${email}`,
        });
        throw new Problem(403, 'no-such-person', `Nobody here has the address ${email}; ask an operator to add you.`);
      }
      const { token } = await credentials.openSession(person.personId, 'OpenID Connect');
      return await reply.setCookie(name, token, options).redirect('/');
    },
  });
}

function keptOf(cookie: string | undefined): OidcState {
  try {
    return keptSchema.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8')));
  } catch (error) {
    throw new Problem(401, 'login-failed', 'This login was not begun here, or too long ago; log in again.', {
      cause: error,
    });
  }
}

/** Those in whose place this person answers now. */
async function absentFor(people: AccessPorts['people'], personId: string) {
  const directory = directoryOf(await people.people());
  const self = directory.get(personId);
  if (!self) return [];
  return standsInFor(self, directory).map(({ personId: id, name, absence }) => {
    return { personId: id, name, until: absence?.until ?? '' };
  });
}
