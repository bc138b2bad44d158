import { z } from 'zod';
import type { Approvals } from './policy.ts';

/** What stands for a name in the ready-to-paste commands. */
const PLACEHOLDER = 'YOUR NAME';
const common = {
  verdictId: z.string().min(1).max(200),
  by: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((name) => name !== PLACEHOLDER, `write your own name in place of ${PLACEHOLDER}`),
  seen: z.string().min(6).max(64),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'give the whole digest: 64 hex digits')
    .optional(),
};
const optionalReason = z.string().max(2000).optional();

/**
 * A reviewer's answer to a review task, by signal `verdict` or update `submitVerdict`.
 *
 * - `approve`: write the proposal as shown. After an effect with an unknown outcome it means: not there, write it again.
 * - `amend`: write `output` in its place.
 * - `reject`: nothing takes effect; `reason` required. `reasonCode`: which of the pack's reject reasons it is.
 * - `confirm`: only where an effect's outcome is unknown or its compensation was refused: a person has settled it by hand.
 * - `withdraw`: within the undo window of an approval, with the `seen` of what was approved: nothing is written, it is asked again.
 * - `reassign`: `to`, a group of the plan or a named person, is asked in place of who is asked now. The question stays.
 * - `escalate`: the next group of the plan is asked now; `reason` required.
 * - `request-information`: `question` goes to who submitted the case; until the answer or its deadline (`within`, a duration) nobody is reminded.
 *   `proposeAgain`: the model is asked again with the answer.
 *
 * `seen` is the short digest of what the reviewer saw, `digest` the whole one (optional; what is countersigned is always
 * the whole one), `verdictId` the sender's own id for exact repeats.
 */
