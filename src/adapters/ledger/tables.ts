import type { ColumnType, Generated } from 'kysely';
import type { CaseInput } from '../../activities/case-ports.ts';
import type { EffectState } from '../../activities/effect-ports.ts';
import type { CameTo, DecisionGrounds } from '../../activities/review-ports.ts';
import type { CallTurn, ModelCallRecord } from '../../activities/model-call-ports.ts';
import type { AnswerToken } from '../../activities/ports.ts';
import type { Countersignature, LiveFacts, Statement } from '../../domain/countersignature.ts';
import type { Authentication } from '../../domain/attestation.ts';
import type { CaseOutcome, DocumentRef, Stage } from '../../domain/case.ts';
import type { PreparedEffect, UndoWindow } from '../../domain/decision.ts';
import type { InformationRefusal } from '../../domain/information.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Approvals } from '../../domain/policy.ts';
import type { Reason, RuleResult } from '../../domain/route.ts';
import type { PackManifest } from '../../packs/pack.ts';
import type { Refusal, TaskKind } from '../../domain/verdict.ts';
import type { AccessTables } from './access-tables.ts';
import type { DeliveryTables } from './delivery-tables.ts';
import type { NoticeKind, NoticePayload } from './notice.ts';

/** A jsonb column: read as a value, written as the text that `json()` makes. */
type Json<T> = ColumnType<T, string, string>;

