import { canonicalText } from '../canonical.ts';
import type { Countersignature, Shown, SignedDecision, Statement } from '../domain/countersignature.ts';
import { samePerson } from '../domain/verdict.ts';
import { faultsOfPasskey } from './passkey.ts';
import { digestOfAmendment, digestOfShown } from './shown.ts';
import { isSigned, type Verify } from './statement.ts';

/** What is known of a decision when its countersignature is checked. */
export interface Grounds {
  decision: SignedDecision;
  /** Put together again from what is stored now; undefined: the question is not there any more. */
  shown: Shown | undefined;
  /** As it was pinned when the question was put. */
  digest: string | null;
  /** All of the case. */
  signatures: readonly Countersignature[];
}

/**
 * What speaks against the decision being what was countersigned; none: it is. Used before the first write and by the
 * offline verifier. Each fault is a sentence without document content.
 */
export function faultsOfDecision({ decision, shown, digest, signatures }: Grounds, verify: Verify): string[] {
  if (!shown) return ['what was shown is not in the ledger any more'];
  const faults: string[] = [];
  const found = digestOfShown(shown);
  if (digest !== null && found !== digest) faults.push('what is stored is not what was shown: its digest differs');
  const own = signatures.filter(({ statement }) => isOn(statement, decision));
  const forged = own.filter((one) => !isSigned(one, verify));
  if (forged.length > 0) faults.push(`the signature on the ${wordFor(decision)} does not verify`);
  const valid = own.filter((one) => !forged.includes(one)).map(({ statement }) => statement);
  const onThis = valid.filter((statement) => statement.digest === found);
  if (valid.length > onThis.length) faults.push('what was signed is not what is stored: another digest was signed');
  const taking = onThis.filter((statement) => takes(statement, found, decision, shown));
  if (taking.length === 0) {
    const none =
      own.length === 0 ? `there is no signed ${wordFor(decision)} for it` : 'what was signed is not this decision';
    return faults.length > 0 && own.length > 0 ? faults : [...faults, none];
  }
  if (decision.by.kind === 'policy') return faults;
  return [...faults, ...faultsOfPeople(decision, shown, [...taking, ...carriedOver(shown, signatures, verify)])];
}

function wordFor({ by }: SignedDecision): string {
  return by.kind === 'policy' ? 'decision by policy' : 'verdict';
}

function isOn(statement: Statement, { caseId, taskNo, by }: SignedDecision): boolean {
  if (statement.caseId !== caseId || statement.taskNo !== taskNo) return false;
  if (by.kind === 'policy') return statement.verdict === 'straight-through';
  return statement.verdict === 'approve' || statement.verdict === 'amend' || statement.verdict === 'reject';
}

/** Whether a statement is one that this decision may come from. */
function takes(statement: Statement, digest: string, decision: SignedDecision, shown: Shown): boolean {
  const { output, effects, facts = {} } = decision;
  if (decision.kind === 'reject') return statement.verdict === 'reject';
  if (statement.verdict === 'amend') return statement.amendedDigest === digestOfAmendment(digest, decision);
  if (statement.verdict === 'reject') return false;
  if (decision.by.kind === 'policy' && statement.by !== decision.by.rule) return false;
  return same({ output, effects, facts }, { output: shown.proposal, effects: shown.effects, facts: shown.facts });
}

/** An amendment that was put to others as a new question is an approval of it. */
function carriedOver(shown: Shown, signatures: readonly Countersignature[], verify: Verify): Statement[] {
  const { amends, proposal: output, effects, facts, caseId } = shown;
  if (!amends) return [];
  const amendedDigest = digestOfAmendment(amends.digest, { output, effects, facts });
  return signatures
    .filter((one) => isSigned(one, verify))
    .map(({ statement }) => statement)
    .filter(
      (one) =>
        one.caseId === caseId &&
        one.verdict === 'amend' &&
        one.taskNo === amends.taskNo &&
        one.amendedDigest === amendedDigest,
    );
}

function faultsOfPeople({ by, kind, approvedBy }: SignedDecision, shown: Shown, taking: Statement[]): string[] {
  const { policy, submittedBy } = shown;
  const names = [by.kind === 'reviewer' ? by.name : '', ...(approvedBy ?? [])];
  const faults = names
    .filter((name) => !taking.some((one) => samePerson(one.by, name)))
    .map((name) => `the decision names ${name}, who did not sign it`);
  faults.push(...taking.flatMap((one) => faultsOfPasskey(one, policy.review.passkey)));
  if (kind === 'reject') return faults;
  const people = taking.filter((one, at) => !taking.slice(0, at).some((other) => samePerson(other.by, one.by)));
  if (people.length < policy.approvals) faults.push(`${people.length} of ${policy.approvals} approvals are signed`);
  const own = taking.some((one) => submittedBy !== null && samePerson(one.by, submittedBy));
  if (own && (policy.review.fourEyes || policy.approvals > 1)) faults.push('it was approved by who submitted the case');
  return faults;
}

function same(a: unknown, b: unknown): boolean {
  return canonicalText(a) === canonicalText(b);
}
