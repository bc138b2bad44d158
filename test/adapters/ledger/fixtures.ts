import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { CaseRecord } from '../../../src/activities/case-ports.ts';
import type { DecisionRecord, Reviews, TaskOpening } from '../../../src/activities/review-ports.ts';
import type { CallTerms } from '../../../src/activities/model-call-ports.ts';
import type { PreparedEffect } from '../../../src/domain/decision.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { PackManifest } from '../../../src/packs/pack.ts';

export const PLAN: Plan = {
  packId: 'invoices',
  packVersion: '1',
  packHash: 'hash-1',
  owner: 'finance',
  models: [{ provider: 'local', model: 'm', timeoutMs: 1000, attempts: 1 }],
  threshold: 0.9,
  review: {
    groups: ['clerks', 'leads'],
    remindAfterMs: 1,
    escalateAfterMs: 2,
    deadlineMs: 3,
    deadlineDefault: 'reject',
    fourEyes: true,
  },
  asking: {
    patienceMs: 0,
    budget: { perCaseMicros: null, perDayMicros: null, whenSpent: 'person' },
    answersGoodForMs: 0,
    hedge: false,
  },
};

/** A call of a case to the model `local/m`, without limits. */
export function termsOf(caseId: string, change: Partial<CallTerms> = {}): CallTerms {
  return {
    ...{ caseId, packId: 'invoices', requestHash: 'q', provider: 'local', model: 'm', turn: 'first' },
    ...{
      askedBy: 'run 1',
      attempt: 1,
      attempts: 3,
      timeoutMs: 1_000,
      interactive: false,
      quote: undefined,
      tokens: 10,
    },
    budget: PLAN.asking.budget,
    goodForMs: 60_000,
    ...change,
  };
}

/** Its properties are in an order that sorting would change, by name or by length. */
export const MANIFEST = { id: 'invoices', answerSchema: { invoiceNumber: 1, date: 2 } } as unknown as PackManifest;

export const INPUT = {
  present: 'text',
  sources: [{ name: 'a.txt', text: 'text' }],
  findings: [],
  enrichment: { a: 1 },
};

export const EFFECT: PreparedEffect = {
  name: 'post',
  sink: 'books',
  collection: 'postings',
  request: { grossMinor: 33690 },
  reversal: {},
  identity: 'DE1/INV-1',
  title: 'Post 336.90 EUR',
};

let count = 0;

/** A case of its own key with one document of its own content, ingested. */
export async function ingested(ledger: Ledger, caseKey = `K-${(count += 1)}`): Promise<string> {
  const { caseId } = await received(ledger, caseKey);
  await ledger.cases.ingested(caseId, INPUT, PLAN, MANIFEST);
  return caseId;
}

export async function received(ledger: Ledger, caseKey: string, content = caseKey): Promise<CaseRecord> {
  const answer = await receive(ledger, caseKey, content);
  if (answer.kind === 'conflict') throw new Error(answer.message);
  return answer.record;
}

export async function receive(ledger: Ledger, caseKey: string, content: string, revision = 1) {
  const documents = await ledger.documents.put([
    { name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from(content) },
  ]);
  const name = { packId: 'invoices', caseKey, revision };
  return await ledger.cases.receive({ name, documents, submittedBy: 'anna', owner: 'finance', channel: 'api' });
}

export async function decided(
  ledger: Ledger,
  caseId: string,
  effect: PreparedEffect = EFFECT,
): Promise<DecisionRecord> {
  return await ledger.reviews.decideByPolicy(straightThrough(caseId, effect));
}

export function straightThrough(caseId: string, effect = EFFECT): Omit<DecisionRecord, 'decisionNo'> {
  const by = { kind: 'policy', rule: 'straight-through' } as const;
  return { caseId, kind: 'accept', by, output: { total: 1.5 }, effects: [effect], reason: null, taskNo: null };
}

export function task(caseId: string, more: Partial<TaskOpening> = {}): TaskOpening {
  return {
    caseId,
    taskNo: 1,
    kind: 'proposal',
    seen: 'abc123',
    digest: 'd'.repeat(64),
    packHash: 'hash-1',
    group: 'clerks',
    dueAt: new Date('2030-01-03T00:00:00Z'),
    remindAt: new Date('2030-01-02T00:00:00Z'),
    reasons: [{ code: 'rule-broken', message: 'sum: does not add up' }],
    output: { total: 1.5 },
    evidence: { total: null },
    confidence: { total: 0.25, date: undefined },
    rules: [{ name: 'sum', severity: 'hard', holds: false }],
    effects: [EFFECT],
    callId: null,
    ...more,
  };
}

type Recorded = Parameters<Reviews['record']>[0];

/** An approving verdict on task 1. */
export function approval(caseId: string, verdictId: string, more: Partial<Recorded> = {}): Recorded {
  return {
    caseId,
    channel: 'update',
    contentHash: `content of ${verdictId}`,
    verdict: { verdict: 'approve', verdictId, by: 'berta', seen: 'abc123' },
    decide: { taskNo: 1, kind: 'accept', output: { total: 1.5 }, effects: [EFFECT] },
    ...more,
  };
}

/** The kinds of a case's audit entries, in order. */
export async function trail(ledger: Ledger, caseId: string): Promise<string[]> {
  return (await ledger.reads.caseFile(caseId))?.audit.map(({ kind }) => kind) ?? [];
}

export async function caseOf(ledger: Ledger, caseId: string): Promise<CaseRecord> {
  const record = await ledger.cases.get(caseId);
  if (!record) throw new Error(`no case ${caseId}`);
  return record;
}

/** Begins a call that nothing stands against, and gives its id. */
export async function begun(ledger: Ledger, terms: CallTerms): Promise<string> {
  const said = await ledger.modelCalls.begin(terms);
  if (said.kind !== 'begun') throw new Error(`the call did not begin: ${said.kind}`);
  return said.callId;
}
