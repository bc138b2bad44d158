import type { LiveFacts } from '../domain/countersignature.ts';
import { withoutProofs, type Authentication } from '../domain/attestation.ts';
import { refusalOf, staleDigest, verdictSchema, type Refusal, type Verdict } from '../domain/verdict.ts';
import { undoWindowMs, withApproval, type Approvals } from '../domain/policy.ts';
import { reasonCodeRefusalOf, rejectReasonsOf } from '../domain/reject-reasons.ts';
import { failure } from '../failures.ts';
import { digestOf } from '../packs/digest.ts';
import type { Evidence } from '../packs/pack.ts';
import { problemsOf } from '../packs/define-pack.ts';
import { isElsewhere, putElsewhere } from './judge-elsewhere.ts';
import { authenticate } from './attest.ts';
import { inWhosePlace, refusalOfPerson } from './entitled.ts';
import { judgePasskey } from './judge-passkey.ts';
import type { Judged, OpenTask, TaskOpening, TaskPolicy } from './ledger-ports.ts';
import { aboutCase } from './about-case.ts';
import { openingOf, questionOf } from './open-task.ts';
import type { Ports } from './ports.ts';
import { decided } from './results.ts';
import { signedVerdict } from './signed-verdict.ts';
import { refusalOfAbsent } from './stand-ins.ts';
import type { Answer, Steps, VerdictJudged, Withdrawn } from './steps.ts';
import { taskStanding } from './task-standing.ts';

type Needs = Pick<
  Ports,
  'reviews' | 'cases' | 'modelCalls' | 'packs' | 'feeds' | 'signer' | 'access' | 'passkeys' | 'clock'
>;
type Task = OpenTask & TaskOpening & TaskPolicy;
type Recorded = Parameters<Ports['reviews']['record']>[0];
type Base = Pick<Recorded, 'caseId' | 'verdict' | 'channel' | 'contentHash' | 'authentication'>;

/**
 * The one place where a verdict is judged: is it one, is it new, may this person give it, does it fit the open task, does
 * an amendment fit the pinned schema and rules. What is refused is recorded too. Exact repeats get the first answer again.
 */
export const judgeVerdict =
  (ports: Needs): Steps['judgeVerdict'] =>
  async ({ caseId, channel, message }) => {
    const { reviews } = ports;
    const { verdict: said, attestation, passkey: proof } = withoutProofs(message);
    const parsed = verdictSchema.safeParse(said);
    if (!parsed.success) {
      const refusal: Refusal = {
        code: 'malformed',
        message: `The verdict is malformed: ${problemsOf(parsed.error).join('; ')}`,
      };
      const verdictId = idOf(message);
      await reviews.malformed(caseId, channel, refusal, verdictId);
      return { answer: { accepted: false, verdictId, refusal } };
    }
    const verdict = parsed.data;
    const contentHash = digestOf(verdict);
    const former = await reviews.former(caseId, verdict.verdictId);
    if (former?.contentHash === contentHash) {
      const { judged } = former;
      const anew = judged.kind === 'accepted' ? judged.askedAnew : undefined;
      return await answered(
        ports,
        caseId,
        verdict,
        judged,
        anew === undefined ? undefined : await reviews.task(caseId, anew),
      );
    }
    if (former) {
      const refusal: Refusal = {
        code: 'verdict-id-reused',
        message: `verdictId: '${verdict.verdictId}' was used for another verdict; choose a new one.`,
      };
      // Each other content under the id is recorded, once.
      await reviews.malformed(caseId, channel, refusal, `${verdict.verdictId}#${contentHash.slice(0, 16)}`);
      return { answer: { accepted: false, verdictId: verdict.verdictId, refusal } };
    }

    const known = authenticate(ports.signer, caseId, verdict, attestation);
    const task = verdict.verdict === 'withdraw' ? undefined : await reviews.openTask(caseId);
    const authentication = known || ({ via: 'unauthenticated' } as const);
    const base = { caseId, verdict, channel, contentHash, authentication };
    const denied = await refusalOfPerson(ports, caseId, verdict, known, task);
    if (denied) return answerOf(verdict, await reviews.record({ ...base, refusal: denied }));
    if (verdict.verdict === 'withdraw') return answerOf(verdict, await withdrawal(ports, base, proof));
    const refusal =
      refusalOf(verdict, task) ??
      (await wrongCode(ports, verdict, task)) ??
      (task && (await refusalOfAbsent(ports.access, caseId, verdict, task)));
    if (refusal || !task) return answerOf(verdict, await reviews.record({ ...base, ...(refusal ? { refusal } : {}) }));
    const { taskNo } = task;
    const held = await judgePasskey(ports, { ...base, authentication, proof }, task);
    if (held.refusal) return answerOf(verdict, await reviews.record({ ...base, refusal: held.refusal }));
    const signing = { ...base, passkey: held.signature };
    const signed = { ...base, countersignature: signedVerdict(ports, signing, task) };
    if (isElsewhere(verdict))
      return await answered(ports, caseId, verdict, await putElsewhere(ports, signed, verdict, task));
    if (verdict.verdict === 'confirm')
      return answerOf(verdict, await reviews.record({ ...signed, confirm: { taskNo } }));
    if (verdict.verdict === 'approve' && task.kind !== 'proposal')
      return answerOf(verdict, await reviews.record({ ...signed, retry: { taskNo } }));
    if (verdict.verdict === 'reject') {
      return answerOf(
        verdict,
        await reviews.record({ ...signed, decide: { taskNo, kind: 'reject', output: null, effects: [] } }),
      );
    }
    // Only approvals are counted by seat. A name that is only claimed is in nobody's place.
    const absent =
      known && known.via !== 'unauthenticated' ? await inWhosePlace(ports.access, caseId, verdict.by, task) : undefined;
    if (verdict.verdict === 'approve') {
      const inPlaceOf = absent === undefined ? {} : { inPlaceOf: absent };
      return answerOf(
        verdict,
        await reviews.record({ ...signed, ...inPlaceOf, decide: acceptance(ports, task, task) }),
      );
    }
    const amended = await amend(ports, task, verdict.output);
    if (amended.kind === 'refused') {
      return answerOf(verdict, await reviews.record({ ...base, refusal: amended.refusal }));
    }
    const both = { ...base, countersignature: signedVerdict(ports, signing, task, amended) };
    const opening = await amendedQuestion(
      ports,
      task,
      withApproval({ needed: 1, by: [] }, verdict.by, absent),
      amended,
    );
    if (opening) return answerOf(verdict, await reviews.record({ ...both, askAnew: { taskNo, opening } }), opening);
    return answerOf(verdict, await reviews.record({ ...both, decide: acceptance(ports, task, amended) }));
  };

