import { verifyChain } from '../adapters/ledger/audit-chain.ts';
import { canonicalText } from '../canonical.ts';
import type { Countersignature, Shown, Statement } from '../domain/countersignature.ts';
import { faultsOfDecision } from './faults-of-decision.ts';
import { publicKeysOf } from './keys.ts';
import { digestOfVerdict, faultsOfPasskey } from './passkey.ts';
import { receiptSchema, type CaseReceipt } from './receipt.ts';
import { digestOfShown } from './shown.ts';
import { hashOfCountersignature, isSigned, type Verify } from './statement.ts';

/** One thing that was checked, in words for an auditor. */
export interface Checked {
  about: string;
  /** What does not hold; none: it holds. */
  faults: string[];
  /** What it says when it holds. */
  holds: string;
}

type Decision = CaseReceipt['decisions'][number];
type Entry = CaseReceipt['audit']['entries'][number];

/**
 * Checks a receipt from itself and public keys alone. `pems`: the keys that are trusted, as PEM; without them those in
 * the receipt are used, which only shows that it fits together. Throws an Error that names what makes it no receipt.
 */
export function verifyReceipt(content: unknown, pems?: readonly string[]): Checked[] {
  const parsed = receiptSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`this is no receipt: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  // The schema holds what the checks read; the rest is compared as it stands.
  const receipt = parsed.data as unknown as CaseReceipt;
  const { keys, verify } = publicKeysOf(pems ?? receipt.issued.keys.map(({ pem }) => pem));
  const entries = entriesOf(receipt);
  return [
    issuedAsIs(
      receipt,
      verify,
      keys.map(({ keyId }) => keyId),
      pems !== undefined,
    ),
    chain(receipt),
    documents(receipt, entries),
    ...receipt.tasks.map((task) => question(task, receipt, entries)),
    ...receipt.verdicts.filter(({ accepted }) => accepted).map((one) => verdict(one, receipt, entries, verify)),
    ...receipt.decisions.map((one) => decision(one, receipt, entries, verify)),
    ...receipt.effects.map((one) => effect(one, receipt)),
    nothingLeftOut(receipt, entries),
    outcome(receipt, entries),
  ];
}

type Entries = (kind: string) => Entry[];

function entriesOf({ audit }: CaseReceipt): Entries {
  return (kind) => audit.entries.filter((entry) => entry.kind === kind);
}

function issuedAsIs(receipt: CaseReceipt, verify: Verify, known: readonly string[], trusted: boolean): Checked {
  const { issued } = receipt;
  const signed = canonicalText({ ...receipt, issued: { ...issued, signature: '' } });
  const faults: string[] = [];
  if (!known.includes(issued.keyId)) faults.push(`it is signed by the key ${issued.keyId}, which is not the one given`);
  else if (!verify(signed, issued.signature, issued.keyId)) faults.push('it was changed after it was issued');
  const source = trusted ? 'the key you gave' : 'a key that came with it: give the one you trust with --key';
  return { about: 'the receipt', faults, holds: `as issued at ${issued.at}, signed by ${issued.keyId} (${source})` };
}

function chain({ case: { caseId }, audit }: CaseReceipt): Checked {
  const faults = verifyChain(audit.entries, audit.head).map(({ seq, fault }) => `entry ${seq}: ${fault}`);
  if ([...audit.entries, audit.head].some((one) => one.caseId !== caseId)) faults.push('it is of another case');
  return { about: 'the audit trail', faults, holds: `${audit.entries.length} entries, the chain is intact` };
}

function documents({ documents: listed, answers, case: of }: CaseReceipt, entries: Entries): Checked {
  const [received] = entries('received');
  const faults: string[] = [];
  if (
    !same(
      received?.data['documents'],
      listed.map(({ hash }) => hash),
    )
  )
    faults.push('they are not those that the audit trail says were received');
  const given = entries('information-given').flatMap(({ data }) => data['documents'] as string[]);
  if (
    !same(
      given,
      answers.map(({ hash }) => hash),
    )
  )
    faults.push('the answers are not those that the audit trail says were given');
  const { packId, caseKey, revision, contentHash, submittedBy, owner, channel } = of;
  const stated = { packId, caseKey, revision, contentHash, submittedBy, owner, channel };
  const { documents: _, ...data } = received?.data ?? {};
  if (!same(data, stated)) faults.push('the case is not the one that the audit trail says was received');
  if (received?.at !== of.receivedAt) faults.push('it was received at another time');
  return {
    about: 'what came in',
    faults,
    holds: `${listed.length} ${listed.length === 1 ? 'document' : 'documents'}, as received at ${of.receivedAt}`,
  };
}

function question(task: CaseReceipt['tasks'][number], receipt: CaseReceipt, entries: Entries): Checked {
  const { taskNo, seen, digest, shown } = task;
  const faults: string[] = [];
  if (shown && digestOfShown(shown) !== digest) faults.push('what is listed as shown does not give its digest');
  if (!digest.startsWith(seen)) faults.push('its short digest is not the beginning of the whole one');
  const opened = entries('task-opened').find(({ data }) => data['taskNo'] === taskNo);
  if (opened?.data['digest'] !== digest) faults.push('the audit trail has another digest for it');
  if (opened?.at !== task.openedAt) faults.push('it was put at another time');
  const about = `question ${taskNo}`;
  if (shown) {
    faults.push(...strayIn(shown, receipt, taskNo));
    return { about, faults, holds: `what was shown gives the digest ${digest}` };
  }
  const answered = entries('information-given').some(({ seq }) => seq > (opened?.seq ?? Infinity));
  if (!answered) faults.push('what was shown is missing, and no answer of the submitter explains that');
  return { about, faults, holds: `put before the submitter answered; its digest was ${digest}` };
}

/** Whether what was shown is about this case. */
function strayIn(
  shown: Shown,
  { case: { caseId }, documents: received, answers }: CaseReceipt,
  taskNo: number | null,
): string[] {
  const listed = [...received, ...answers];
  const faults: string[] = [];
  if (shown.caseId !== caseId || shown.taskNo !== taskNo) faults.push('what is listed as shown is of another question');
  if (!same(shown.documents, listed)) faults.push('its documents are not those of the case');
  return faults;
}

function verdict(
  one: CaseReceipt['verdicts'][number],
  receipt: CaseReceipt,
  entries: Entries,
  verify: Verify,
): Checked {
  const { verdictId, verdict: said, by, taskNo, countersignature } = one;
  const about = `${said} by ${by}`;
  const entry = entries('verdict-accepted').find(({ data }) => data['verdictId'] === verdictId);
  const faults: string[] = [];
  if (!countersignature) return { about, faults: ['it is not signed'], holds: '' };
  const { statement } = countersignature;
  if (!isSigned(countersignature, verify)) faults.push('its signature does not verify');
  if (entry?.data['countersignature'] !== hashOfCountersignature(countersignature))
    faults.push('the audit trail has another signature for it');
  const told = { caseId: receipt.case.caseId, taskNo, verdictId, verdict: said, by };
  if (!same(told, picked(statement, told))) faults.push('what was signed is another verdict');
  if (!same(told, { caseId: receipt.case.caseId, ...picked({ ...(one.body as object), taskNo }, told, 'caseId') }))
    faults.push('the message is another verdict');
  const task = receipt.tasks.find((other) => other.taskNo === taskNo);
  if (statement.digest !== task?.digest) faults.push('it was signed on another digest than that of its question');
  if (entry?.at !== one.at) faults.push('it was taken at another time');
  const { passkey } = statement;
  faults.push(...faultsOfPasskey(statement, task?.shown?.policy.review.passkey));
  if (passkey && passkey.said !== digestOfVerdict(one.body)) faults.push('the passkey signed another message');
  const how = passkey ? `${statement.identity}, with a passkey of ${passkey.rpId}` : statement.identity;
  const holds = `signed on ${statement.digest.slice(0, 12)} (${how}) at ${statement.at}`;
  return { about, faults, holds };
}

function decision(one: Decision, receipt: CaseReceipt, entries: Entries, verify: Verify): Checked {
  const { decisionNo, kind, by, taskNo } = one;
  const about = `decision ${decisionNo}`;
  const { at, withdrawnBy, shown: policyShown, ...told } = one;
  const faults: string[] = [];
  const entry = entries('decision').find(({ data }) => data['decisionNo'] === decisionNo);
  if (!same(entry?.data, told)) faults.push('the audit trail tells another decision');
  if (entry?.at !== at) faults.push('it was made at another time');
  const withdrawn = entries('decision-withdrawn').find(({ data }) => data['decisionNo'] === decisionNo);
  if ((withdrawn?.data['by'] ?? null) !== withdrawnBy) faults.push('the audit trail tells otherwise who took it back');
  if (kind === 'reject' && by.kind === 'policy')
    return { about, faults, holds: `rejected by policy (${by.rule}); nothing to sign` };
  const task = receipt.tasks.find((other) => other.taskNo === taskNo);
  const shown = task?.shown ?? policyShown ?? undefined;
  if (policyShown) faults.push(...strayIn(policyShown, receipt, null));
  if (task && policyShown) faults.push('it is listed as decided by policy too');
  const signed = { ...one, caseId: receipt.case.caseId };
  faults.push(
    ...faultsOfDecision(
      { decision: signed, shown, digest: task?.digest ?? null, signatures: signaturesIn(receipt) },
      verify,
    ),
  );
  const who = by.kind === 'policy' ? `policy (${by.rule})` : (one.approvedBy ?? [by.name]).join(' and ');
  return { about, faults, holds: `${kind === 'accept' ? 'accepted' : 'rejected'} by ${who}, as signed` };
}

function signaturesIn({ verdicts, decisions }: CaseReceipt): Countersignature[] {
  return [...verdicts.map((one) => one.countersignature), ...decisions.map(({ seal }) => seal)].filter(
    (one) => one !== null && one !== undefined,
  );
}

/** What each entry about an effect says that it is from then on. */
const STATE_OF: Readonly<Record<string, string>> = {
  'effect-pending': 'pending',
  'effect-applied': 'applied',
  'effect-refused': 'refused',
  'effect-unknown': 'unknown',
  'effect-abandoned': 'abandoned',
  compensated: 'compensated',
};

/** The state that the audit trail ends with. A person who says 'send it again' makes it pending once more. */
function stateTold(trail: readonly Entry[]): string | undefined {
  return trail.reduce<string | undefined>((state, { kind, data }) => {
    if (kind === 'effect-retry') return data['undo'] === true ? state : 'pending';
    return STATE_OF[kind] ?? state;
  }, undefined);
}

function effect(one: CaseReceipt['effects'][number], receipt: CaseReceipt): Checked {
  const { key, decisionNo, state, prepared, reference } = one;
  const decided = receipt.decisions.find((other) => other.decisionNo === decisionNo);
  const faults: string[] = [];
  if (!decided || decided.kind !== 'accept') faults.push('there is no acceptance that it belongs to');
  if (decided?.withdrawnBy) faults.push('its decision was taken back before');
  const signed = decided?.effects.find(({ name }) => name === prepared.name);
  if (!same(signed, prepared)) faults.push('what was written is not what was signed');
  if (key !== `${receipt.case.caseId}/${decisionNo}/${prepared.name}`) faults.push('its key is of something else');
  const trail = receipt.audit.entries.filter(({ data }) => data['key'] === key);
  if (stateTold(trail) !== state) faults.push(`the audit trail does not tell that it is ${state}`);
  const references = trail.map(({ data }) => data['reference'] ?? null);
  if (references.findLast((one) => one !== null) !== (reference ?? undefined))
    faults.push('the audit trail has another reference for it');
  const where = reference === null ? '' : ` as ${reference}`;
  return { about: `${prepared.title}`, faults, holds: `${state}${where}; what was written is what was signed` };
}

/** Everything that the audit trail tells is listed, and nothing twice. */
function nothingLeftOut(receipt: CaseReceipt, entries: Entries): Checked {
  const listed: [string, unknown[], unknown[]][] = [
    ['questions', receipt.tasks.map(({ taskNo }) => taskNo), entries('task-opened').map(({ data }) => data['taskNo'])],
    [
      'verdicts',
      receipt.verdicts.filter(({ accepted }) => accepted).map(({ verdictId }) => verdictId),
      entries('verdict-accepted').map(({ data }) => data['verdictId']),
    ],
    [
      'decisions',
      receipt.decisions.map(({ decisionNo }) => decisionNo),
      entries('decision').map(({ data }) => data['decisionNo']),
    ],
    ['effects', receipt.effects.map(({ key }) => key), entries('effect-pending').map(({ data }) => data['key'])],
  ];
  const faults = listed
    .filter(([, told, known]) => !same([...told].map(String).toSorted(), known.map(String).toSorted()))
    .map(([what]) => `the ${what} are not all those of the audit trail`);
  const found = entries('tampering').length;
  const told = found > 0 ? `; before a write tampering was found ${found} times, and nothing of it written` : '';
  return { about: 'what is listed', faults, holds: `all that the audit trail tells, and nothing else${told}` };
}

function outcome({ case: of }: CaseReceipt, entries: Entries): Checked {
  const closed = entries('closed').at(-1);
  const faults: string[] = [];
  if ((closed?.data['outcome'] ?? null) !== of.outcome) faults.push('the audit trail tells another end');
  if ((closed?.data['reason'] ?? null) !== of.reason) faults.push('the audit trail tells another reason');
  if ((closed?.at ?? null) !== of.closedAt) faults.push('it ended at another time');
  return { about: 'the case', faults, holds: of.outcome === null ? `still open (${of.stage})` : of.outcome };
}

function picked(from: Partial<Statement> | object, like: object, but?: string): object {
  return Object.fromEntries(
    Object.keys(like)
      .filter((key) => key !== but)
      .map((key) => [key, (from as Record<string, unknown>)[key]]),
  );
}

function same(a: unknown, b: unknown): boolean {
  return canonicalText(a ?? null) === canonicalText(b ?? null);
}
