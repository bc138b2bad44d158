import { z } from 'zod';
import { hasPartIn, type Person } from '../../domain/access.ts';
import { packsNamedIn } from '../../domain/case.ts';
import type { AccessPorts } from './access.ts';
import type { Api } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import {
  absenceSchema,
  accessEntriesSchema,
  keyEntrySchema,
  keyMadeSchema,
  keysSchema,
  peopleSchema,
  personEntrySchema,
  type PeopleBody,
} from './schema-access.ts';

const params = z.object({ personId: z.string() });
/** Who changes the directory in development, where nobody is logged in. */
const LOCAL = 'local';

/** The directory of people, their absences and keys, and the log of it. */
export function peopleRoutes(api: Api, { people, credentials }: AccessPorts): void {
  api.route({
    method: 'GET',
    url: '/v1/people',
    config: { action: 'read-people' },
    schema: {
      summary: 'Everybody, with roles, groups and who is away',
      tags: ['access'],
      response: { 200: peopleSchema, ...orProblem },
    },
    handler: async (_request, reply) => await reply.send({ people: (await people.people()).map(bodyOf) }),
  });

  api.route({
    method: 'PUT',
    url: '/v1/people/:personId',
    config: { action: 'manage-people' },
    schema: {
      summary: 'Add somebody, or replace what is known of them; disabling ends their sessions and keys',
      tags: ['access'],
      params,
      body: personEntrySchema,
      response: { 204: z.null(), ...orProblem },
    },
    handler: async ({ params: { personId }, body, identity }, reply) => {
      const { packs, email = null, disabled = false, ...rest } = body;
      const entry = { personId, ...rest, email, disabled, ...(packs ? { packs } : {}) };
      await people.putPerson(entry, identity.personId || LOCAL);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'PUT',
    url: '/v1/people/:personId/absence',
    config: { action: 'own-account' },
    schema: {
      summary: 'Away from one moment to another, and who answers meanwhile: oneself, or anybody by a lead or operator',
      tags: ['access'],
      params,
      body: absenceSchema,
      response: { 204: z.null(), ...orProblem },
    },
    handler: async ({ params: { personId }, body, identity }, reply) => {
      const others = identity.via === 'local' || identity.roles.some((role) => role === 'lead' || role === 'operator');
      if (personId !== identity.personId && !others) {
        const detail = `${identity.personId} may state the own absence only; ask a lead.`;
        await people.log({ personId: identity.personId, kind: 'refused', subject: `absence of ${personId}`, detail });
        throw new Problem(403, 'not-entitled', detail);
      }
      // Who takes people out would otherwise take their rights.
      if (body && personId !== identity.personId && body.substitute === identity.personId) {
        const detail = `substitute: ${identity.personId} states this absence, so name someone else, or let another lead state it.`;
        await people.log({ personId: identity.personId, kind: 'refused', subject: `absence of ${personId}`, detail });
        throw new Problem(403, 'not-entitled', detail);
      }
      const absence = body && { from: new Date(body.from), until: new Date(body.until), substitute: body.substitute };
      await people.putAbsence(personId, absence, identity.personId || LOCAL);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/keys',
    config: { action: 'manage-people' },
    schema: {
      summary: 'API keys, without their secrets',
      tags: ['access'],
      response: { 200: keysSchema, ...orProblem },
    },
    handler: async (_request, reply) => {
      const keys = (await credentials.keys()).map(({ createdAt, expiresAt, revokedAt, ...rest }) => {
        const dates = { expiresAt: expiresAt?.toISOString() ?? null, revokedAt: revokedAt?.toISOString() ?? null };
        return { ...rest, createdAt: createdAt.toISOString(), ...dates };
      });
      return await reply.send({ keys });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/people/:personId/keys',
    config: { action: 'manage-people' },
    schema: {
      summary: 'Make an API key; its secret is in this answer only',
      tags: ['access'],
      params,
      body: keyEntrySchema,
      response: { 201: keyMadeSchema, ...orProblem },
    },
    handler: async ({ params: { personId }, body, identity }, reply) => {
      const person = await people.person(personId);
      if (!person || person.disabled) throw new Problem(404, 'no-such-person', `personId: there is no '${personId}'.`);
      const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
      const made = await credentials.makeKey(personId, { label: body.label, expiresAt }, identity.personId || LOCAL);
      return await reply.code(201).send(made);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/v1/keys/:keyId',
    config: { action: 'manage-people' },
    schema: {
      summary: 'Revoke an API key',
      tags: ['access'],
      params: z.object({ keyId: z.string() }),
      response: { 204: z.null(), ...orProblem },
    },
    handler: async ({ params: { keyId }, identity }, reply) => {
      const revoked = await credentials.revokeKey(keyId, identity.personId || LOCAL);
      if (!revoked) throw new Problem(404, 'no-such-key', `keyId: no key '${keyId}' is in force.`);
      return await reply.code(204).send(null);
    },
  });

  api.route({
    method: 'GET',
    url: '/v1/access-entries',
    config: { action: 'read-audit' },
    schema: {
      summary: 'Logins, changes of rights and refused attempts, newest first',
      tags: ['audit'],
      querystring: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
      response: {
        200: accessEntriesSchema,
        ...orProblem,
      },
    },
    handler: async ({ query: { limit }, identity }, reply) => {
      const theirs = (text: string) => packsNamedIn(text).every((packId) => hasPartIn(identity, packId));
      const all = await people.accessEntries(limit);
      const entries = all.filter(({ subject, detail }) => theirs(subject) && theirs(detail));
      return await reply.send({ entries: entries.map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })) });
    },
  });
}

function bodyOf({ packs, ...person }: Person): PeopleBody['people'][number] {
  const { roles: of, groups, ...rest } = person;
  return { ...rest, roles: [...of], groups: [...groups], ...(packs ? { packs: [...packs] } : {}) };
}
