import { sql } from 'kysely';
import type { CaseOutcome, Stage } from '../../domain/case.ts';
import type { Finding, Reason, RuleResult } from '../../domain/route.ts';
import type { BookEntry } from '../books.ts';
import { until } from '../until.ts';
import type { ProviderCall } from './provider.ts';
import type { DrillRig } from './drill-rig.ts';
import type { FeederReceipt } from '../feeder.ts';

type Values = Record<string, unknown>;

/** A review task as the figures need it. */
export interface TaskFacts {
  kind: string;
  open: boolean;
  reasons: readonly Reason[];
  output: Values | null;
  rules: readonly RuleResult[];
  confidence: Record<string, number | null>;
}

/** A call to a model, as the ledger has it. */
export interface CallFacts {
  requestHash: string;
  model: string;
  outcome: string;
  failureType: string | null;
  costMicros: number | null;
  /** The most it may cost, reserved before the call. */
  reservedMicros: number | null;
  responseId: string;
  latencyMs: number;
  possiblyPaid: boolean;
  /** Taken over from an earlier call to exactly the same question; nothing was bought. */
  reused: boolean;
}

/** Everything about one case, from whoever knows it. */
export interface CaseFacts {
  caseId: string;
  packId: string;
  truth: Values;
  /** Undefined: the ledger does not know the case that its receipt names. */
  record: { stage: Stage; outcome: CaseOutcome | null; threshold: number; findings: readonly Finding[] } | undefined;
  /** Whether its workflow runs in Temporal, and how many events its history has; undefined: Temporal has none. */
  run: { running: boolean; events: number } | undefined;
  tasks: TaskFacts[];
  /** The latest. */
  decision: { byPolicy: boolean; output: Values | null; confidence: Record<string, number | null> } | undefined;
  calls: CallFacts[];
}

/** What a scenario left behind. */
export interface Facts {
  cases: CaseFacts[];
  /** The business system's own books, of these cases. */
  books: BookEntry[];
  effects: { key: string; state: string; calls: number }[];
  /** What the providers counted for themselves; undefined when one of them was killed and lost its count. */
  provided: ProviderCall[] | undefined;
}

const ATONCE = 20;

/** Reads everything about a scenario's cases from the ledger, Temporal, the business system and the providers. */
export async function readFacts(rig: DrillRig, receipts: readonly FeederReceipt[]): Promise<Facts> {
  return await until('everything answers', () => read(rig, receipts), { withinMs: 60_000, everyMs: 500 });
}

async function read(rig: DrillRig, receipts: readonly FeederReceipt[]): Promise<Facts> {
  const caseIds = receipts.flatMap(({ caseId }) => (caseId === undefined ? [] : [caseId]));
  const { db } = rig.ledger;
  // First, for a case may end in between: then the ledger knows its outcome, and it is not taken for lost.
  const runs = await runsOf(rig, caseIds);
  const ids = sql`${caseIds}::text[]`;
  const records = await sql<RecordRow>`
    select case_id, stage, outcome, coalesce((plan ->> 'threshold')::float8, 0) as threshold,
      coalesce(input -> 'findings', '[]') as findings from cases where case_id = any(${ids})`.execute(db);
  const tasks = await sql<TaskFacts & Named>`
    select case_id, kind, closed_at is null as open, reasons, output, rules, confidence from review_tasks
    where case_id = any(${ids}) order by task_no`.execute(db);
  const decisions = await sql<Named & NonNullable<CaseFacts['decision']>>`
    select case_id, by_kind = 'policy' as "byPolicy", output, coalesce(grounds -> 'confidence', '{}') as confidence
    from decisions where case_id = any(${ids}) order by decision_no`.execute(db);
  const calls = await sql<Named & CallFacts>`
    select case_id, request_hash as "requestHash", model, outcome, failure_type as "failureType",
      cost_micros as "costMicros", reserved_micros as "reservedMicros", response_id as "responseId", latency_ms as "latencyMs", possibly_paid as "possiblyPaid",
      reused_from is not null as reused
    from model_calls where case_id = any(${ids}) order by started_at`.execute(db);
  const effects = await sql<{ key: string; state: string; calls: number }>`
    select key, state, calls from effects where case_id = any(${ids}) order by key`.execute(db);

  const recordOf = new Map(records.rows.map((row) => [row.case_id, row]));
  const [tasksOf, callsOf] = [grouped(tasks.rows), grouped(calls.rows)];
  const decisionOf = new Map(decisions.rows.map((row) => [row.case_id, row]));
  const known = new Set(caseIds);
  const provided = (await Promise.all([rig.primary.calls(), rig.fallback.calls()])).map((all) =>
    all?.filter(({ metadata }) => known.has(String(metadata['caseId']))),
  );
  return {
    cases: receipts.flatMap(({ sample, caseId }) => {
      if (caseId === undefined) return [];
      const { packId, truth } = sample;
      const of = { tasks: tasksOf.get(caseId) ?? [], calls: callsOf.get(caseId) ?? [] };
      return [
        {
          caseId,
          packId,
          truth,
          record: recordOf.get(caseId),
          run: runs.get(caseId),
          decision: decisionOf.get(caseId),
          ...of,
        },
      ];
    }),
    books: (await rig.books()).filter(({ reference }) => known.has(caseOfReference(reference))),
    effects: effects.rows,
    provided: provided.some((all) => all === undefined) ? undefined : provided.flatMap((all) => all ?? []),
  };
}

type Named = { case_id: string };
type RecordRow = Named & NonNullable<CaseFacts['record']>;

/** The case that a reference in the books, `<caseId>/<decisionNo>/<effect>[/undo]`, belongs to. */
function caseOfReference(reference: string | null): string {
  return (reference ?? '').replace(/\/\d+\/[^/]+(\/undo)?$/, '');
}

async function runsOf(rig: DrillRig, caseIds: readonly string[]): Promise<Map<string, CaseFacts['run']>> {
  const runs = new Map<string, CaseFacts['run']>();
  const left = [...caseIds];
  const lane = async () => {
    for (let caseId = left.pop(); caseId !== undefined; caseId = left.pop()) {
      const run = await rig.run(caseId);
      runs.set(caseId, run && { running: run.status.name === 'RUNNING', events: run.historyLength });
    }
  };
  await Promise.all(Array.from({ length: ATONCE }, lane));
  return runs;
}

function grouped<T extends Named>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.case_id, [...(groups.get(row.case_id) ?? []), row]);
  return groups;
}
