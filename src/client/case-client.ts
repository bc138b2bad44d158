import { isGrpcDeadlineError, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { CaseRecord } from '../activities/case-ports.ts';
import type { Ports } from '../activities/ports.ts';
import { sha256 } from '../canonical.ts';
import type { CaseResult } from '../domain/decision.ts';
import { failure } from '../failures.ts';
import {
  startAttributes,
  submitVerdict,
  TASK_QUEUE,
  withdrawSignal,
  type DecideCaseInput,
  type ReverseCaseInput,
  type VerdictAnswer,
  type Withdrawal,
} from '../messages.ts';
import { answerOfClosed } from './closed-case.ts';
import { checkSubmission, type PackInfo, type Receipt, type Submission } from './submission.ts';
import { updateCase } from './update-case.ts';

export interface CaseClient {
  /** Throws `InvalidInput`, `UnknownPack` (each naming the field) or `Conflict`. */
  submit(submission: Submission): Promise<Receipt>;
  /** Throws `NotConfirmed` when no worker answered in time: send the same verdict again. */
  decide(caseId: string, verdict: unknown): Promise<VerdictAnswer>;
  withdraw(caseId: string, withdrawal: Withdrawal): Promise<void>;
  /** Starts the reversal of a written case and returns its workflow id. */
  reverse(input: ReverseCaseInput): Promise<string>;
  /** Waits at most `waitMs` for the case to end; undefined when it is still open then. */
  outcome(caseId: string, waitMs: number): Promise<CaseResult | undefined>;
  /** Starts the workflow of an accepted case; a repeat changes nothing. */
  start(record: CaseRecord): Promise<void>;
}

export interface CaseClientPorts extends Pick<Ports, 'cases' | 'reviews' | 'reader'> {
  temporal: Client;
  packs: readonly PackInfo[];
  taskQueue?: string;
}

const START_MS = 5_000;
/** Temporal's priority 1 to 5, 3 unless set: tasks of interactive cases go before those of the rest. */
const FIRST = 1;

/** The one typed way to submit, decide and follow cases; the HTTP API and the CLI are thin over it. */
export function createCaseClient(ports: CaseClientPorts): CaseClient {
  const { temporal, cases, reviews, taskQueue = TASK_QUEUE } = ports;

  async function start(record: CaseRecord, interactive = false): Promise<void> {
    const { packId, caseKey, revision, owner, submittedBy } = record;
    const input: DecideCaseInput = { packId, caseKey, revision, documents: record.documents };
    if (submittedBy !== null) input.submittedBy = submittedBy;
    if (interactive) input.interactive = true;
    try {
      await temporal.workflow.start('decideCase', {
        workflowId: record.caseId,
        taskQueue,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: startAttributes(packId, owner),
        ...(interactive ? { priority: { priorityKey: FIRST } } : {}),
        staticSummary: `${packId} ${caseKey}${revision > 1 ? `, revision ${revision}` : ''}`,
        staticDetails: `Owner: ${owner}. Documents: ${record.documents.length}. Submitted by: ${submittedBy ?? 'not stated'}.`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  return {
    start,
    async submit(submission) {
      const pack = await checkSubmission(ports, submission);
      const { packId, caseKey, revision = 1, channel, submittedBy = null } = submission;
      const contents = new Map<string, Uint8Array>();
      const refs = submission.documents.map(({ name, mediaType = 'text/plain', bytes }) => {
        const hash = sha256(bytes);
        contents.set(hash, bytes);
        return { hash, name, mediaType, size: bytes.byteLength };
      });
      const name = { packId, caseKey, revision };
      const received = await cases.receive({
        name,
        documents: refs,
        contents,
        submittedBy,
        owner: pack.owner,
        channel,
      });
      if (received.kind === 'conflict') throw failure('Conflict', received.message);
      const { record } = received;
      const created = received.kind === 'created';
      if (record.outcome !== null) return { caseId: record.caseId, created, started: true, outcome: record.outcome };
      const started = await answered(() =>
        temporal.withDeadline(Date.now() + START_MS, () => start(record, submission.interactive)),
      );
      return { caseId: record.caseId, created, started, outcome: null };
    },

    async decide(caseId, verdict) {
      const answer = await updateCase(temporal, caseId, submitVerdict, verdict, 'verdict');
      return answer ?? (await answerOfClosed(ports, caseId, verdict));
    },

    async withdraw(caseId, withdrawal) {
      await temporal.withDeadline(Date.now() + START_MS, () =>
        temporal.workflow.getHandle(caseId).signal(withdrawSignal, withdrawal),
      );
    },

    async reverse(input) {
      const before = await reviews.decision(input.caseId, 1);
      if (!before) throw failure('InvalidInput', `caseId: '${input.caseId}' has no decision to reverse`);
      const workflowId = `reverse/${input.caseId}/1`;
      await temporal.withDeadline(Date.now() + START_MS, () =>
        temporal.workflow.start('reverseCase', {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: `Reverse ${input.caseId}`,
          staticDetails: `Asked for by ${input.by}: ${input.reason}`,
        }),
      );
      return workflowId;
    },

    async outcome(caseId, waitMs) {
      try {
        const handle = temporal.workflow.getHandle(caseId);
        return (await temporal.withDeadline(Date.now() + waitMs, () => handle.result())) as CaseResult;
      } catch (error) {
        if (isGrpcDeadlineError(error)) return undefined;
        throw error;
      }
    },
  };
}

/** False when the server did not answer: what was accepted is started by the sweep. */
async function answered(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}
