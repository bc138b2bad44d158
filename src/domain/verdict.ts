import { z } from 'zod';

/**
 * A reviewer's answer to a review task, by signal `verdict` or update `submitVerdict`.
 *
 * - `approve`: write the proposal as shown. After an effect with an unknown outcome it means: not there, write it again.
 * - `amend`: write `output` in its place.
 * - `reject`: nothing takes effect; `reason` required.
 * - `confirm`: only where an effect's outcome is unknown or its compensation was refused: a person has settled it by hand.
 *
 * `seen` is the short digest of what the reviewer saw, `verdictId` the sender's own id for exact repeats.
 */
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
};
const optionalReason = z.string().max(2000).optional();
export const verdictSchema = z.discriminatedUnion('verdict', [
  z.strictObject({ ...common, verdict: z.literal('approve'), reason: optionalReason }),
  z.strictObject({
    ...common,
    verdict: z.literal('amend'),
    output: z.record(z.string(), z.unknown()),
    reason: optionalReason,
  }),
  z.strictObject({ ...common, verdict: z.literal('reject'), reason: z.string().trim().min(1).max(2000) }),
  z.strictObject({ ...common, verdict: z.literal('confirm'), reason: z.string().trim().min(1).max(2000) }),
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
  | 'not-allowed-here'
  | 'nothing-to-approve'
  | 'amendment-invalid'
  | 'rule-broken'
  | 'pack-version-gone';

export interface Refusal {
  code: RefusalCode;
  message: string;
}

/** The review task as the judge sees it. */
export interface OpenTask {
  taskNo: number;
  kind: TaskKind;
  seen: string;
  /** False when the reviewer starts from an empty proposal: there is nothing to approve, only to amend or reject. */
  hasProposal: boolean;
  /** Names of hard rules that the proposal breaks: these cannot be approved away, only amended or rejected. */
  brokenHardRules: readonly string[];
  submittedBy: string | null;
  fourEyes: boolean;
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
  if (task.fourEyes && task.submittedBy !== null && samePerson(verdict.by, task.submittedBy)) {
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
  if (verdict.verdict !== 'approve' || task.kind !== 'proposal') return undefined;
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

/** Names are compared as people read them: case and blanks around them make no other person. */
function samePerson(a: string, b: string): boolean {
  const plain = (name: string) => name.normalize('NFKC').trim().toLowerCase();
  return plain(a) === plain(b);
}
