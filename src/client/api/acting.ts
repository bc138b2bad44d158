import type { FastifyRequest } from 'fastify';
import { isStorable } from '../../canonical.ts';
import type { RoutePorts } from './ports.ts';
import { actorOf } from './access.ts';
import { guessLimit } from './guess-limit.ts';
import { invalid, Problem } from './problems.ts';

/** Who acts; a program on this machine, in development, has to say it. */
export function namedActor({ body, identity }: FastifyRequest): string {
  const by = actorOf(identity, (body as { by?: string }).by, 'by');
  if (by === undefined) throw invalid(422, [{ field: 'by', message: 'say who asks for it' }]);
  return by;
}

/** Ids of links and of selections can be read in the trail of a case; who used one first would take its answer away. */
const KEPT_IDS = /^(?:link|bulk)-/;

/** Refuses, and logs, an id that only a link or a selection answers under. */
export async function refuseKeptId(
  { people }: RoutePorts['access'],
  { identity, method, url }: FastifyRequest,
  field: string,
  id: unknown,
): Promise<void> {
  if (typeof id !== 'string' || !KEPT_IDS.test(id)) return;
  const message = 'begins as those of links and selections do; choose another';
  const detail = `${field}: '${id}' ${message}`;
  await people.log({ personId: identity.personId || null, kind: 'refused', subject: `${method} ${url}`, detail });
  throw invalid(422, [{ field, message }]);
}

const MOST_A_DAY = { most: 50, perMs: 86_400_000 };

/**
 * Counts what one person sends to one case, and throws a problem on one too many: Temporal takes 2,000 updates in the life of
 * a case, and then no verdict of anybody. Programs on this machine, in development, are not counted.
 */
export function sparing(): RoutePorts['spare'] {
  const sent = guessLimit(MOST_A_DAY);
  return ({ identity: { personId, via } }, caseId) => {
    if (via === 'local' || sent.allows(JSON.stringify([personId, caseId]))) return;
    const detail = `You have sent ${MOST_A_DAY.most} messages to '${caseId}' within a day; leave it to somebody else.`;
    throw new Problem(429, 'too-many-messages', detail, { retryAfterSeconds: 3_600 });
  };
}

/** The signature for who asks; programs on this machine, in development, get none. */
export function signed(
  attest: RoutePorts['attest'],
  { identity: { via, personId } }: FastifyRequest,
  caseId: string,
  said: unknown,
): { attestation?: ReturnType<RoutePorts['attest']> } {
  // What is not text has no digest to sign; the case refuses, and records, it.
  return via === 'local' || !isStorable(said) ? {} : { attestation: attest(caseId, said, { personId, via }) };
}
