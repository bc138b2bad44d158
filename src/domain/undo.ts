import type { CaseOutcome, Stage } from './case.ts';
import type { UndoWindow } from './decision.ts';
import { samePerson, type Refusal } from './verdict.ts';

/** The latest decision of a case as the judge of a withdrawal sees it. */
export interface Withdrawable {
  caseId: string;
  outcome: CaseOutcome | null;
  stage: Stage;
  /** The undo window of the latest decision; undefined: it has none. */
  undo: UndoWindow | undefined;
  withdrawnBy: string | undefined;
}

/**
 * Judges a withdrawal; undefined: it is taken. Anybody who gives a name may withdraw, not only who approved: it only ever
 * leads back to the question, and who sees the mistake in time may not be who made it.
 */
export function withdrawalRefusalOf(seen: string, standing: Withdrawable, now: Date): Refusal | undefined {
  const { caseId, outcome, stage, undo, withdrawnBy } = standing;
  const after = outcome === 'written' ? reverseHint(caseId) : `${wholeCaseHint(caseId)} ${reverseHint(caseId)}`;
  if (!undo || (seen !== undo.seen && stage !== 'undo-window')) {
    const message = `There is no approval in its undo window that could be taken back. ${after}`;
    return { code: 'nothing-to-withdraw', message };
  }
  if (seen !== undo.seen) {
    return { code: 'stale', message: `seen: '${seen}' is not what was approved last ('${undo.seen}').` };
  }
  if (withdrawnBy !== undefined) {
    return { code: 'already-decided', message: `The approval was already taken back by ${withdrawnBy}.` };
  }
  if (stage !== 'undo-window' || now.getTime() >= Date.parse(undo.until)) {
    return { code: 'window-over', message: `The undo window ended at ${undo.until}. ${after}` };
  }
  return undefined;
}

/** Under four eyes, who submitted a case does not ask for its reversal. */
export function ownReversal(
  { submittedBy, plan }: { submittedBy: string | null; plan: { review: { fourEyes: boolean } } | null },
  by: string,
): Refusal | undefined {
  if (!plan?.review.fourEyes || submittedBy === null || !samePerson(submittedBy, by)) return undefined;
  return { code: 'four-eyes', message: `by: ${by} submitted this case; someone else must ask for its reversal.` };
}

/** How to undo what stands downstream. */
export function reverseHint(caseId: string): string {
  return `What is written is undone with: countersign reverse '${caseId}' --by NAME --reason WHY`;
}

function wholeCaseHint(caseId: string): string {
  return `An open case is taken back as a whole with: countersign withdraw '${caseId}' --by NAME --reason WHY`;
}
