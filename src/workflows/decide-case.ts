import {
  allHandlersFinished,
  CancelledFailure,
  CancellationScope,
  condition,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Withdrawn } from '../activities/question.ts';
import type { Stage } from '../domain/case.ts';
import type { CaseResult } from '../domain/decision.ts';
import {
  askAgainSignal,
  getCase,
  withdrawSignal,
  type CaseView,
  type DecideCaseInput,
  type Withdrawal,
} from '../messages.ts';
import { closedDetails } from './details.ts';
import { EffectWriter } from './effect-writer.ts';
import { ingest, startParts } from './intake.ts';
import { decide, decideFirst, type Base, type Decided } from './decide.ts';
import { ReviewDesk } from './review-desk.ts';
import { quickly } from './steps.ts';

/** Takes one case from intake to a decision in effect. */
export async function decideCase(input: DecideCaseInput): Promise<CaseResult> {
  const caseId = workflowInfo().workflowId;
  const desk = new ReviewDesk(caseId);
  const writer = new EffectWriter(caseId, desk);
  const process = new CancellationScope();
  let stage: Stage = 'received';
  let withdrawal: Withdrawal | undefined;
  let judging: Promise<void> | undefined;
  let ended: CaseResult | undefined;
  setHandler(getCase, (): CaseView => (ended ? endOf(ended) : viewOf(caseId, stage, desk, writer)));
  setHandler(askAgainSignal, () => desk.askAgain());
  const withdraw = (message: Withdrawal) => {
    if (withdrawal !== undefined) return;
    withdrawal = message;
    process.cancel();
  };
  setHandler(withdrawSignal, async (message) => {
    if (!isWithdrawal(message)) return;
    // Cases from before it was judged believe it, at once.
    if (!patched('withdrawal-judged')) return withdraw(message);
    judging = counts(caseId, message).then((taken) => (taken ? withdraw(message) : undefined));
    await judging;
  });

  try {
    const result = await process.run(async (): Promise<CaseResult> => {
      // It may have come with the start itself.
      if (judging) await judging;
      const ingested = await ingest(caseId, input);
      if (ingested.kind === 'duplicate') return ingested.result;
      if (ingested.kind === 'split') return await startParts(caseId, input, ingested);
      stage = 'proposing';
      desk.skipTo(ingested.lastTaskNo);
      let made: Decided =
        ingested.kind === 'decided'
          ? { ...ingested, route: 'review', base: { decisionNo: ingested.decision.decisionNo, because: [] } }
          : await decideFirst(caseId, ingested, desk, input.interactive === true);
      if (ingested.kind === 'decided') writer.resume(ingested.decision, ingested.plan.review);
      for (;;) {
        const { decision, route, plan, base } = made;
        if (decision.kind === 'reject') return rejected(caseId, decision.by, decision.reason);
        const withdrawn = await desk.undo.wait(decision);
        if (withdrawn) {
          made = await decide(caseId, plan, desk, askedAgain(base, withdrawn));
          continue;
        }
        stage = 'writing';
        const written = await writer.write(decision, plan.review);
        if (written.kind === 'rejected') return rejected(caseId, written.by, written.reason);
        if (written.kind === 'written') {
          // Taken back while the last effect was under way: what it wrote is undone like the rest.
          if (process.consideredCancelled) throw new CancelledFailure('taken back');
          return { caseId, outcome: 'written', route, decidedBy: decision.by, effects: writer.applied };
        }
        made = await decide(caseId, plan, desk, { decisionNo: decision.decisionNo, because: written.because });
      }
    });
    ended = result;
    setCurrentDetails(closedDetails(result, writer.written));
    return result;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const by = withdrawal?.by ?? 'operator (unauthenticated)';
    const reason = withdrawal?.reason ?? 'cancelled in Temporal';
    const cancelled: CaseResult = { caseId, outcome: 'cancelled', route: 'none', decidedBy: by, reason };
    stage = 'compensating';
    await CancellationScope.nonCancellable(async () => {
      await writer.undoAll(`The case was taken back by ${withdrawal ? 'a named person' : 'an operator'}`);
      await quickly('closeCase', 'Record the cancellation', {
        caseId,
        outcome: 'cancelled',
        by,
        reason,
        ...attested(withdrawal),
      });
      ended = cancelled;
      setCurrentDetails(closedDetails(cancelled, []));
    });
    if (withdrawal === undefined) throw error;
    return cancelled;
  } finally {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

/** The same question once more, which then has its reason in the withdrawal too. */
function askedAgain({ because, ...base }: Base, { reason }: Withdrawn): Base {
  const why = reason === undefined ? '' : `: ${reason}`;
  const message = `An approval was taken back within its undo window${why}`;
  return { ...base, because: [...because, { code: 'withdrawn', message }] };
}

function rejected(caseId: string, decidedBy: string, reason: string | undefined): CaseResult {
  const result: CaseResult = { caseId, outcome: 'rejected', route: 'review', decidedBy };
  return reason === undefined ? result : { ...result, reason };
}

/** Whether whoever withdraws may. */
async function counts(caseId: string, message: Withdrawal): Promise<boolean> {
  const input = { caseId, by: message.by, reason: message.reason, ...attested(message) };
  const judging = () => quickly('judgeWithdrawal', `Judge the withdrawal by ${message.by}`, input);
  return await CancellationScope.nonCancellable(judging);
}

function attested(message: Withdrawal | undefined): Pick<Withdrawal, 'attestation'> {
  return message?.attestation === undefined ? {} : { attestation: message.attestation };
}

function isWithdrawal(message: Partial<Withdrawal> | undefined): message is Withdrawal {
  return (
    typeof message?.by === 'string' && message.by !== '' && typeof message.reason === 'string' && message.reason !== ''
  );
}

function endOf({ caseId, outcome, effects = [] }: CaseResult): CaseView {
  return { caseId, stage: 'closed', outcome, effects };
}

function viewOf(caseId: string, stage: Stage, desk: ReviewDesk, writer: EffectWriter): CaseView {
  const effects = writer.applied;
  const question = desk.question;
  const undo = desk.undo.view;
  if (undo) return { caseId, stage: 'undo-window', undo, effects };
  if (!question) return { caseId, stage, effects };
  const { taskNo, taskKind: kind, seen, group, reasons, dueAt, approvals, held } = question;
  const more = { ...(approvals ? { approvals } : {}), ...(held ? { information: held } : {}) };
  const asked = held ? 'information-asked' : 'review';
  return { caseId, stage: asked, task: { taskNo, kind, seen, group, reasons, dueAt, ...more }, effects };
}
