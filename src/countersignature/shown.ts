import { sha256, storable, storedDigestOf } from '../canonical.ts';
import type { LiveFacts, Shown, ShownModel } from '../domain/countersignature.ts';
import type { DocumentRef } from '../domain/case.ts';
import type { PreparedEffect } from '../domain/decision.ts';
import type { Plan } from '../domain/plan.ts';
import type { Finding } from '../domain/route.ts';

/** What belongs to the case and not to one question. */
export interface ShownCase {
  caseId: string;
  submittedBy: string | null;
  documents: readonly DocumentRef[];
  plan: Plan;
  sources: readonly { name: string; text: string }[];
  findings: readonly Finding[];
}

/** A question, or what policy decided on, as the ledger keeps it. */
export interface ShownTask extends Pick<
  Shown,
  'taskNo' | 'kind' | 'reasons' | 'evidence' | 'confidence' | 'rules' | 'effects'
> {
  output: Shown['proposal'];
  packHash: string;
  facts?: LiveFacts | undefined;
  effectKey?: string | undefined;
  amends?: { taskNo: number; digest: string } | undefined;
  approvals?: { needed: number } | undefined;
}

/** The call to a model that gave the proposal. */
export interface ShownCall extends Omit<ShownModel, 'answerHash'> {
  text: string;
}

/** Puts together what was shown. What people gave since (approvals) and who is asked now are no part of it. */
export function shownOf(of: ShownCase, task: ShownTask, call: ShownCall | undefined): Shown {
  const { packId, packVersion, owner, threshold, review } = of.plan;
  const { taskNo, kind, reasons, evidence, confidence, rules, effects, output, packHash } = task;
  return {
    ...{ format: 'countersign/shown/1', caseId: of.caseId, taskNo, kind, submittedBy: of.submittedBy },
    documents: of.documents.map(({ hash, name, mediaType, size }) => ({ hash, name, mediaType, size })),
    texts: of.sources.map(({ name, text }) => ({ name, hash: sha256(storable(text)) })),
    findings: of.findings,
    ...{ reasons, proposal: output, evidence: evidence ?? {}, confidence, rules, effects },
    facts: task.facts ?? {},
    model: call ? modelOf(call) : null,
    policy: { ...{ packId, packVersion, packHash, owner, threshold, review }, approvals: task.approvals?.needed ?? 1 },
    amends: task.amends ?? null,
    effectKey: task.effectKey ?? null,
  };
}

function modelOf({ text, callId, provider, model, responseModel, requestHash }: ShownCall): ShownModel {
  return { callId, provider, model, responseModel, requestHash, answerHash: sha256(storable(text)) };
}

/** The digest of what was shown, SHA-256 in hex: the same from what is put to people and from what the ledger gives back. */
export function digestOfShown(shown: Shown): string {
  return storedDigestOf(shown);
}

/** What is written in place of a proposal. */
export interface Amended {
  output: Readonly<Record<string, unknown>> | null;
  effects: readonly PreparedEffect[];
  facts?: LiveFacts | undefined;
}

/** The digest of an amendment: of what was shown and what takes its place. */
export function digestOfAmendment(digest: string, { output, effects, facts = {} }: Amended): string {
  return storedDigestOf({ format: 'countersign/amendment/1', digest, output, effects, facts });
}
