import type { Signer } from '../activities/ports.ts';
import type { CaseFile } from '../adapters/ledger/case-file.ts';
import { plain } from '../canonical.ts';
import { issue, type CaseReceipt } from '../countersignature/receipt.ts';
import { shownOf, type ShownTask } from '../countersignature/shown.ts';
import type { Shown } from '../domain/countersignature.ts';

/** The receipt of a case as it stands now, signed. What was shown is put together again from what the ledger holds. */
export function caseReceiptOf(
  file: CaseFile,
  signer: Pick<Signer, 'keyId' | 'publicKeys' | 'sign'>,
  now: Date,
): CaseReceipt {
  const { record, channel, reason, tasks, verdicts, decisions, effects, audit, auditHead } = file;
  const before = Math.max(0, ...file.information.filter(({ answer }) => answer).map(({ taskNo }) => taskNo));
  const { caseId, packId, caseKey, revision, contentHash, owner, submittedBy, stage, outcome, receivedAt } = record;
  const signed = new Map(file.countersignatures.map((one) => [one.statement.verdictId, one]));
  const whole = {
    case: {
      ...{ caseId, packId, caseKey, revision, contentHash, owner, channel, submittedBy, stage, outcome, reason },
      ...{ receivedAt: iso(receivedAt), closedAt: isoOrNull(file.closedAt) },
    },
    documents: record.documents,
    answers: record.answers,
    tasks: tasks.map((task) => {
      const { taskNo, seen, digest, callId, openedAt, closedAt } = task;
      return {
        taskNo,
        seen,
        digest,
        openedAt: iso(openedAt),
        closedAt: isoOrNull(closedAt),
        shown: taskNo <= before ? null : shownIn(file, task, callId),
      };
    }),
    verdicts: verdicts.map((one) => {
      const { verdictId, verdict, by, channel: over, taskNo, at, body, accepted, refusal } = one;
      const countersignature = accepted ? (signed.get(verdictId) ?? null) : null;
      return { verdictId, verdict, by, channel: over, taskNo, at: iso(at), body, accepted, refusal, countersignature };
    }),
    decisions: decisions.map(({ caseId: _, at, ...decision }) => {
      return { ...decision, at: iso(at), shown: shownByPolicy(file, decision) };
    }),
    effects: effects.map(({ key, decisionNo, state, effect, reference, reason: why, calledAt, settledAt }) => {
      const times = { calledAt: isoOrNull(calledAt), settledAt: isoOrNull(settledAt) };
      return { key, decisionNo, state, prepared: effect, reference, reason: why, ...times };
    }),
    audit: { entries: audit, head: { caseId, ...auditHead } },
  };
  return issue(plain(whole) as Omit<CaseReceipt, 'issued' | 'format'>, signer, now);
}

function shownIn({ record, input, modelCalls }: CaseFile, task: ShownTask, callId: string | null): Shown {
  const { caseId, submittedBy, plan } = record;
  const documents = [...record.documents, ...record.answers];
  if (!plan) throw new TypeError(`${caseId}: something was shown without a plan`);
  const { sources = [], findings = [] } = input ?? {};
  const call = modelCalls.find((one) => one.callId === callId);
  return shownOf({ caseId, submittedBy, documents, plan, sources, findings }, task, call);
}

/** What policy decided on, where no question was put. */
function shownByPolicy(
  file: CaseFile,
  { taskNo, grounds, output, effects, facts }: Omit<CaseFile['decisions'][number], 'caseId' | 'at'>,
): Shown | null {
  if (taskNo !== null || !grounds) return null;
  const decided = { ...grounds, taskNo, kind: 'straight-through', reasons: [], output, effects } as const;
  return shownIn(file, { ...decided, facts: facts ?? {} }, grounds.callId);
}

function iso(at: Date): string {
  return at.toISOString();
}

function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
