import type { FastifyRequest } from 'fastify';
import type { RoutePorts } from './ports.ts';
import { actorOf } from './access.ts';
import { invalid } from './problems.ts';

/** Who acts; a program on this machine, in development, has to say it. */
export function namedActor({ body, identity }: FastifyRequest): string {
  const by = actorOf(identity, (body as { by?: string }).by, 'by');
  if (by === undefined) throw invalid(422, [{ field: 'by', message: 'say who asks for it' }]);
  return by;
}

/** The signature for who asks; programs on this machine, in development, get none. */
export function signed(
  attest: RoutePorts['attest'],
  { identity: { via, personId } }: FastifyRequest,
  caseId: string,
  said: unknown,
): { attestation?: ReturnType<RoutePorts['attest']> } {
  return via === 'local' ? {} : { attestation: attest(caseId, said, { personId, via }) };
}
