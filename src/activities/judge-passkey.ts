import { judgeProof } from '../countersignature/passkey.ts';
import type { Authentication } from '../domain/attestation.ts';
import {
  decides,
  isSignedByPasskey,
  passkeyProofSchema,
  type PasskeyPolicy,
  type PasskeySignature,
} from '../domain/passkey.ts';
import type { Refusal, Verdict } from '../domain/verdict.ts';
import { problemsOf } from '../packs/define-pack.ts';
import type { Ports } from './ports.ts';

interface Given {
  caseId: string;
  verdict: Verdict;
  authentication: Authentication;
  /** As it came in the message. */
  proof: unknown;
}

/** The question that the verdict is on. */
interface On {
  taskNo: number;
  digest: string;
  passkey?: PasskeyPolicy;
}

/**
 * Whether a verdict carries the passkey's signature that it needs, and whether what it carries holds. Judged in the case
 * although the API has looked: messages reach it past the API too. `signature`: for the statement that is signed.
 */
export async function judgePasskey(
  { passkeys }: Pick<Ports, 'passkeys'>,
  { caseId, verdict, authentication, proof }: Given,
  { taskNo, digest, passkey: policy = 'when-registered' }: On,
): Promise<{ refusal: Refusal } | { refusal?: undefined; signature?: PasskeySignature }> {
  if (proof === undefined) {
    if (!isSignedByPasskey(verdict.verdict)) return {};
    if (policy === 'required' && decides(verdict.verdict))
      return required('this question is answered with a passkey only, at the review desk');
    const inBrowser = authentication.via === 'session';
    if (!inBrowser || !(await passkeys.hasAny(verdict.by))) return {};
    return required(`${verdict.by} has a passkey, so a verdict from the browser is signed with it`);
  }
  const parsed = passkeyProofSchema.safeParse(proof);
  if (!parsed.success) return invalid(problemsOf(parsed.error).join('; '));
  if (parsed.data.taskNo !== taskNo || parsed.data.digest !== digest)
    return invalid('it was signed on another question');
  const known = await passkeys.find(parsed.data.credentialId);
  const judged = judgeProof(caseId, verdict, parsed.data, known, passkeys.party);
  if (judged.fault !== undefined) return invalid(judged.fault);
  const { signature, challenge, signCount } = judged;
  if (await passkeys.use({ credentialId: signature.credentialId, challenge, signCount })) return { signature };
  return invalid('its counter went back: the passkey may have been copied');
}

function required(why: string) {
  return { refusal: { code: 'passkey-required', message: `passkey: ${why}.` } } as const;
}

function invalid(why: string) {
  return { refusal: { code: 'passkey-invalid', message: `passkey: ${why}.` } } as const;
}
