import { createHash } from 'node:crypto';
import {
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import type { CaseRecord } from '../activities/ledger-ports.ts';
import type { Ports } from '../activities/ports.ts';
import { digestOf, isStorable } from '../canonical.ts';
import { attestationSchema, withoutProofs, type Authentication } from '../domain/attestation.ts';
import { faultOfCaseKey, type CaseOutcome } from '../domain/case.ts';
import type { FeedLimit } from '../domain/freshness.ts';
import type { CaseResult } from '../domain/decision.ts';
import { reverseHint, verdictSchema } from '../domain/verdict.ts';
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

/** What the client must know of a pack: who owns it and what it takes. */
export interface PackInfo {
  id: string;
  title: string;
  owner: string;
  accepts: { mediaTypes: readonly string[]; maxBytes: number };
  /** The feeds it reads, and how old each may be. Default: none. */
  feeds?: readonly FeedLimit[];
}

/** One case to submit. `caseKey` is the business system's own key: the same key and content is the same case. */
export interface Submission {
  packId: string;
  caseKey: string;
  /** Default 1. */
  revision?: number;
  documents: { name: string; mediaType?: string; bytes: Uint8Array }[];
  submittedBy?: string;
  /** Somebody waits for the answer now; default false. Not part of what the case is, so a repeat may differ. */
  interactive?: boolean;
  /** Where it came from, for the audit: 'api', 'cli', ... */
  channel: string;
}

/** The receipt: from here on the case is not lost. `created` is false for a repeat. */
export interface Receipt {
  caseId: string;
  created: boolean;
  /** False when Temporal did not answer: the sweep starts the accepted case. */
  started: boolean;
  outcome: CaseOutcome | null;
}

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

/** No worker confirmed a verdict in time. It may still be taken; the same verdict can be sent again without harm. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

export interface CaseClientPorts extends Pick<Ports, 'cases' | 'reviews' | 'reader'> {
  temporal: Client;
  packs: readonly PackInfo[];
  taskQueue?: string;
}

const START_MS = 5_000;
const VERDICT_MS = 15_000;
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
      const pack = await checked(ports, submission);
      const { packId, caseKey, revision = 1, channel, submittedBy = null } = submission;
      const contents = new Map<string, Uint8Array>();
      const refs = submission.documents.map(({ name, mediaType = 'text/plain', bytes }) => {
        const hash = hashOf(bytes);
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
      const updateId = hashOf(JSON.stringify(verdict)).slice(0, 32);
      try {
        const handle = temporal.workflow.getHandle(caseId);
        return await temporal.withDeadline(Date.now() + VERDICT_MS, () =>
          handle.executeUpdate(submitVerdict, { args: [verdict], updateId }),
        );
      } catch (error) {
        if (isGrpcDeadlineError(error))
          throw new NotConfirmed(
            `${caseId}: no worker answered in ${VERDICT_MS / 1000} s; send the same verdict again`,
          );
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return await closedAnswer(caseId, verdict);
      }
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

  /** A verdict that reaches the API for a closed case is recorded too, and changes nothing; a repeat gets its answer again. */
  async function closedAnswer(caseId: string, message: unknown): Promise<VerdictAnswer> {
    const record = await cases.get(caseId);
    if (!record) throw failure('InvalidInput', `caseId: there is no case '${caseId}'`);
    const { verdict: said, attestation } = withoutProofs(message);
    const parsed = verdictSchema.safeParse(said);
    const closed = `The case is closed (${record.outcome ?? 'no workflow is running'}); a verdict changes nothing now.`;
    const undoes = parsed.data?.verdict === 'withdraw' && record.outcome === 'written';
    const reason = undoes ? `${closed} ${reverseHint(caseId)}` : closed;
    const refusal = { code: undoes ? 'window-over' : 'case-not-waiting', message: reason } as const;
    const verdictId = idOf(message);
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
    const counted = approvals && { approvals: { given: approvals.by.length, needed: approvals.needed } };
    return { accepted: true, verdictId, ...counted };
  }
}

/** Who sends it, as the API has signed in this process just now; nothing is taken on it. */
function authenticationIn(attestation: unknown): Authentication {
  const attested = attestationSchema.safeParse(attestation).data;
  if (!attested) return { via: 'unauthenticated' };
  const { signature: _, ...who } = attested;
  return who;
}

async function checked({ packs, reader }: CaseClientPorts, submission: Submission): Promise<PackInfo> {
  const fault = faultOfCaseKey(submission.caseKey);
  if (fault) throw failure('InvalidInput', fault);
  const pack = packs.find(({ id }) => id === submission.packId);
  if (!pack)
    throw failure('UnknownPack', `packId: '${submission.packId}' is none of ${packs.map(({ id }) => id).join(', ')}`);
  if (submission.documents.length === 0) throw failure('InvalidInput', 'documents: give at least one');
  for (const document of submission.documents) {
    const { name, bytes } = document;
    if (bytes.length > pack.accepts.maxBytes) {
      throw failure(
        'InvalidInput',
        `${name}: ${bytes.length} bytes; ${pack.id} takes at most ${pack.accepts.maxBytes} bytes per document`,
      );
    }
    const { mediaType } = await reader.read({ name, bytes, mediaType: document.mediaType ?? '' });
    if (!pack.accepts.mediaTypes.includes(mediaType)) {
      throw failure(
        'InvalidInput',
        `${name}: ${mediaType} is not taken by ${pack.id}; send one of ${pack.accepts.mediaTypes.join(', ')}`,
      );
    }
    document.mediaType = mediaType;
  }
  return pack;
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

function idOf(verdict: unknown): string {
  return typeof verdict === 'object' && verdict !== null && 'verdictId' in verdict ? String(verdict.verdictId) : 'none';
}

/** SHA-256, hex. Documents are known by that of their content. */
function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
