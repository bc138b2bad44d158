import type { Ports } from '../activities/ports.ts';
import { digestOf, isStorable, messageIdOf } from '../canonical.ts';
import { attestationSchema, withoutProofs, type Authentication } from '../domain/attestation.ts';
import { countOf } from '../domain/policy.ts';
import { reverseHint } from '../domain/undo.ts';
import { verdictSchema } from '../domain/verdict.ts';
import { failure } from '../failures.ts';
import type { VerdictAnswer } from '../messages.ts';

/** A verdict that reaches the API for a closed case is recorded too, and changes nothing; a repeat gets its answer again. */
export async function answerOfClosed(
  { cases, reviews }: Pick<Ports, 'cases' | 'reviews'>,
  caseId: string,
  message: unknown,
): Promise<VerdictAnswer> {
  const record = await cases.get(caseId);
  if (!record) throw failure('InvalidInput', `caseId: there is no case '${caseId}'`);
  const { verdict: said, attestation } = withoutProofs(message);
  const parsed = verdictSchema.safeParse(said);
  const closed = `The case is closed (${record.outcome ?? 'no workflow is running'}); a verdict changes nothing now.`;
  const undoes = parsed.data?.verdict === 'withdraw' && record.outcome === 'written';
  const reason = undoes ? `${closed} ${reverseHint(caseId)}` : closed;
  const refusal = { code: undoes ? 'window-over' : 'case-not-waiting', message: reason } as const;
  const verdictId = messageIdOf(message, 'verdictId');
  if (!parsed.success || !isStorable(message)) {
    await reviews.malformed(caseId, 'update', refusal, verdictId);
    return { accepted: false, verdictId, refusal };
  }
  const verdict = parsed.data;
  const contentHash = digestOf(verdict);
  const former = await reviews.former(caseId, verdictId);
  const judged =
    former?.contentHash === contentHash
      ? former.judged
      : await reviews.record({
          ...{ caseId, verdict, channel: 'update', contentHash, refusal },
          authentication: authenticationIn(attestation),
        });
  if (judged.kind === 'refused') return { accepted: false, verdictId, refusal: judged.refusal };
  const { approvals } = judged;
  const counted = approvals && { approvals: countOf(approvals) };
  return { accepted: true, verdictId, ...counted };
}

/** Who sends it, as the API has signed in this process just now; nothing is taken on it. */
function authenticationIn(attestation: unknown): Authentication {
  const attested = attestationSchema.safeParse(attestation).data;
  if (!attested) return { via: 'unauthenticated' };
  const { signature: _, ...who } = attested;
  return who;
}
