import type { FastifyRequest } from 'fastify';
import { challengeFor, judgeProof } from '../../countersignature/passkey.ts';
import { isSignedByPasskey, passkeyProofSchema, relyingPartyOf } from '../../domain/passkey.ts';
import { verdictSchema, type Verdict } from '../../domain/verdict.ts';
import type { AccessPorts } from './access.ts';
import { signingOptions } from './passkey-ceremony.ts';
import { askingOf, partyHere } from './passkey-page.ts';
import type { Api, RoutePorts } from './ports.ts';
import { invalidBody, Problem } from './problems.ts';
import { orProblem } from './responses.ts';
import { verdictChallengeSchema } from './schema-passkeys.ts';
import { caseIn, verdictBodySchema } from './schema-verdict.ts';

/** What a passkey is asked to sign for a verdict. */
export function verdictChallengeRoute(api: Api, { reviews, access }: Pick<RoutePorts, 'reviews' | 'access'>): void {
  api.route({
    method: 'POST',
    url: '/v1/verdicts/challenges',
    config: { action: 'decide' },
    schema: {
      summary: 'What your passkey signs for a verdict',
      description:
        'Send the verdict as it will be sent. The challenge is the SHA-256 of its canonical JSON with the question it is on: the signature is good for exactly this verdict.',
      tags: ['verdicts'],
      body: verdictBodySchema,
      response: { 200: verdictChallengeSchema, ...orProblem },
    },
    validatorCompiler: () => (body: unknown) => ({ value: body }),
    handler: async (request, reply) => {
      const { personId } = askingOf(request);
      const { caseId, ...rest } = caseIn(request.body);
      const parsed = verdictSchema.safeParse({ by: personId, ...rest });
      if (!parsed.success) throw invalidBody(parsed.error);
      const verdict = parsed.data;
      const known = isSignedByPasskey(verdict.verdict) ? await access.passkeys.ofPerson(personId) : [];
      if (known.length === 0) return await reply.send({ signing: null });
      const { rpId } = partyHere(request, access.publicUrl);
      const { taskNo, digest } = await questionOf(reviews, caseId, verdict);
      const options = await signingOptions(rpId, known, challengeFor(caseId, verdict, { taskNo, digest }));
      return await reply.send({ signing: { taskNo, digest, options } });
    },
  });
}

/**
 * Verifies what a passkey signed, before the case is bothered with it; the case judges it again. What is no verdict or
 * carries no such signature is left to the case. Throws a problem, which then stands in the access log.
 */
export async function checkPasskey(
  { people, passkeys, publicUrl }: AccessPorts,
  { identity }: FastifyRequest,
  caseId: string,
  message: unknown,
  given: unknown,
): Promise<void> {
  const verdict = verdictSchema.safeParse(message).data;
  if (given === undefined || !verdict) return;
  const fault = await faultOf(passkeys, publicUrl, caseId, verdict, given);
  if (fault === undefined) return;
  const detail = `passkey-invalid: ${caseId}, ${verdict.verdict}: ${fault}`;
  await people.log({ personId: identity.personId || null, kind: 'refused', subject: 'POST /v1/verdicts', detail });
  throw new Problem(403, 'passkey-invalid', `passkey: ${fault}.`);
}

async function faultOf(
  passkeys: AccessPorts['passkeys'],
  publicUrl: string | undefined,
  caseId: string,
  verdict: Verdict,
  given: unknown,
): Promise<string | undefined> {
  const proof = passkeyProofSchema.safeParse(given).data;
  if (!proof) return 'it is no signature of a passkey';
  const judged = judgeProof(caseId, verdict, proof, await passkeys.find(proof.credentialId), relyingPartyOf(publicUrl));
  if (judged.fault !== undefined) return judged.fault;
  const { challenge, signCount } = judged;
  // Noted as they come in: cases judge in an order of their own.
  const used = await passkeys.use({ credentialId: proof.credentialId, challenge, signCount });
  return used ? undefined : 'its counter went back: the passkey may have been copied';
}

/** The question that a verdict is on: what is asked now, or, to take an approval back, what was approved. */
async function questionOf(reviews: RoutePorts['reviews'], caseId: string, verdict: Verdict) {
  const decision = verdict.verdict === 'withdraw' ? await reviews.latestDecision(caseId) : undefined;
  const task = decision?.taskNo ? await reviews.task(caseId, decision.taskNo) : await reviews.openTask(caseId);
  if (!task) throw new Problem(409, 'case-not-waiting', 'The case is not waiting for a verdict.');
  if (task.seen === verdict.seen) return task;
  throw new Problem(409, 'stale', `seen: '${verdict.seen}' is not what is asked now; read the case again.`);
}
