import { storedDigestOf } from '../canonical.ts';
import { digestOfShown, shownOf } from '../countersignature/shown.ts';
import { countersign } from '../countersignature/statement.ts';
import type { Countersignature } from '../domain/countersignature.ts';
import type { PreparedEffect } from '../domain/decision.ts';
import type { Reason } from '../domain/route.ts';
import { routeOf } from '../domain/route.ts';
import { failure } from '../failures.ts';
import type { Evidence, Output, ProcessPack } from '../packs/pack.ts';
import { aboutCase, type AboutCase } from './about-case.ts';
import { fieldConfidence } from './confidence.ts';
import { staleFeeds, withStale } from './freshness.ts';
import type { CaseInput, CaseRecord } from './case-ports.ts';
import type { DecisionGrounds, DecisionRecord } from './review-ports.ts';
import { openTask, questionOf } from './open-task.ts';
import type { Ports } from './ports.ts';
import { readAnswer } from './read-answer.ts';
import { decisionRefOf } from './results.ts';
import type { Question } from './question.ts';
import type { Steps, ValidateInput } from './steps.ts';

type Needs = Pick<Ports, 'cases' | 'effects' | 'modelCalls' | 'reviews' | 'packs' | 'feeds' | 'signer' | 'clock'>;

/** Schema, business rules and confidence decide the route. Straight-through records the decision, review opens a task. */
export const validate =
  (ports: Needs): Steps['validate'] =>
  async (input): Promise<Question> => {
    const { cases, reviews, packs } = ports;
    const pack = packs.pinned(input.packHash);
    if (!pack) return { kind: 'pack-version-gone' };
    const [record, ingested, stale] = await Promise.all([
      cases.get(input.caseId),
      cases.input(input.caseId),
      // The rules read feeds here, which may have grown old while the case waited for the model.
      staleFeeds(ports, pack),
    ]);
    if (!record?.plan || !ingested) throw failure('NotStarted', `${input.caseId}: nothing was ingested`);
    const before = await recordedBefore(ports, record, input);
    if (before) return before;
    const proposal = await proposalOf(ports, pack, ingested, input);
    const { output, evidence, confidence, callId } = proposal;
    const because = [...input.because, ...proposal.because];
    if (output === null && because.length === 0)
      because.push({ code: 'model-answer-invalid', message: 'There is no proposal: the answer is not in the ledger' });
    const { sources, enrichment } = ingested;
    const findings = withStale(ingested.findings, stale);
    const rules = output ? await pack.judge(output, { sources, feeds: ports.feeds, enrichment, evidence }) : [];
    const effects = output ? pack.effects(output, input.caseId) : [];
    const facts = output ? await pack.liveFacts(output, ports.feeds) : {};
    because.push(...(await takenBefore(ports, input.caseId, effects, because)));
    const route = routeOf({ because, findings, rules, confidence, threshold: record.plan.threshold });

    const { caseId } = input;
    const about = await aboutCase(ports, record, callId, ingested);
    if (route.kind === 'straight-through') {
      const by = { kind: 'policy', rule: `${pack.id} ${pack.version}` } as const;
      const grounds = { rules, confidence, evidence, callId, packHash: input.packHash };
      const made = { caseId, kind: 'accept', by, output, effects, facts, reason: null, taskNo: null, grounds } as const;
      const decision = { ...made, seal: seal(ports, about, made) };
      return { kind: 'straight-through', decision: decisionRefOf(await reviews.decideByPolicy(decision)) };
    }
    const content = {
      kind: 'proposal',
      reasons: route.reasons,
      output,
      evidence,
      confidence,
      rules,
      effects,
      facts,
      callId,
    } as const;
    return questionOf(await openTask(ports, about, input.taskNo, input.packHash, content, input.before));
  };

/** What policy decides is signed like a verdict, so that the write can tell that it is what was decided. */
function seal(
  ports: Needs,
  about: AboutCase,
  { by, output, effects, facts, grounds: { packHash, callId: _, ...grounds } }: ByPolicy,
): Countersignature {
  const { caseId } = about.shown;
  const decided = { taskNo: null, kind: 'straight-through', reasons: [], output, effects, facts } as const;
  const digest = digestOfShown(shownOf(about.shown, { ...grounds, ...decided, packHash }, about.call));
  const said = { caseId, taskNo: null, verdictId: null, verdict: 'straight-through', identity: 'policy' } as const;
  return countersign(ports.signer, { ...said, by: by.rule, digest, at: ports.clock().toISOString() });
}

