import { groupsAfter } from '../domain/escalation.ts';
import type { InformationRequest } from '../domain/information.ts';
import type { Finding, Reason } from '../domain/route.ts';
import { failure } from '../failures.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import { INSTRUCTIONS } from '../packs/untrusted-text.ts';
import type { CaseInput, CaseRecord } from './case-ports.ts';
import type { TaskOpening } from './review-ports.ts';
import { aboutCase } from './about-case.ts';
import { openingOf, questionOf } from './open-task.ts';
import type { Ports } from './ports.ts';
import { readDocuments } from './read-documents.ts';
import { decided } from './results.ts';
import type { Before } from './question.ts';
import type { Steps } from './steps.ts';

type Needs = Pick<
  Ports,
  'information' | 'cases' | 'modelCalls' | 'reviews' | 'documents' | 'reader' | 'packs' | 'feeds' | 'clock'
>;

type Taken = NonNullable<Awaited<ReturnType<Ports['information']['taken']>>>;

/**
 * Makes what the submitter answered part of the case: read, cleaned and looked through like the documents that came
 * first. The reviewers are asked anew with it, or the model is. Again: the same.
 */
export const readInformation =
  (ports: Needs): Steps['readInformation'] =>
  async ({ caseId, requestId }) => {
    const { information, cases, reviews, packs } = ports;
    const [request, taken] = await Promise.all([information.get(requestId), information.taken(requestId)]);
    const [record, input] = await Promise.all([cases.get(caseId), cases.input(caseId)]);
    if (!request || !taken || !record?.plan || !input) throw failure('NotStarted', `${caseId}: no answer to read`);
    const former = await reviews.task(caseId, request.taskNo);
    if (!former) throw failure('NotStarted', `${caseId}: no review task ${request.taskNo}`);
    const pinned = packs.pinned(record.plan.packHash);
    // Only the pinned version may say what the model is asked; any may look a text through.
    const pack = pinned ?? packs.current(record.packId);
    const read = await readDocuments(ports, pack, taken.documents);
    const findings = [...read.findings, ...pack.examine(read.sources, ports.clock())];
    const proposeAgain = request.proposeAgain && pinned !== undefined;
    const sources = [...input.sources, ...read.sources.map((source) => answerOf(request, source))];
    const next = proposeAgain
      ? await preparedAgain(ports, pinned, { ...input, sources }, read.findings)
      : { ...input, sources, findings: [...input.findings, ...findings] };
    await cases.informed(caseId, next, taken.inputNo);
    const because: Reason[] = [givenReason(taken), ...reasonsOf(findings)];
    if (proposeAgain) return { kind: 'propose-again', because, before: beforeOf(record, former) };
    const opening = await putAnew(ports, record, former, because);
    await reviews.open(opening);
    return { kind: 'asked-anew', question: questionOf((await reviews.task(caseId, opening.taskNo)) ?? opening) };
  };

/** Nobody answered in time: the question goes back to who was asked, with that as a reason. Again: the same. */
export const giveUpInformation =
  (ports: Needs): Steps['giveUpInformation'] =>
  async ({ caseId, taskNo, requestId }) => {
    const { information, cases, reviews } = ports;
    const [record, former] = await Promise.all([cases.get(caseId), reviews.task(caseId, taskNo)]);
    const request = await information.get(requestId);
    if (!record || !former || !request) throw failure('NotStarted', `${caseId}: no review task ${taskNo}`);
    const message = `The submitter was asked and had not answered by ${request.answerBy.toISOString()}`;
    const opening = await putAnew(ports, record, former, [{ code: 'information-missing', message }]);
    const came = await information.giveUp(requestId, opening);
    if (came === 'answered') return { kind: 'informed', seen: former.seen, requestId };
    if (came === 'given-up')
      return { kind: 'asked-anew', question: questionOf((await reviews.task(caseId, opening.taskNo)) ?? opening) };
    const decision = await reviews.latestDecision(caseId);
    return decision?.taskNo === taskNo ? decided(decision) : null;
  };

/** What the model sees next, made from all documents as `ingest` did; a finding that the answer has cured is gone. */
async function preparedAgain(
  { feeds, clock }: Needs,
  pack: ProcessPack,
  input: CaseInput,
  read: readonly Finding[],
): Promise<CaseInput> {
  const { present, placeholders, enrichment, findings } = await pack.prepare(input.sources, feeds, clock());
  const prepares = new Set([...pack.manifest.quality.map(({ name }) => name), INSTRUCTIONS]);
  const kept = input.findings.filter(({ name }) => !prepares.has(name));
  return { ...input, present, placeholders, enrichment, findings: [...kept, ...read, ...findings] };
}

/** An answer is read together with what it answers. */
function answerOf({ question }: InformationRequest, { name, text }: SourceDocument): SourceDocument {
  return { name, text: `Question of the reviewer: ${question}\n\n${text}` };
}

function givenReason({ documents, authentication }: Taken): Reason {
  const what = documents.length === 1 ? 'one document' : `${documents.length} documents`;
  const who =
    authentication === null || authentication.via === 'unauthenticated' ? '; nothing proves who answered' : '';
  return { code: 'information-given', message: `The submitter has answered the reviewer's question (${what}${who})` };
}

function reasonsOf(findings: readonly Finding[]): Reason[] {
  return findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ message }) => ({ code: 'data-quality', message }));
}

/** The same content as a new question: approvals that were given without the answer do not count for it. */
async function putAnew(
  ports: Needs,
  record: CaseRecord,
  former: TaskOpening,
  because: readonly Reason[],
): Promise<TaskOpening> {
  const { kind, callId, output, effects, facts, rules, evidence, confidence, packHash, taskNo, amends } = former;
  const reasons = [...former.reasons.filter(({ code }) => !code.startsWith('information-')), ...because];
  const kept = facts ? { facts } : {};
  const content = { kind, callId, output, effects, ...kept, rules, evidence, confidence, reasons };
  const before = { ...beforeOf(record, former), ...(amends ? { amends } : {}) };
  const about = await aboutCase(ports, record, callId);
  return openingOf(ports.packs, about, taskNo + 1, packHash, content, ports.clock(), before);
}

function beforeOf({ plan }: CaseRecord, { approvals, groups, group, standsFor, rest }: TaskOpening): Before {
  const later = rest ?? groupsAfter(group, groups ?? plan?.review.groups ?? []);
  const place = standsFor === undefined ? {} : { standsFor };
  return { approvals: { needed: approvals?.needed ?? 1, by: [] }, groups, ask: { group, rest: later, ...place } };
}
