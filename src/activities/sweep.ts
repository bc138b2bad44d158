import type { Stage } from '../domain/case.ts';
import type { Ports } from './ports.ts';
import type { Steps, SweepReport } from './steps.ts';

/** Cases younger than this may still be on their way between the ledger and Temporal. */
const SETTLE_MS = 30_000;
const BATCH = 500;
/** How many cases are told to ask again at a time: the provider has only just come back. */
const ASK_AGAIN = 50;

/**
 * Compares the open cases of the ledger with Temporal: starts those without a workflow, reports those whose workflow
 * ended without a decision (terminated, failed), and sends an accepted verdict again that its workflow never took in.
 * Cases that wait for a person only because no model answered are told to ask again once one does.
 */
export const sweep =
  (
    {
      cases,
      temporal,
      reviews,
      modelCalls,
      clock,
    }: Pick<Ports, 'cases' | 'temporal' | 'reviews' | 'modelCalls' | 'clock'>,
    settleMs = SETTLE_MS,
  ): Steps['sweep'] =>
  async () => {
    const report: SweepReport = { started: [], orphaned: [], resent: [], askedAgain: [] };
    const before = new Date(clock().getTime() - settleMs);
    const failed: unknown[] = [];
    let running: ReadonlySet<string> | undefined;
    let after: string | undefined;
    do {
      const page = await cases.open(before, BATCH, after);
      // One listing in place of a question per case: thousands may wait for a person. Only the rest is asked about.
      if (page.length > 0) running ??= await temporal.running();
      // One case that cannot be helped must not keep the others from being found.
      for (const found of page) await look(found).catch((error: unknown) => failed.push(error));
      after = page.length < BATCH ? undefined : page.at(-1)?.caseId;
    } while (after !== undefined);
    for (const caseId of await modelCalls.worthAskingAgain(ASK_AGAIN)) {
      await temporal.askAgain(caseId).then(
        () => report.askedAgain.push(caseId),
        (error: unknown) => failed.push(error),
      );
    }
    if (failed.length > 0) throw failed[0];
    return report;

    async function look({ caseId, stage }: { caseId: string; stage: Stage }): Promise<void> {
      const due = stage === 'deciding' || (stage === 'undo-window' && (await windowIsOver(caseId)));
      if (!due && running?.has(caseId)) return;
      const status = await temporal.status(caseId);
      const record = await cases.get(caseId);
      if (!record || record.outcome !== null) return;
      if (status === 'missing') {
        await temporal.start(record);
        report.started.push(caseId);
      } else if (status === 'closed') {
        const reason = 'its workflow ended without a decision (terminated or failed); submit the next revision';
        await cases.close(caseId, { outcome: 'orphaned', by: 'sweep', reason });
        report.orphaned.push(caseId);
      } else if (due) {
        const verdict = await reviews.acceptedVerdict(caseId);
        if (!verdict) return;
        await temporal.resendVerdict(caseId, verdict);
        report.resent.push(caseId);
      }
    }

    /** Its workflow closes the window at once; when it does not, it may never have taken the verdict in. */
    async function windowIsOver(caseId: string): Promise<boolean> {
      const undo = (await reviews.latestDecision(caseId))?.undo;
      return undo !== undefined && Date.parse(undo.until) < before.getTime();
    }
  };
