import type { FastifyRequest } from 'fastify';
import type { Asking } from '../../adapters/ledger/passkeys.ts';
import { judgeAssertion } from '../../countersignature/passkey.ts';
import { isOwnOrigin, passkeyProblem, relyingPartyOf, type Assertion } from '../../domain/passkey.ts';
import type { AccessPorts } from './access.ts';
import { Problem } from './problems.ts';

/** Who asks, in a browser's session. Throws a problem for keys and programs: a passkey is a person's in front of a page. */
export function askingOf({ identity, csrf }: FastifyRequest): Asking {
  if (identity.via === 'session' && csrf !== undefined) return { personId: identity.personId, session: csrf };
  throw new Problem(403, 'browser-only', 'Passkeys are for people who are logged in with a browser, not for API keys.');
}

/** Why passkeys cannot be used by the page that asks; undefined: they can. */
export function problemHere({ headers }: FastifyRequest, publicUrl: string | undefined): string | undefined {
  // A page that only reads sends no origin; then it is the host that it was read from.
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  const origin = headers.origin ?? (headers.host === own?.host ? own?.origin : `http://${headers.host}`);
  return passkeyProblem(relyingPartyOf(publicUrl), origin);
}

/** The host that passkeys of this page belong to. Throws a problem that says where to open the desk instead. */
export function partyHere(request: FastifyRequest, publicUrl: string | undefined): { rpId: string; origin: string } {
  const problem = problemHere(request, publicUrl);
  const { rpId } = relyingPartyOf(publicUrl);
  const { origin } = request.headers;
  if (problem === undefined && rpId !== undefined && origin !== undefined) return { rpId, origin };
  throw new Problem(409, 'no-passkeys-here', problem ?? 'Passkeys are used by pages of the desk only.');
}

/**
 * What speaks against an existing passkey of the person having agreed to a change of passkeys; undefined: it has. Without
 * this, who steals a session could take the passkeys away, and decide without them.
 */
export async function faultOfConsent(
  { passkeys, publicUrl }: Pick<AccessPorts, 'passkeys' | 'publicUrl'>,
  personId: string,
  challenge: string,
  proof: Assertion | undefined,
): Promise<string | undefined> {
  if (!proof) return (await passkeys.hasAny(personId)) ? 'a passkey that you have already has to agree' : undefined;
  const party = relyingPartyOf(publicUrl);
  const known = await passkeys.find(proof.credentialId);
  if (known?.personId !== personId || party.rpId === undefined) return 'it is no passkey of yours';
  const { publicKey } = known;
  const isOrigin = (origin: string) => isOwnOrigin(party, origin);
  const judged = judgeAssertion(proof, { challenge, publicKey, rpId: party.rpId, isOrigin });
  if (judged.fault !== undefined) return judged.fault;
  const { signCount } = judged;
  const used = await passkeys.use({ credentialId: proof.credentialId, challenge, signCount });
  return used ? undefined : 'its counter went back: the passkey may have been copied';
}
