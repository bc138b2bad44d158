import type { Refusal, Verdict } from './verdict.ts';

/** Why something is rejected, as people choose it: `code` for counting, `words` for people. */
export interface RejectReason {
  code: string;
  words: string;
}

/** What a pack offers that names none of its own. The desk knows these codes in its languages. */
export const REJECT_REASONS: readonly RejectReason[] = [
  { code: 'duplicate', words: 'Duplicate: it was handled already' },
  { code: 'sent-by-mistake', words: 'Sent to us by mistake' },
  { code: 'amounts-wrong', words: 'The amounts do not add up' },
  { code: 'sender-unknown', words: 'The sender is not known to us' },
  { code: 'unreadable', words: 'It cannot be read' },
  { code: 'incomplete', words: 'Something required is missing' },
  { code: 'sent-again-later', words: 'The sender will send it again' },
  { code: 'suspected-fraud', words: 'Suspected fraud' },
  { code: 'handled-otherwise', words: 'Handled by other means' },
];

/** Each has a digit at the desk. */
export const MOST_REJECT_REASONS = 9;

/** What a pack's policy offers. */
export function rejectReasonsOf(
  policy: { rejectReasons?: readonly RejectReason[] } | undefined,
): readonly RejectReason[] {
  return policy?.rejectReasons ?? REJECT_REASONS;
}

/** A code that a rejection carries is one of what the pack offers. Undefined: it is, or there is none. */
export function reasonCodeRefusalOf(verdict: Verdict, reasons: readonly RejectReason[]): Refusal | undefined {
  if (verdict.verdict !== 'reject' || verdict.reasonCode === undefined) return undefined;
  const codes = reasons.map(({ code }) => code);
  if (codes.includes(verdict.reasonCode)) return undefined;
  const message = `reasonCode: '${verdict.reasonCode}' is none of ${codes.join(', ')}; choose one, or leave it out.`;
  return { code: 'malformed', message };
}