/** A hint in time, naming the earlier case; the write enforces the identity, also against cases that come at once. */
async function takenBefore(
  { effects: ledger }: Needs,
  caseId: string,
  effects: readonly PreparedEffect[],
  known: readonly Reason[],
): Promise<Reason[]> {
  const identity = effects.find((effect) => effect.identity !== undefined)?.identity;
  if (identity === undefined || known.some(({ code }) => code === 'identity-taken')) return [];
  const holder = await ledger.holder(caseId, identity);
  return holder === undefined || holder === caseId
    ? []
    : [{ code: 'identity-taken', message: `Already written by ${holder}` }];
}

/**
 * What an earlier try recorded whose result was lost. It stands: facts may have changed in between, and a second task
 * text or a second decision would leave people and the case with different questions.
 */
async function recordedBefore(
  { reviews }: Needs,
  { caseId, lastTaskNo, decided }: CaseRecord,
  { taskNo, decisionNo }: ValidateInput,
): Promise<Question | undefined> {
  if (lastTaskNo >= taskNo) {
    const task = await reviews.task(caseId, taskNo);
    if (task) return questionOf(task);
  }
  if (!decided || decisionNo !== undefined) return undefined;
  const decision = await reviews.latestDecision(caseId);
  return decision?.by.kind === 'policy' && decision.kind === 'accept'
    ? { kind: 'straight-through', decision: decisionRefOf(decision) }
    : undefined;
}

type ByPolicy = Pick<DecisionRecord, 'output' | 'effects' | 'facts'> & {
  by: { rule: string };
  grounds: DecisionGrounds;
};

interface Proposal {
  output: Output | null;
  evidence: Record<string, Evidence | null>;
  confidence: Record<string, number | undefined>;
  callId: string | null;
  because: Reason[];
}

/** What a former decision's values stand on, field by field; an amended one stands on nothing. */
async function supportOf(
  { reviews }: Needs,
  decision: DecisionRecord | undefined,
  output: Output,
): Promise<Partial<Pick<Proposal, 'evidence' | 'callId'>>> {
  if (!decision) return {};
  const { caseId, taskNo, grounds } = decision;
  const task = taskNo === null ? undefined : await reviews.task(caseId, taskNo);
  const { evidence, callId } = task ?? grounds ?? {};
  const proposed = task ? task.output : decision.output;
  const kept = Object.entries((evidence ?? {}) as Proposal['evidence']).filter(
    ([field]) => storedDigestOf(output[field]) === storedDigestOf(proposed?.[field]),
  );
  return { evidence: Object.fromEntries(kept), callId: callId ?? null };
}

async function proposalOf(
  ports: Needs,
  pack: ProcessPack,
  input: CaseInput,
  { caseId, callId, decisionNo, because }: ValidateInput,
): Promise<Proposal> {
  const none: Proposal = { output: null, evidence: {}, confidence: {}, callId: callId ?? null, because: [] };
  if (decisionNo !== undefined) {
    // What was decided may be what was tampered with: a person starts from nothing then.
    if (because.some(({ code }) => code === 'tampering')) return none;
    const decision = await ports.reviews.decision(caseId, decisionNo);
    const checked = pack.check(decision?.output);
    return checked.ok ? { ...none, ...(await supportOf(ports, decision, checked.value)), output: checked.value } : none;
  }
  const call = callId === undefined ? undefined : await ports.modelCalls.get(callId);
  if (!call) return none;
  const read = readAnswer(pack, call.text, input);
  if (!read.ok) {
    return {
      ...none,
      because: read.problems.map((problem) => ({
        code: 'model-answer-invalid',
        message: `The answer breaks the schema: ${problem}`,
      })),
    };
  }
  const all = fieldConfidence(call.text, call.tokens);
  const confidence = Object.fromEntries(pack.manifest.critical.map((field) => [field, all[field]]));
  return { ...none, ...read.value, confidence };
}
