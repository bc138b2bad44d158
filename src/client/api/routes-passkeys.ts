import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AccessPorts } from './access.ts';
import { createdPasskey, creationOptions, signingOptions } from './passkey-ceremony.ts';
import { askingOf, faultOfConsent, partyHere, problemHere } from './passkey-page.ts';
import type { Api } from './ports.ts';
import { Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import {
  newPasskeySchema,
  passkeyChallengeSchema,
  passkeyOptionsSchema,
  passkeyRemovalSchema,
  passkeysRemovedSchema,
  passkeysSchema,
} from './schema-passkeys.ts';

const ADD = 'add';
const removalOf = (credentialId: string) => `remove ${credentialId}`;

/** The passkeys of who asks: in a browser's session only, and once there is one, only with its consent. */
export function passkeyRoutes(api: Api, access: AccessPorts): void {
  const { passkeys, people, publicUrl } = access;

  /** Runs what may be refused, so that what is refused stands in the access log. */
  async function refusable<T>({ method, url, identity }: FastifyRequest, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const detail = `${error.code}: ${error.message}`;
      const personId = identity.personId || null;
      await people.log({ personId, kind: 'refused', subject: `${method} ${url}`, detail });
      throw error;
    }
  }

  api.route({
    method: 'GET',
    url: '/v1/passkeys',
    config: { action: 'own-account' },
    schema: { summary: 'Your passkeys', tags: ['access'], response: { 200: passkeysSchema, ...orProblem } },
    handler: async (request, reply) => {
      const mine = await passkeys.ofPerson(request.identity.personId);
      return await reply.send({
        passkeys: mine.map(({ createdAt, lastUsedAt, ...rest }) => {
          return { ...rest, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
        }),
        problem: problemHere(request, publicUrl) ?? null,
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/v1/passkeys/challenges',
    config: { action: 'own-account' },
    schema: {
      summary: 'Begin to add or remove a passkey',
      tags: ['access'],
      body: passkeyChallengeSchema,
      response: { 200: passkeyOptionsSchema, ...orProblem },
    },
    handler: async (request, reply) =>
      await refusable(request, async () => {
        const asking = askingOf(request);
        const { rpId } = partyHere(request, publicUrl);
        const { body } = request;
        const known = await passkeys.ofPerson(asking.personId);
        const challenge = await passkeys.challenge(asking, body.for === 'add' ? ADD : removalOf(body.credentialId));
        const sign = known.length > 0 ? { sign: await signingOptions(rpId, known, challenge) } : {};
        if (body.for === 'remove') return await reply.send(sign);
        return await reply.send({ create: await creationOptions(rpId, request.identity, known, challenge), ...sign });
      }),
  });

  api.route({
    method: 'POST',
    url: '/v1/passkeys',
    config: { action: 'own-account' },
    schema: {
      summary: 'Add a passkey',
      description: 'From then on your verdicts from a browser are signed with one of your passkeys.',
      tags: ['access'],
      body: newPasskeySchema,
      response: { 204: z.null(), ...orProblem },
    },
    handler: async (request, reply) =>
      await refusable(request, async () => {
        const asking = askingOf(request);
        const { personId } = asking;
        const { label, created, proof } = request.body;
        let challenge = '';
        const isChallenge = async (given: string) => {
          challenge = given;
          return await passkeys.useChallenge(asking, ADD, given);
        };
        const party = partyHere(request, publicUrl);
        const made = await createdPasskey(created, { ...party, isChallenge }).catch((error: unknown) => {
          throw invalidPasskey(error instanceof Error ? error.message : 'it cannot be read');
        });
        const fault = await faultOfConsent(access, personId, challenge, proof);
        if (fault !== undefined) throw invalidPasskey(fault);
        if (!(await passkeys.add({ personId, label, ...made }))) throw invalidPasskey('it was registered before');
        return await reply.code(204).send(null);
      }),
  });

  api.route({
    method: 'POST',
    url: '/v1/passkeys/removals',
    config: { action: 'own-account' },
    schema: {
      summary: 'Remove a passkey of yours',
      description: 'Signed with any of your passkeys. Who has lost them all asks an operator.',
      tags: ['access'],
      body: passkeyRemovalSchema,
      response: { 204: z.null(), ...orProblem },
    },
    handler: async (request, reply) =>
      await refusable(request, async () => {
        const asking = askingOf(request);
        const { personId } = asking;
        const { credentialId, proof } = request.body;
        partyHere(request, publicUrl);
        const challenge = challengeIn(proof.clientDataJSON);
        if (!(await passkeys.useChallenge(asking, removalOf(credentialId), challenge)))
          throw invalidPasskey('its challenge was used, is too old, or was for something else; begin again');
        const fault = await faultOfConsent(access, personId, challenge, proof);
        if (fault !== undefined) throw invalidPasskey(fault);
        if (!(await passkeys.remove(personId, credentialId, personId)))
          throw new Problem(404, 'no-such-passkey', 'credentialId: you have no such passkey.');
        return await reply.code(204).send(null);
      }),
  });

  api.route({
    method: 'DELETE',
    url: '/v1/people/:personId/passkeys',
    config: { action: 'manage-people' },
    schema: {
      summary: 'Remove all passkeys of somebody who has lost them; not the own ones',
      tags: ['access'],
      params: z.object({ personId: z.string() }),
      response: { 200: passkeysRemovedSchema, ...orProblem },
    },
    handler: async (request, reply) =>
      await refusable(request, async () => {
        const { personId } = request.params;
        const by = request.identity.personId || 'local';
        if (personId === by)
          throw new Problem(
            403,
            'not-your-own',
            'Remove your own passkeys on the page of your account, or ask another operator.',
          );
        const lost = await passkeys.ofPerson(personId);
        const removed = await Promise.all(lost.map(({ credentialId }) => passkeys.remove(personId, credentialId, by)));
        return await reply.send({ removed: removed.filter(Boolean).length });
      }),
  });
}

function invalidPasskey(why: string): Problem {
  return new Problem(422, 'passkey-invalid', `The passkey was not taken: ${why}.`);
}

function challengeIn(clientDataJSON: string): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >;
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}
