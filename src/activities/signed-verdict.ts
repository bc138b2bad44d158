import { digestOfAmendment, type Amended } from '../countersignature/shown.ts';
import { countersign } from '../countersignature/statement.ts';
import type { Countersignature } from '../domain/countersignature.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Ports } from './ports.ts';

/** How a person is known who only gives a name. */
const UNAUTHENTICATED = 'unauthenticated';

/** Signs a verdict on a task: who said what on exactly which digest. `amended`: what is written in the proposal's place. */
export function signedVerdict(
  { signer, clock }: Pick<Ports, 'signer' | 'clock'>,
  { caseId, verdict: { verdictId, verdict, by } }: { caseId: string; verdict: Verdict },
  { taskNo, digest }: { taskNo: number; digest: string },
  amended?: Amended,
): Countersignature {
  return countersign(signer, {
    ...{ caseId, taskNo, verdictId, verdict, by, identity: UNAUTHENTICATED, digest },
    ...(amended ? { amendedDigest: digestOfAmendment(digest, amended) } : {}),
    at: clock().toISOString(),
  });
}
