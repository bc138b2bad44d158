import type { Bulk } from '../../adapters/ledger/desk/bulk.ts';
import { challengeFor } from '../../countersignature/passkey.ts';
import { signedTogether } from '../../countersignature/signed-together.ts';
import type { Assertion, PasskeyProof } from '../../domain/passkey.ts';
import { verdictSchema, type Verdict } from '../../domain/verdict.ts';
import type { RoutePorts } from './ports.ts';
import { invalidBody, Problem } from './problems.ts';
import { given } from './routes-desk.ts';

/** What is said of one member of a selection. */
export interface SaidOfMember {
  caseId: string;
  taskNo: number;
  said: Verdict;
}

/** The verdicts that decide a selection, or take its approvals back; the ids are the same whenever it is sent. */
export function verdictsOf(
  { bulkId, members }: Bulk,
  by: string,
  {
    verdict,
    reason,
    reasonCode,
  }: {
    verdict: 'approve' | 'reject' | 'withdraw';
    reason?: string | undefined;
    reasonCode?: string | undefined;
  },
): SaidOfMember[] {
  const end = verdict === 'withdraw' ? '-undo' : '';
  return members.map(({ caseId, taskNo, seen }, at) => {
    const because = given({ reason, reasonCode });
    const parsed = verdictSchema.safeParse({ verdictId: `bulk-${bulkId}-${at}${end}`, by, seen, verdict, ...because });
    if (!parsed.success) throw invalidBody(parsed.error);
    return { caseId, taskNo, said: parsed.data };
  });
}

/** The challenge for all of them, and what each carries once a passkey has signed it. */
export async function signingOf(
  reviews: Pick<RoutePorts['reviews'], 'task'>,
  all: readonly SaidOfMember[],
): Promise<{ challenge: string; proofs: (assertion: Assertion) => PasskeyProof[] }> {
  const on = await Promise.all(
    all.map(async ({ caseId, taskNo }) => {
      const task = await reviews.task(caseId, taskNo);
      if (task) return { taskNo, digest: task.digest };
      throw new Problem(409, 'case-not-waiting', `${caseId}: the question is not there any more.`);
    }),
  );
  const challenges = all.map(({ caseId, said }, at) => challengeFor(caseId, said, on[at] ?? { taskNo: 0, digest: '' }));
  const { challenge, ways } = signedTogether(challenges);
  return {
    challenge,
    proofs: (assertion) => on.map((one, at) => ({ ...assertion, ...one, way: ways[at] ?? [] })),
  };
}