export interface Tables extends AccessTables, DeliveryTables {
  documents: { hash: string; media_type: string; size: number; content: Buffer; stored_at: Date };
  cases: {
    case_id: string;
    pack_id: string;
    case_key: string;
    revision: number;
    content_hash: string;
    submitted_by: string | null;
    owner: string;
    channel: string;
    stage: Stage;
    outcome: CaseOutcome | null;
    reason: string | null;
    received_at: Date;
    touched_at: Date;
    closed_at: Date | null;
    pack_hash: string | null;
    plan: Json<Plan | null>;
    input: Json<CaseInput | null>;
    audit_seq: number;
    audit_head: string;
    /** How many answers of the submitter are part of `input`. */
    input_no: Generated<number>;
  };
  case_documents: {
    case_id: string;
    position: number;
    hash: string;
    name: string;
    media_type: string;
    size: number;
  };
  case_bands: { case_id: string; pack_id: string; bands: number[] };
  pack_versions: { hash: string; pack_id: string; version: string; manifest: Json<PackManifest>; first_used_at: Date };
  model_calls: {
    call_id: string;
    case_id: string;
    request_hash: string;
    provider: string;
    model: string;
    attempt: number;
    outcome: ModelCallRecord['outcome'];
    text: string;
    tokens: Json<AnswerToken[]>;
    input_tokens: number;
    output_tokens: number;
    cached_tokens: number;
    cost_micros: number | null;
    response_id: string;
    response_model: string;
    latency_ms: number;
    failure_type: string | null;
    failure_message: string | null;
    started_at: Date;
    finished_at: Date | null;
    turn: Generated<CallTurn>;
    reserved_micros: number | null;
    price_version: string | null;
    possibly_paid: Generated<boolean>;
    reused_from: string | null;
    problems: Json<string[] | null>;
  };
  review_tasks: {
    case_id: string;
    task_no: number;
    kind: TaskKind;
    seen: string;
    pack_hash: string;
    group_name: string;
    reasons: Json<Reason[]>;
    output: Json<Record<string, unknown> | null>;
    evidence: Json<unknown>;
    confidence: Json<Record<string, number | undefined>>;
    rules: Json<RuleResult[]>;
    effects: Json<PreparedEffect[]>;
    effect_key: string | null;
    call_id: string | null;
    due_at: Date;
    remind_at: Date;
    opened_at: Date;
    deadline_passed_at: Date | null;
    closed_at: Date | null;
    approvals: Json<Approvals | null>;
    groups: Json<[string, ...string[]] | null>;
    escalate_at: Date | null;
    /** Empty: of a question from before there were digests. */
    digest: string;
    facts: Json<LiveFacts | null>;
    amends: Json<{ taskNo: number; digest: string } | null>;
    /** Who is asked after `group_name`; null: the groups after it. */
    rest: Json<string[] | null>;
    /** When `group_name` was asked; null: when the task was opened. */
    asked_at: Date | null;
    /** The person who is away, and in whose place `group_name` is asked. */
    stands_for: string | null;
  };
  /** One row at most. */
  replan_looked: { one: Generated<boolean>; basis: string; at: Date };
  information_requests: {
    request_id: string;
    case_id: string;
    task_no: number;
    question: string;
    asked_by: string;
    asked_of: string;
    propose_again: boolean;
    asked_at: Date;
    answer_by: Date;
    answered_at: Date | null;
    given_up_at: Date | null;
  };
  information_answers: {
    case_id: string;
    answer_id: string;
    content_hash: string;
    request_id: string;
    channel: string;
    by_name: string;
    documents: Json<DocumentRef[]>;
    accepted: boolean;
    refusal: Json<InformationRefusal | null>;
    /** Null: it came too late to be looked at, or before answers were signed. */
    authentication: Json<Authentication | null>;
    at: Date;
  };
  decisions: {
    case_id: string;
    decision_no: number;
    kind: 'accept' | 'reject';
    by_kind: 'policy' | 'reviewer';
    by_name: string;
    output: Json<Record<string, unknown> | null>;
    effects: Json<PreparedEffect[]>;
    reason: string | null;
    task_no: number | null;
    grounds: Json<DecisionGrounds | null>;
    at: Date;
    undo: Json<UndoWindow | null>;
    approved_by: Json<string[] | null>;
    facts: Json<LiveFacts | null>;
    /** Of a decision by policy: what the service signed. */
    seal: Json<Countersignature | null>;
  };
  countersignatures: { case_id: string; verdict_id: string; statement: Json<Statement>; signature: string };
  /** Decisions that were taken back within their undo window. */
  withdrawn_decisions: { case_id: string; decision_no: number; by_name: string; reason: string | null; at: Date };
  verdicts: {
    case_id: string;
    verdict_id: string;
    content_hash: string;
    channel: string;
    verdict: string;
    by_name: string;
    seen: string;
    body: Json<unknown>;
    accepted: boolean;
    refusal: Json<Refusal | null>;
    task_no: number | null;
    /** The decision that this verdict made, or, for a refused one, the decision it came too late for. */
    decision_no: number | null;
    at: Date;
    came_to: Json<CameTo | null>;
    /** How it is known who gave it; null for verdicts from before this was kept. */
    authentication: Json<Authentication | null>;
  };
  effects: {
    key: string;
    case_id: string;
    decision_no: number;
    name: string;
    position: number;
    prepared: Json<PreparedEffect>;
    state: EffectState;
    /** Calls that may have reached the sink: counted before each, taken back when it certainly did not. */
    calls: number;
    undo_called_at: Date | null;
    reference: string | null;
    reason: string | null;
    called_at: Date | null;
    settled_at: Date | null;
  };
  business_identities: { pack_id: string; identity: string; case_id: string; key: string; claimed_at: Date };
  audit_entries: {
    case_id: string;
    seq: number;
    at: Date;
    kind: string;
    data: Json<Record<string, unknown>>;
    prev_hash: string;
    hash: string;
  };
  outbox: {
    id: Generated<number>;
    /** The review task that it is about; both null: it is about none. */
    case_id: string | null;
    task_no: number | null;
    kind: NoticeKind;
    payload: Json<NoticePayload>;
    not_before: Date;
    sent_at: Date | null;
    attempts: number;
    last_error: string | null;
    cancelled_at: Date | null;
    /** When it was said whom it goes to. */
    routed_at: Date | null;
    /** It reached nobody: no route, or every message with it was given up. */
    failed_at: Date | null;
  };
  feeds: { feed: string; as_of: Date; loaded_at: Date; items: number };
  /** A row while the feed is stale for the owner. */
  feed_alarms: { feed: string; owner: string; since: Date };
  feed_items: { feed: string; key: string; text: string; data: Json<Record<string, unknown>> };
}
