import { digestOfAmendment, type Amended } from '../countersignature/shown.ts';
import { countersign } from '../countersignature/statement.ts';
import type { Countersignature } from '../domain/countersignature.ts';
import type { PasskeySignature } from '../domain/passkey.ts';
import type { Ports } from './ports.ts';

type Given = Pick<Parameters<Ports['reviews']['record']>[0], 'caseId' | 'verdict' | 'authentication'> & {
  passkey?: PasskeySignature | undefined;
};

/** Signs a verdict on a task: who said what on exactly which digest. `amended`: what is written in the proposal's place. */
export function signedVerdict(
  { signer, clock }: Pick<Ports, 'signer' | 'clock'>,
  { caseId, verdict: { verdictId, verdict, by }, authentication, passkey }: Given,
  { taskNo, digest }: { taskNo: number; digest: string },
  amended?: Amended,
): Countersignature {
  return countersign(signer, {
    ...{ caseId, taskNo, verdictId, verdict, by, digest },
    identity: authentication?.via ?? 'unauthenticated',
    ...(amended ? { amendedDigest: digestOfAmendment(digest, amended) } : {}),
    ...(passkey ? { passkey } : {}),
    at: clock().toISOString(),
  });
}