/** The reasons of the pinned version count, which every worker can read. */
async function wrongCode({ cases }: Needs, verdict: Verdict, task: Task | undefined): Promise<Refusal | undefined> {
  if (!task || verdict.verdict !== 'reject' || verdict.reasonCode === undefined) return undefined;
  const manifest = await cases.manifest(task.packHash);
  return reasonCodeRefusalOf(verdict, rejectReasonsOf(manifest?.review));
}

/** Takes an approval back; it is signed as the other verdicts are, over what was approved. */
async function withdrawal(
  ports: Needs,
  base: Base & { authentication: Authentication },
  proof: unknown,
): Promise<Judged> {
  const { reviews } = ports;
  const { caseId, verdict } = base;
  const decision = await reviews.latestDecision(caseId);
  const task = decision?.taskNo ? await reviews.task(caseId, decision.taskNo) : undefined;
  const refusal = task && staleDigest(verdict, task.digest);
  if (refusal) return await reviews.record({ ...base, refusal });
  const held = task && (await judgePasskey(ports, { ...base, proof }, task));
  if (held?.refusal) return await reviews.record({ ...base, refusal: held.refusal });
  const countersignature = task && signedVerdict(ports, { ...base, passkey: held?.signature }, task);
  return await reviews.record({ ...base, withdraw: true, ...(countersignature ? { countersignature } : {}) });
}

/** What is decided on acceptance, with the undo window that the policy gives it. */
function acceptance(
  { clock }: Needs,
  task: Task,
  { output, effects, facts = {} }: Pick<TaskOpening, 'output' | 'effects' | 'facts'>,
): NonNullable<Parameters<Ports['reviews']['record']>[0]['decide']> {
  const { taskNo, seen, reasons, confidence } = task;
  const windowMs = undoWindowMs(task.undo ?? [], { output, reasons, confidence });
  const decide = { taskNo, kind: 'accept', output, effects, facts } as const;
  if (windowMs === 0) return decide;
  return { ...decide, undo: { until: new Date(clock().getTime() + windowMs).toISOString(), seen } };
}

