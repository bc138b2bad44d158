import type { Verdict } from '../domain/verdict.ts';
import type { VerdictAnswer } from '../messages.ts';
import type { Refused } from './details.ts';

/** The digest of the question that a message says it is about; anything may arrive as a message. */
export function seenOf(message: unknown): string | undefined {
  const seen = typeof message === 'object' && message !== null && 'seen' in message ? message.seen : undefined;
  return typeof seen === 'string' ? seen : undefined;
}

/** Nested further than any verdict: such a message could overflow the stack of whatever walks it, on every retry. */
export function isDeep(value: unknown, left = 50): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1));
}

const VERDICTS: ReadonlySet<string> = new Set<Verdict['verdict']>([
  'approve',
  'amend',
  'reject',
  'confirm',
  'withdraw',
  'reassign',
  'escalate',
  'request-information',
]);

/** What the history shows of judging it. */
export function summaryOf(message: unknown): string {
  const said = typeof message === 'object' && message !== null && 'verdict' in message ? message.verdict : undefined;
  return typeof said === 'string' && VERDICTS.has(said) ? `Judge the verdict: ${said}` : 'Judge a malformed verdict';
}

/** Refuses only what is no message at all; everything else is judged, and recorded when refused. */
export function refuseNonMessage(message: unknown): void {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new TypeError('send one object: { verdictId, verdict, by, seen, ... }, or { answerId, requestId, by, text }');
  }
}

/** What the current details say of a refused verdict. */
export function refusedOf(
  message: unknown,
  { refusal }: Extract<VerdictAnswer, { accepted: false }>,
  before: Refused | undefined,
): Refused {
  const said = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  const what = [said['verdict'], 'by', said['by']].filter((word) => typeof word === 'string').join(' ');
  return { count: (before?.count ?? 0) + 1, last: `${what}: ${refusal.message}` };
}
