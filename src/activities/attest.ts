import { isStorable } from '../canonical.ts';
import { attestationSchema, type Attestation, type Authentication } from '../domain/attestation.ts';
import { canonical, digestOf } from '../packs/digest.ts';
import type { Ports, Signer } from './ports.ts';

/** Signs that `identity` gives this verdict on this case. */
export function attest(
  { signer, clock }: Pick<Ports, 'signer' | 'clock'>,
  caseId: string,
  verdict: unknown,
  { personId, via }: Pick<Attestation, 'personId' | 'via'>,
): Attestation {
  const who = { personId, via, at: clock().toISOString() };
  return { ...who, keyId: signer.keyId, signature: signer.sign(statementOf(caseId, verdict, who)) };
}

/** Who gave the verdict, where an attestation proves it; `false`: it proves nothing, and was made to look as if it did. */
export function authenticate(
  signer: Signer,
  caseId: string,
  verdict: unknown,
  attestation: unknown,
): Authentication | false {
  if (attestation === undefined) return { via: 'unauthenticated' };
  const parsed = attestationSchema.safeParse(attestation);
  // What has no canonical form was not signed.
  if (!parsed.success || !isStorable(verdict)) return false;
  const { signature, keyId, ...who } = parsed.data;
  return signer.verify(statementOf(caseId, verdict, who), signature, keyId) && { ...who, keyId };
}

function statementOf(caseId: string, verdict: unknown, who: Pick<Attestation, 'personId' | 'via' | 'at'>): string {
  return canonical({ ...who, caseId, verdict: digestOf(verdict) });
}
