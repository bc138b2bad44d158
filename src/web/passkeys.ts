import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { BulkChallenge, PasskeyOptions, VerdictChallenge } from '../client/api/schema-passkeys.ts';
import type { Assertion } from '../domain/passkey.ts';
import { send } from './api.ts';
import { askWhoIAm } from './session.ts';

type Creation = Parameters<typeof startRegistration>[0]['optionsJSON'];
type Signing = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/**
 * A verdict with what one of the person's passkeys signs for exactly it; the same where it needs none. Rejects when the
 * person does not confirm, or there is nothing to answer any more (`ApiProblem`).
 */
export async function withPasskey(verdict: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { signing } = await send<VerdictChallenge>('POST', '/v1/verdicts/challenges', verdict);
  if (!signing) return verdict;
  const { taskNo, digest, options } = signing;
  return { ...verdict, passkey: { taskNo, digest, ...(await signed(options as unknown as Signing)) } };
}

/** One signature for all verdicts of a selection; undefined: it needs none. */
export async function signBulk(bulkId: string, said: object): Promise<Assertion | undefined> {
  const { options } = await send<BulkChallenge>('POST', `/v1/desk/bulks/${bulkId}/challenges`, said);
  return options ? await signed(options as unknown as Signing) : undefined;
}

/** Makes a passkey; where there is one already, that is asked to agree. */
export async function addPasskey(label: string): Promise<void> {
  const { create, sign } = await begin({ for: 'add' });
  const proof = sign ? { proof: await signed(sign as unknown as Signing) } : {};
  const created = await startRegistration({ optionsJSON: create as unknown as Creation });
  await send('POST', '/v1/passkeys', { label, created, ...proof });
  await askWhoIAm();
}

/** Removes a passkey; any of the person's own has to agree. */
export async function removePasskey(credentialId: string): Promise<void> {
  const { sign } = await begin({ for: 'remove', credentialId });
  await send('POST', '/v1/passkeys/removals', { credentialId, proof: await signed(sign as unknown as Signing) });
  await askWhoIAm();
}

async function begin(what: object): Promise<PasskeyOptions> {
  return await send('POST', '/v1/passkeys/challenges', what);
}

async function signed(optionsJSON: Signing): Promise<Assertion> {
  const { id, response } = await startAuthentication({ optionsJSON });
  const { clientDataJSON, authenticatorData, signature } = response;
  return { credentialId: id, clientDataJSON, authenticatorData, signature };
}
