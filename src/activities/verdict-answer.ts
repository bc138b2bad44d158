import { countOf } from '../domain/policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Judged, TaskOpening } from './review-ports.ts';
import { questionOf } from './open-task.ts';
import type { Ports } from './ports.ts';
import { decided } from './results.ts';
import type { Answer, Withdrawn } from './question.ts';
import type { VerdictJudged } from './steps.ts';
import { taskStanding } from './task-standing.ts';

type Needs = Pick<Ports, 'reviews' | 'cases'>;

/** The answer, with how the task stands now where the verdict changed that; a repeat must not set it back. */
export async function answered(
  ports: Needs,
  caseId: string,
  verdict: Verdict,
  judged: Judged,
  opening?: TaskOpening,
): Promise<VerdictJudged> {
  const said = answerOf(verdict, judged, opening);
  if (judged.kind !== 'accepted' || judged.changed === undefined) return said;
  const standing = await taskStanding(ports, caseId, judged.changed);
  return standing ? { ...said, then: { kind: 'changed', standing } } : said;
}

/** `opening`: the question that the verdict has led to. */
export function answerOf(verdict: Verdict, judged: Judged, opening?: TaskOpening): VerdictJudged {
  const { verdictId } = verdict;
  if (judged.kind === 'refused') {
    const answer = { accepted: false, verdictId, refusal: judged.refusal } as const;
    // Said again on a repeat: the case may not have taken it in the first time.
    if (judged.refusal.code === 'pack-version-gone') return { answer, then: { kind: 'pack-version-gone' } };
    return judged.adopted ? { answer, then: decided(judged.adopted) } : { answer };
  }
  const { approvals, askedAnew, changed } = judged;
  const counted = approvals && { approvals: countOf(approvals) };
  const heldUntil = judged.decision?.undo?.until;
  const answer = { accepted: true, verdictId, ...counted, ...(heldUntil === undefined ? {} : { heldUntil }) } as const;
  if (askedAnew !== undefined && opening)
    return { answer, then: { kind: 'asked-anew', question: questionOf(opening) } };
  if (changed !== undefined) return { answer };
  return approvals ? { answer, approvals } : { answer, then: thenOf(verdict, judged) };
}

function thenOf(verdict: Verdict, judged: Extract<Judged, { kind: 'accepted' }>): Answer | Withdrawn {
  const { by, reason } = verdict;
  if (judged.withdrawn !== undefined)
    return { kind: 'withdrawn', decisionNo: judged.withdrawn, by, ...(reason === undefined ? {} : { reason }) };
  if (judged.decision) return decided(judged.decision);
  return judged.settled === 'by-hand' ? { kind: 'settled-by-hand', by: verdict.by } : { kind: 'try-again' };
}
