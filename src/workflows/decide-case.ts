import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type { Stage } from '../domain/case.ts';
import type { CaseResult } from '../domain/decision.ts';
import type { Reason } from '../domain/route.ts';
import { getCase, withdrawSignal, type CaseView, type DecideCaseInput, type Withdrawal } from '../messages.ts';
import { EffectWriter } from './effect-writer.ts';
import { ingest, startParts } from './intake.ts';
import { propose } from './propose.ts';
import { ReviewDesk } from './review-desk.ts';
import { quickly, runNormally } from './steps.ts';

/** Takes one case from intake to a decision in effect. */
export async function decideCase(input: DecideCaseInput): Promise<CaseResult> {
  const caseId = workflowInfo().workflowId;
  const desk = new ReviewDesk(caseId);
  const writer = new EffectWriter(caseId, desk);
  const process = new CancellationScope();
  let stage: Stage = 'received';
  let withdrawal: Withdrawal | undefined;
  setHandler(getCase, (): CaseView => viewOf(caseId, stage, desk, writer));
  setHandler(withdrawSignal, (message) => {
    if (withdrawal !== undefined || !isWithdrawal(message)) return;
    withdrawal = message;
    process.cancel();
  });

  try {
    return await process.run(async () => {
      const ingested = await ingest(caseId, input);
      if (ingested.kind === 'duplicate') return ingested.result;
      if (ingested.kind === 'split') return await startParts(caseId, input, ingested);
      stage = 'proposing';
      let { plan } = ingested;
      let base: Base = await propose(caseId, plan);

      for (;;) {
        const { packHash } = plan;
        const question = await quickly('validate', 'Check schema, rules and confidence', {
          caseId,
          packHash,
          taskNo: desk.nextTaskNo(),
          ...base,
        });
        const answer = question.kind === 'review' ? await desk.review(question, plan.review) : question;
        if (answer.kind === 'pack-version-gone') {
          plan = await runNormally('moveToCurrentPack', 'Pinned pack version is gone: move to the current one', {
            caseId,
          });
          base = { ...base, because: [...base.because, movedTo(plan.packVersion)] };
          continue;
        }
        const { decision } = answer;
        if (decision.kind === 'reject') return rejected(caseId, decision.by, decision.reason);
        stage = 'writing';
        const written = await writer.write(decision, plan.review);
        if (written.kind === 'rejected') return rejected(caseId, written.by, written.reason);
        if (written.kind === 'written') {
          const route = question.kind === 'review' ? 'review' : 'straight-through';
          return { caseId, outcome: 'written', route, decidedBy: decision.by, effects: writer.applied };
        }
        base = { decisionNo: decision.decisionNo, because: written.because };
      }
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const by = withdrawal?.by ?? 'operator (unauthenticated)';
    const reason = withdrawal?.reason ?? 'cancelled in Temporal';
    stage = 'compensating';
    await CancellationScope.nonCancellable(async () => {
      await writer.undoAll(`The case was taken back by ${withdrawal ? 'a named person' : 'an operator'}`);
      await quickly('closeCase', 'Record the cancellation', { caseId, outcome: 'cancelled', by, reason });
    });
    if (withdrawal === undefined) throw error;
    return { caseId, outcome: 'cancelled', route: 'none', decidedBy: by, reason };
  } finally {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, decideCase);

/** What a question is based on: a model's answer, a former decision, or nothing. */
interface Base {
  callId?: string;
  decisionNo?: number;
  because: Reason[];
}

function rejected(caseId: string, decidedBy: string, reason: string | undefined): CaseResult {
  const result: CaseResult = { caseId, outcome: 'rejected', route: 'review', decidedBy };
  return reason === undefined ? result : { ...result, reason };
}

function movedTo(packVersion: string): Reason {
  return {
    code: 'pack-moved',
    message: `The pack changed while this case was open: now judged by version ${packVersion}`,
  };
}

function isWithdrawal(message: Partial<Withdrawal> | undefined): message is Withdrawal {
  return (
    typeof message?.by === 'string' && message.by !== '' && typeof message.reason === 'string' && message.reason !== ''
  );
}

function viewOf(caseId: string, stage: Stage, desk: ReviewDesk, writer: EffectWriter): CaseView {
  const effects = writer.applied;
  const question = desk.question;
  if (!question) return { caseId, stage, effects };
  const { taskNo, taskKind: kind, seen, group, reasons, dueAt } = question;
  return { caseId, stage: 'review', task: { taskNo, kind, seen, group, reasons, dueAt }, effects };
}
