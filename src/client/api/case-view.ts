import type { CaseFile } from '../../adapters/ledger/case-file.ts';
import type { CaseRow } from '../../adapters/ledger/reads.ts';
import { groupsAfter } from '../../domain/escalation.ts';
import type { Evidence, SourceDocument } from '../../packs/pack.ts';
import { casePath, receiptPath, temporalUrl, type LinkBase } from '../case-path.ts';
import { informationViewOf } from './information-view.ts';
import type { CaseFileBody, CaseSummary, TaskBody } from './schema-case.ts';

const QUOTE_CHARS = 300;

/** A row of the ledger as the API shows it: times as ISO 8601. */
export function summaryOf(row: CaseRow): CaseSummary {
  const { caseId, packId, caseKey, revision, owner, stage, outcome, reason } = row;
  return { caseId, packId, caseKey, revision, owner, stage, outcome, reason, ...timesOf(row) };
}

/** The case file as the API shows it, evidence with what stands there. */
export function caseViewOf(file: CaseFile, base: LinkBase, withSources: boolean): CaseFileBody {
  const { record, input, channel, reason } = file;
  const { caseId, packId, caseKey, revision, owner, stage, outcome, submittedBy } = record;
  const sources = input?.sources ?? [];
  const groups = record.plan?.review.groups ?? [];
  const tasks = file.tasks.map((task) => taskOf(task, sources, groups));
  const url = temporalUrl(base, caseId);
  return {
    ...{ caseId, packId, caseKey, revision, owner, stage, outcome, reason, submittedBy, channel },
    ...timesOf({ ...file, receivedAt: record.receivedAt }),
    documents: record.documents.map(({ hash, name, mediaType, size }) => {
      return { hash, name, mediaType, size, href: `/v1/documents/${hash}` };
    }),
    plan: planOf(record.plan),
    findings: (input?.findings ?? []).map(({ name, severity, message }) => ({ name, severity, message })),
    ...(withSources ? { sources: sources.map(({ name, text }) => ({ name, text })) } : {}),
    modelCalls: file.modelCalls.map(modelCallOf),
    cost: costOf(file.modelCalls),
    task: tasks.find(({ closedAt }) => closedAt === null) ?? null,
    formerTasks: tasks.filter(({ closedAt }) => closedAt !== null),
    verdicts: file.verdicts.map(({ verdictId, channel: by, verdict, accepted, refusal, taskNo, body, ...rest }) => {
      const at = rest.at.toISOString();
      return {
        ...{ verdictId, channel: by, verdict, by: rest.by, accepted, refusal, taskNo, at },
        reason: reasonIn(body),
      };
    }),
    information: file.information.map(informationViewOf),
    decisions: file.decisions.map(
      ({ decisionNo, kind, by, approvedBy = [], output, reason: why, taskNo, at, undo = null, withdrawnBy }) => {
        const byPolicy = by.kind === 'policy';
        const name = by.kind === 'policy' ? by.rule : by.name;
        const made = { decisionNo, kind, by: name, byPolicy, output, reason: why, taskNo, at: at.toISOString() };
        return { ...made, approvedBy: [...approvedBy], undo, withdrawnBy };
      },
    ),
    effects: file.effects.map(({ key, decisionNo, effect, state, reference, reason: why, calledAt, settledAt }) => {
      const { name, title, sink } = effect;
      const times = { calledAt: isoOrNull(calledAt), settledAt: isoOrNull(settledAt) };
      return { key, decisionNo, name, title, sink, state, reference, reason: why, ...times };
    }),
    events: file.audit.map(({ seq, at, kind, data }) => ({ seq, at, kind, data })),
    links: {
      self: casePath(caseId),
      receipt: receiptPath(caseId),
      audit: `/v1/audit/entries?caseId=${encodeURIComponent(caseId)}`,
      ...(url === undefined ? {} : { temporalUi: url }),
    },
  };
}

function taskOf(
  task: CaseFile['tasks'][number],
  sources: readonly SourceDocument[],
  planGroups: readonly string[],
): TaskBody {
  const { taskNo, kind, seen, digest, group, reasons, output, rules, effects, effectKey } = task;
  const confidence = Object.entries(task.confidence).map(([field, value]) => [field, value ?? null] as const);
  const evidence = Object.entries((task.evidence ?? {}) as Record<string, Evidence | null>);
  return {
    ...{ taskNo, kind, seen, digest, group, reasons, proposal: output, rules },
    ...(task.standsFor === undefined ? {} : { standsFor: task.standsFor }),
    ...(task.assignee === undefined ? {} : { assignee: task.assignee }),
    next: task.rest ?? groupsAfter(group, task.groups ?? planGroups),
    confidence: Object.fromEntries(confidence),
    evidence: Object.fromEntries(evidence.map(([field, span]) => [field, span && quoted(span, sources)])),
    effects: effects.map(({ name, title, sink, collection, request }) => ({ name, title, sink, collection, request })),
    ...(effectKey === undefined ? {} : { effectKey }),
    facts: Object.values(task.facts ?? {}).map(({ title, shown }) => ({ title, shown })),
    ...(task.approvals ? { approvals: task.approvals } : {}),
    openedAt: task.openedAt.toISOString(),
    dueAt: task.dueAt.toISOString(),
    remindAt: task.remindAt.toISOString(),
    closedAt: isoOrNull(task.closedAt),
  };
}

function quoted({ document, start, end }: Evidence, sources: readonly SourceDocument[]) {
  const quote = sources[document]?.text.slice(start, Math.min(end, start + QUOTE_CHARS)) ?? '';
  return { document, start, end, quote };
}

function modelCallOf(call: CaseFile['modelCalls'][number]): CaseFileBody['modelCalls'][number] {
  const { failureType, failureMessage, text: answer, startedAt, finishedAt, requestHash: _, ...rest } = call;
  return {
    ...rest,
    answer,
    failure: failureType === null ? null : { type: failureType, message: failureMessage ?? '' },
    startedAt: startedAt.toISOString(),
    finishedAt: isoOrNull(finishedAt),
  };
}

function costOf(calls: CaseFile['modelCalls']): CaseFileBody['cost'] {
  const cost = { micros: 0, unpriced: 0, inputTokens: 0, outputTokens: 0 };
  for (const { costMicros, inputTokens, outputTokens } of calls) {
    if (costMicros === null && inputTokens + outputTokens > 0) cost.unpriced += 1;
    cost.micros += costMicros ?? 0;
    cost.inputTokens += inputTokens;
    cost.outputTokens += outputTokens;
  }
  return cost;
}

function planOf(plan: CaseFile['record']['plan']): CaseFileBody['plan'] {
  if (!plan) return null;
  const { packVersion, packHash, threshold, review } = plan;
  const models = plan.models.map(({ provider, model }) => ({ provider, model }));
  return { packVersion, packHash, threshold, models, groups: [...review.groups], fourEyes: review.fourEyes };
}

function timesOf({ receivedAt, touchedAt, closedAt }: { receivedAt: Date; touchedAt: Date; closedAt: Date | null }) {
  return {
    receivedAt: receivedAt.toISOString(),
    touchedAt: touchedAt.toISOString(),
    closedAt: isoOrNull(closedAt),
  };
}

function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

function reasonIn(body: unknown): string | null {
  const given = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return typeof given === 'string' ? given : null;
}