/** Where more than one must approve, the others see what was amended: a new question, which counts from one again. */
async function amendedQuestion(
  ports: Needs,
  task: Task,
  first: Approvals,
  { output, effects, facts, rules }: Pick<TaskOpening, 'output' | 'effects' | 'rules'> & { facts: LiveFacts },
): Promise<TaskOpening | undefined> {
  if (!task.levels && !task.approvals) return undefined;
  const record = await ports.cases.get(task.caseId);
  if (!record) throw failure('NotStarted', `${task.caseId}: no case to ask about`);
  const { kind, callId, packHash, taskNo, groups } = task;
  const changed = Object.keys(output ?? {}).filter((field) => !alike(output?.[field], task.output?.[field]));
  const kept = <T>(by_: Record<string, T>) =>
    Object.fromEntries(Object.entries(by_).filter(([field]) => !changed.includes(field)));
  const message = `Amended by a reviewer (${changed.join(', ') || 'nothing'}): all who approve must see what is written`;
  const reasons = [...task.reasons.filter(({ code }) => code !== 'amended'), { code: 'amended', message } as const];
  const evidence = kept((task.evidence ?? {}) as Record<string, unknown>);
  const content = { kind, callId, output, effects, facts, rules, reasons, evidence, confidence: kept(task.confidence) };
  const approvals = { ...first, needed: task.approvals?.needed ?? 1 };
  const before = { approvals, groups, amends: { taskNo, digest: task.digest } };
  const about = await aboutCase(ports, record, callId);
  const opening = openingOf(ports.packs, about, taskNo + 1, packHash, content, ports.clock(), before);
  return opening.approvals ? opening : undefined;
}

function alike(a: unknown, b: unknown): boolean {
  return digestOf(a ?? null) === digestOf(b ?? null);
}

async function amend({ packs, cases, feeds }: Needs, task: Task, output: unknown) {
  const pack = packs.pinned(task.packHash);
  if (!pack) {
    return refused(
      'pack-version-gone',
      'The pack changed while this case waited; it is asked again under the current version.',
    );
  }
  const checked = pack.check(output);
  if (!checked.ok) return refused('amendment-invalid', `output: ${checked.problems.join('; ')}`);
  const { sources = [], enrichment } = (await cases.input(task.caseId)) ?? {};
  const evidence = (task.evidence ?? {}) as Record<string, Evidence | null>;
  const rules = await pack.judge(checked.value, { sources, feeds, enrichment, evidence });
  const broken = rules.filter(({ holds, severity }) => !holds && severity === 'hard');
  if (broken.length > 0)
    return refused('rule-broken', broken.map(({ name, message }) => `${name}: ${message ?? ''}`).join('; '));
  const facts = await pack.liveFacts(checked.value, feeds);
  const effects = pack.effects(checked.value, task.caseId);
  return { kind: 'amended', output: checked.value, rules, effects, facts } as const;
}

function refused(code: Refusal['code'], message: string) {
  return { kind: 'refused', refusal: { code, message } } as const;
}

/** The answer, with how the task stands now where the verdict changed that; a repeat must not set it back. */
async function answered(
  ports: Needs,
  caseId: string,
  verdict: Verdict,
  judged: Judged,
  opening?: TaskOpening,
): Promise<VerdictJudged> {
  const said = answerOf(verdict, judged, opening);
  if (judged.kind !== 'accepted' || judged.changed === undefined) return said;
  const standing = await taskStanding(ports, caseId, judged.changed);
  return standing ? { ...said, then: { kind: 'changed', standing } } : said;
}

/** `opening`: the question that the verdict has led to. */
function answerOf(verdict: Verdict, judged: Judged, opening?: TaskOpening): VerdictJudged {
  const { verdictId } = verdict;
  if (judged.kind === 'refused') {
    const answer = { accepted: false, verdictId, refusal: judged.refusal } as const;
    // Said again on a repeat: the case may not have taken it in the first time.
    if (judged.refusal.code === 'pack-version-gone') return { answer, then: { kind: 'pack-version-gone' } };
    return judged.adopted ? { answer, then: decided(judged.adopted) } : { answer };
  }
  const { approvals, askedAnew, changed } = judged;
  const counted = approvals && { approvals: { given: approvals.by.length, needed: approvals.needed } };
  const heldUntil = judged.decision?.undo?.until;
  const answer = { accepted: true, verdictId, ...counted, ...(heldUntil === undefined ? {} : { heldUntil }) } as const;
  if (askedAnew !== undefined && opening)
    return { answer, then: { kind: 'asked-anew', question: questionOf(opening) } };
  if (changed !== undefined) return { answer };
  return approvals ? { answer, approvals } : { answer, then: thenOf(verdict, judged) };
}

function thenOf(verdict: Verdict, judged: Extract<Judged, { kind: 'accepted' }>): Answer | Withdrawn {
  const { by, reason } = verdict;
  if (judged.withdrawn !== undefined)
    return { kind: 'withdrawn', decisionNo: judged.withdrawn, by, ...(reason === undefined ? {} : { reason }) };
  if (judged.decision) return decided(judged.decision);
  return judged.settled === 'by-hand' ? { kind: 'settled-by-hand', by: verdict.by } : { kind: 'try-again' };
}

function idOf(message: unknown): string {
  const id = typeof message === 'object' && message !== null && 'verdictId' in message ? message.verdictId : undefined;
  return typeof id === 'string' && id !== '' && id.length <= 200
    ? id
    : `malformed-${digestOf(message ?? null).slice(0, 12)}`;
}
