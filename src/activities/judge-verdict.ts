import { withoutProofs, type Authentication } from '../domain/attestation.ts';
import { refusalOf, staleDigest, verdictSchema, type Refusal, type Verdict } from '../domain/verdict.ts';
import { undoWindowMs, withApproval } from '../domain/policy.ts';
import { reasonCodeRefusalOf, rejectReasonsOf } from '../domain/reject-reasons.ts';
import { isStorable, NOT_STORABLE, messageIdOf } from '../canonical.ts';
import { digestOf } from '../packs/digest.ts';
import { problemsOf } from '../packs/define-pack.ts';
import { assignedNext } from './assign.ts';
import { amend, amendedQuestion } from './amendment.ts';
import { isElsewhere, putElsewhere } from './judge-elsewhere.ts';
import { authenticate } from './attest.ts';
import { inWhosePlace, refusalOfPerson } from './entitled.ts';
import { judgePasskey } from './judge-passkey.ts';
import type { Judged, TaskOpening, TaskRecord } from './review-ports.ts';
import type { Ports } from './ports.ts';
import { signedVerdict } from './signed-verdict.ts';
import { refusalOfAbsent } from './stand-ins.ts';
import type { Steps, VerdictJudged } from './steps.ts';
import { answered, answerOf } from './verdict-answer.ts';

type Needs = Pick<
  Ports,
  'reviews' | 'cases' | 'modelCalls' | 'packs' | 'feeds' | 'signer' | 'access' | 'passkeys' | 'clock'
>;
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
    const malformed = async (problems: string): Promise<VerdictJudged> => {
      const refusal: Refusal = { code: 'malformed', message: `The verdict is malformed: ${problems}` };
      const verdictId = messageIdOf(message, 'verdictId');
      await reviews.malformed(caseId, channel, refusal, verdictId);
      return { answer: { accepted: false, verdictId, refusal } };
    };
    // First of all: whatever takes its digest or stores it would fail, and be tried again without end.
    if (!isStorable(message)) return await malformed(NOT_STORABLE);
    const parsed = verdictSchema.safeParse(said);
    if (!parsed.success) return await malformed(problemsOf(parsed.error).join('; '));
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
        await reviews.record({
          ...{ ...signed, ...inPlaceOf, ...(await assignedNext(ports, task, verdict.by, absent)) },
          decide: acceptance(ports, task, task),
        }),
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
async function wrongCode(
  { cases }: Needs,
  verdict: Verdict,
  task: TaskRecord | undefined,
): Promise<Refusal | undefined> {
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
  task: TaskRecord,
  { output, effects, facts = {} }: Pick<TaskOpening, 'output' | 'effects' | 'facts'>,
): NonNullable<Parameters<Ports['reviews']['record']>[0]['decide']> {
  const { taskNo, seen, reasons, confidence } = task;
  const windowMs = undoWindowMs(task.undo ?? [], { output, reasons, confidence });
  const decide = { taskNo, kind: 'accept', output, effects, facts } as const;
  if (windowMs === 0) return decide;
  return { ...decide, undo: { until: new Date(clock().getTime() + windowMs).toISOString(), seen } };
}
