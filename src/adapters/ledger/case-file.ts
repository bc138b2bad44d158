import type { CaseInput, CaseRecord } from '../../activities/case-ports.ts';
import type { EffectRecord } from '../../activities/effect-ports.ts';
import type { DecisionRecord, TaskOpening } from '../../activities/review-ports.ts';
import type { Countersignature } from '../../domain/countersignature.ts';
import type { Refusal } from '../../domain/verdict.ts';
import type { AuditEntry } from './audit-chain.ts';
import { auditOf } from './audit.ts';
import { casesOf } from './cases.ts';
import { decisionOf } from './decisions.ts';
import { effectOf } from './effects.ts';
import type { Store } from './record.ts';
import { type InformationFile, informationReadsOf } from './information-reads.ts';
import { taskOf } from './tasks.ts';

/** A call to a model without its tokens. */
export interface ModelCallRow {
  callId: string;
  requestHash: string;
  provider: string;
  model: string;
  attempt: number;
  outcome: string;
  text: string;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  costMicros: number | null;
  responseModel: string;
  latencyMs: number;
  failureType: string | null;
  failureMessage: string | null;
  startedAt: Date;
  finishedAt: Date | null;
}

export interface VerdictRow {
  verdictId: string;
  channel: string;
  verdict: string;
  by: string;
  seen: string;
  /** The whole message: an amendment carries its output here. */
  body: unknown;
  accepted: boolean;
  refusal: Refusal | null;
  taskNo: number | null;
  at: Date;
}

/** Everything the ledger holds about a case, for a timeline or an explanation; lists are oldest first. */
export interface CaseFile {
  record: CaseRecord;
  input: CaseInput | null;
  channel: string;
  reason: string | null;
  touchedAt: Date;
  closedAt: Date | null;
  modelCalls: ModelCallRow[];
  /** `askedAt`: when who is asked now was. */
  tasks: (TaskOpening & { openedAt: Date; askedAt: Date; closedAt: Date | null })[];
  verdicts: VerdictRow[];
  /** What its submitter was asked. */
  information: InformationFile[];
  decisions: (DecisionRecord & { at: Date; withdrawnBy: string | null })[];
  effects: (EffectRecord & { reason: string | null; calledAt: Date | null; settledAt: Date | null })[];
  audit: AuditEntry[];
  /** The end of the audit chain as the case row knows it. */
  auditHead: { seq: number; hash: string };
  /** What the service signed for verdicts that were taken. */
  countersignatures: Countersignature[];
}

/** Reads a case file in one snapshot, so that its parts fit together. */
export async function caseFileOf({ db, clock }: Store, caseId: string): Promise<CaseFile | undefined> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx): Promise<CaseFile | undefined> => {
      const snapshot: Store = { db: trx, clock };
      const record = await casesOf(snapshot).get(caseId);
      if (!record) return undefined;
      const row = await trx
        .selectFrom('cases')
        .select(['input', 'channel', 'reason', 'touched_at as touchedAt', 'closed_at as closedAt'])
        .where('case_id', '=', caseId)
        .executeTakeFirstOrThrow();
      const modelCalls = await trx
        .selectFrom('model_calls')
        .select([
          'call_id as callId',
          'request_hash as requestHash',
          'provider',
          'model',
          'attempt',
          'outcome',
          'text',
          'input_tokens as inputTokens',
        ])
        .select(['output_tokens as outputTokens', 'cached_tokens as cachedTokens', 'cost_micros as costMicros'])
        .select(['response_model as responseModel', 'latency_ms as latencyMs', 'failure_type as failureType'])
        .select(['failure_message as failureMessage', 'started_at as startedAt', 'finished_at as finishedAt'])
        .where('case_id', '=', caseId)
        .orderBy('started_at')
        .execute();
      const tasks = await trx
        .selectFrom('review_tasks')
        .selectAll()
        .where('case_id', '=', caseId)
        .orderBy('task_no')
        .execute();
      const verdicts = await trx
        .selectFrom('verdicts')
        .select(['verdict_id as verdictId', 'channel', 'verdict', 'by_name as by', 'seen', 'body', 'accepted'])
        .select(['refusal', 'task_no as taskNo', 'at'])
        .where('case_id', '=', caseId)
        .orderBy('at')
        .orderBy('verdict_id')
        .execute();
      const decisions = await trx
        .selectFrom('decisions as d')
        .leftJoin('withdrawn_decisions as w', (on) =>
          on.onRef('w.case_id', '=', 'd.case_id').onRef('w.decision_no', '=', 'd.decision_no'),
        )
        .selectAll('d')
        .select('w.by_name as withdrawn_by')
        .where('d.case_id', '=', caseId)
        .orderBy('d.decision_no')
        .execute();
      const effects = await trx
        .selectFrom('effects')
        .selectAll()
        .where('case_id', '=', caseId)
        .orderBy('decision_no')
        .orderBy('position')
        .execute();
      const countersignatures = await trx
        .selectFrom('countersignatures')
        .select(['statement', 'signature'])
        .where('case_id', '=', caseId)
        .orderBy('verdict_id')
        .execute();
      const audit: AuditEntry[] = [];
      let auditHead = { seq: 0, hash: '' };
      for await (const line of auditOf(snapshot).exportEntries(caseId)) {
        if (line.type === 'entry') audit.push(entryOf(line));
        else auditHead = { seq: line.seq, hash: line.hash };
      }
      return {
        record,
        ...row,
        modelCalls,
        verdicts,
        information: await informationReadsOf(snapshot).informationRequests({ caseId }),
        tasks: tasks.map((task) => ({
          ...taskOf(task),
          ...{ openedAt: task.opened_at, askedAt: task.asked_at ?? task.opened_at, closedAt: task.closed_at },
        })),
        decisions: decisions.map((decision) => {
          return { ...decisionOf(decision), at: decision.at, withdrawnBy: decision.withdrawn_by };
        }),
        effects: effects.map((effect) => {
          const { reason, called_at: calledAt, settled_at: settledAt } = effect;
          return { ...effectOf(effect), reason, calledAt, settledAt };
        }),
        audit,
        auditHead,
        countersignatures,
      };
    });
}

function entryOf({ type: _, ...entry }: AuditEntry & { type: 'entry' }): AuditEntry {
  return entry;
}