export const verdictSchema = z.discriminatedUnion('verdict', [
  z.strictObject({ ...common, verdict: z.literal('approve'), reason: optionalReason }),
  z.strictObject({
    ...common,
    verdict: z.literal('amend'),
    output: z.record(z.string(), z.unknown()),
    reason: optionalReason,
  }),
  z.strictObject({
    ...common,
    verdict: z.literal('reject'),
    reason: z.string().trim().min(1).max(2000),
    reasonCode: z.string().trim().min(1).max(100).optional(),
  }),
  z.strictObject({ ...common, verdict: z.literal('confirm'), reason: z.string().trim().min(1).max(2000) }),
  z.strictObject({ ...common, verdict: z.literal('withdraw'), reason: optionalReason }),
  z.strictObject({
    ...common,
    verdict: z.literal('reassign'),
    to: z.string().trim().min(1).max(200),
    reason: optionalReason,
  }),
  z.strictObject({ ...common, verdict: z.literal('escalate'), reason: z.string().trim().min(1).max(2000) }),
  z.strictObject({
    ...common,
    verdict: z.literal('request-information'),
    question: z.string().trim().min(1).max(2000),
    within: z.string().max(50).optional(),
    proposeAgain: z.boolean().optional(),
    reason: optionalReason,
  }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** What kind of question a review task puts; it bounds which verdicts make sense. */
export type TaskKind = 'proposal' | 'effect-unknown' | 'compensation';

/** Why a verdict changes nothing. */
export type RefusalCode =
  | 'malformed'
  | 'case-not-waiting'
  | 'stale'
  | 'already-decided'
  | 'verdict-id-reused'
  | 'four-eyes'
  | 'same-person'
  | 'not-allowed-here'
  | 'nothing-to-approve'
  | 'amendment-invalid'
  | 'rule-broken'
  | 'pack-version-gone'
  | 'nothing-to-withdraw'
  | 'window-over'
  | 'nobody-left'
  | 'information-asked'
  | 'not-attested'
  | 'passkey-required'
  | 'passkey-invalid'
  | 'not-entitled'
  | 'absent';

export interface Refusal {
  code: RefusalCode;
  message: string;
}

/** The review task as the judge sees it. */
export interface OpenTask {
  taskNo: number;
  kind: TaskKind;
  seen: string;
  /** The whole digest, of which `seen` is the beginning. */
  digest: string;
  /** False when the reviewer starts from an empty proposal: there is nothing to approve, only to amend or reject. */
  hasProposal: boolean;
  /** Names of hard rules that the proposal breaks: these cannot be approved away, only amended or rejected. */
  brokenHardRules: readonly string[];
  submittedBy: string | null;
  fourEyes: boolean;
  /** Absent: one approval decides. */
  approvals?: Approvals;
  /** Whom it asks now. */
  group: string;
  /** The groups that are asked after that one, in this order. */
  rest: readonly string[];
  /** True while the submitter is asked for information. */
  held: boolean;
}

/** Judges everything about a verdict that needs no pack: whether it fits the open task. Undefined: it does. */
export function refusalOf(verdict: Verdict, task: OpenTask | undefined): Refusal | undefined {
  if (!task) return { code: 'case-not-waiting', message: 'The case is not waiting for a verdict.' };
  if (verdict.seen !== task.seen) {
    return {
      code: 'stale',
      message: `seen: '${verdict.seen}' is not what is asked now ('${task.seen}'); read the case again.`,
    };
  }
  const stale = staleDigest(verdict, task.digest);
  if (stale) return stale;
  const counts = task.approvals !== undefined && (verdict.verdict === 'approve' || verdict.verdict === 'amend');
  if ((task.fourEyes || counts) && task.submittedBy !== null && samePerson(verdict.by, task.submittedBy)) {
    return { code: 'four-eyes', message: `by: ${verdict.by} submitted this case; someone else must decide it.` };
  }
  if (verdict.verdict === 'confirm' && task.kind === 'proposal') {
    return { code: 'not-allowed-here', message: 'verdict: confirm is only for effects settled by hand.' };
  }
  if (task.kind === 'compensation' && (verdict.verdict === 'amend' || verdict.verdict === 'reject')) {
    return {
      code: 'not-allowed-here',
      message: 'verdict: approve tries the compensation again, confirm says it was done by hand.',
    };
  }
  if (task.kind === 'effect-unknown' && verdict.verdict === 'amend') {
    return {
      code: 'not-allowed-here',
      message: 'verdict: confirm says it is there, approve sends it again, reject says it is not and shall not be.',
    };
  }
  const elsewhere = elsewhereRefusalOf(verdict, task);
  if (elsewhere) return elsewhere;
  if (verdict.verdict !== 'approve' || task.kind !== 'proposal') return undefined;
  const twice = approvedBefore(verdict.by, task.approvals);
  if (twice) return twice;
  if (!task.hasProposal) {
    return {
      code: 'nothing-to-approve',
      message: 'verdict: there is no proposal; amend with the right values, or reject.',
    };
  }
  if (task.brokenHardRules.length > 0) {
    const names = task.brokenHardRules.join(', ');
    return {
      code: 'rule-broken',
      message: `verdict: the hard rule ${names} does not hold; amend the values, or reject.`,
    };
  }
  return undefined;
}

/** A verdict that carries a whole digest is on exactly that. */
export function staleDigest({ digest }: Pick<Verdict, 'digest'>, asked: string): Refusal | undefined {
  if (digest === undefined || digest === asked) return undefined;
  const message = `digest: '${digest}' is not that of what is asked ('${asked}'); read the case again.`;
  return { code: 'stale', message };
}

/** Judges a verdict that puts the question to somebody else: another group or person, or the submitter. */
function elsewhereRefusalOf(verdict: Verdict, task: OpenTask): Refusal | undefined {
  const { group, rest, submittedBy, kind, held } = task;
  if (verdict.verdict === 'escalate' && rest.length === 0) {
    const message = `verdict: after ${group} nobody is left to ask; reassign asks a person by name.`;
    return { code: 'nobody-left', message };
  }
  if (verdict.verdict === 'request-information') {
    if (kind !== 'proposal')
      return { code: 'not-allowed-here', message: 'verdict: only about a proposal can the submitter be asked.' };
    if (held)
      return {
        code: 'information-asked',
        message: 'verdict: the submitter is being asked already; wait for the answer.',
      };
  }
  if (verdict.verdict !== 'reassign') return undefined;
  const { to } = verdict;
  if (samePerson(to, group)) return { code: 'not-allowed-here', message: `to: ${group} is asked already.` };
  if ((task.fourEyes || task.approvals) && submittedBy !== null && samePerson(to, submittedBy)) {
    return { code: 'four-eyes', message: `to: ${to} submitted this case; someone else must decide it.` };
  }
  if (task.approvals?.by.some((name) => samePerson(name, to))) {
    return { code: 'same-person', message: `to: ${to} has approved this already; someone else must approve it too.` };
  }
  return undefined;
}

/** One person's approval counts once. */
export function approvedBefore(by: string, approvals: Approvals | undefined): Refusal | undefined {
  if (approvals?.by.some((name) => samePerson(name, by)))
    return { code: 'same-person', message: `by: ${by} has approved this already; someone else must approve it too.` };
  if (!approvals?.inPlaceOf?.some((name) => samePerson(name, by))) return undefined;
  const message = `by: somebody has approved this in the place of ${by} already; someone else must approve it too.`;
  return { code: 'same-person', message };
}

/** Names are compared as people read them: case, how many blanks, and what nobody sees make no other person. */
export function samePerson(a: string, b: string): boolean {
  return asRead(a) === asRead(b);
}

function asRead(name: string): string {
  const seen = name.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  // By way of upper case: some letters are two there.
  return seen.replaceAll(/\s+/g, ' ').trim().toUpperCase().toLowerCase();
}
