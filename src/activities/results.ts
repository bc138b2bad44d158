import type { CaseResult } from '../domain/decision.ts';
import type { CaseRecord } from './case-ports.ts';
import type { DecisionRecord } from './review-ports.ts';
import type { Answer, DecisionRef } from './question.ts';

/** A decision as the workflow needs it, without its content. */
export function decisionRefOf(decision: DecisionRecord): DecisionRef {
  const { decisionNo, kind, by, reason, undo } = decision;
  const ref: DecisionRef = {
    decisionNo,
    kind,
    by: decision.approvedBy ? decision.approvedBy.join(' and ') : nameOf(by),
    effects: decision.effects.map(({ name, title }) => ({ name, title })),
  };
  return { ...ref, ...(reason === null ? {} : { reason }), ...(undo ? { undo } : {}) };
}

export function decided(decision: DecisionRecord): Answer {
  return { kind: 'decided', decision: decisionRefOf(decision) };
}

/** The result of a case that the ledger already closed. */
export function resultOf(record: CaseRecord, decision: DecisionRecord | undefined): CaseResult {
  const { caseId } = record;
  if (!decision)
    return { caseId, outcome: 'duplicate', route: 'none', reason: `already ${record.outcome ?? 'decided'}` };
  const route = decision.by.kind === 'policy' ? 'straight-through' : 'review';
  return {
    caseId,
    outcome: 'duplicate',
    route,
    decidedBy: nameOf(decision.by),
    reason: `already ${record.outcome ?? 'decided'}`,
  };
}

function nameOf(by: DecisionRecord['by']): string {
  return by.kind === 'policy' ? `policy (${by.rule})` : by.name;
}
