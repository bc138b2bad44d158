import { storedDigestOf } from '../canonical.ts';
import { reversalOf, withdrawalOf, type Authentication } from '../domain/attestation.ts';
import { refusalOfAccess, seesOnlyOwn, type Action, type Person } from '../domain/access.ts';
import { packNamedIn } from '../domain/case.ts';
import type { Information, InformationRefusal } from '../domain/information.ts';
import { undoWindowMs } from '../domain/policy.ts';
import { ownReversal } from '../domain/undo.ts';
import type { OpenTask, Refusal, Verdict } from '../domain/verdict.ts';
import { authenticate } from './attest.ts';
import type { CaseRecord } from './case-ports.ts';
import type { TaskOpening, TaskPolicy } from './review-ports.ts';
import type { Ports } from './ports.ts';
import { standsInForAnyOf } from './stand-ins.ts';
import type { Steps } from './steps.ts';

/** The task that a verdict is about, as far as it says who may answer it. */
export type AskedTask = Pick<OpenTask, 'kind' | 'fourEyes' | 'approvals' | 'rest' | 'submittedBy'> &
  Pick<TaskOpening, 'group' | 'groups' | 'standsFor' | 'output' | 'reasons' | 'confidence'> &
  TaskPolicy;

/**
 * Whether whoever sends this verdict may give it now: known by the API's signature, in the directory, not away, with the
 * role, asked or a lead. Judged here again although the API has looked: roles change while cases wait.
 */
export async function refusalOfPerson(
  { access, cases }: Pick<Ports, 'access' | 'cases'>,
  caseId: string,
  { by, verdict }: Pick<Verdict, 'by' | 'verdict'>,
  known: Authentication | false,
  task: AskedTask | undefined,
): Promise<Refusal | undefined> {
  if (known === false) return refusal('not-attested', 'attestation: it is not what the API signed for this verdict.');
  if (known.via === 'unauthenticated') {
    if (access.mode === 'local') return undefined;
    const counts = verdict === 'withdraw' ? await withdrawsUnattested(cases, caseId) : countsUnattested(task);
    if (counts) return undefined;
    const how = 'send it through the API with a key or after logging in';
    return refusal('not-attested', `by: nothing proves who sends this, and here that matters; ${how}.`);
  }
  const { person, denied } = await entitled(access, caseId, by, 'decide', known);
  if (denied) return denied;
  // Whoever sees a mistake in time may stop it.
  if (!task || verdict === 'withdraw' || isAsked(person, task)) return undefined;
  if ((await absentAsked(access, caseId, person, task)).length > 0) return undefined;
  return refusal('not-entitled', `by: ${by} is in none of the groups that are asked (${askedOf(task).join(', ')}).`);
}

/** In whose place a person answers a task who is not asked himself; undefined: in nobody's. */
export async function inWhosePlace(
  access: Ports['access'],
  caseId: string,
  by: string,
  { standsFor, ...task }: AskedTask,
): Promise<string | undefined> {
  const person = await access.person(by);
  if (!person || isAsked(person, standsFor === undefined ? task : { ...task, group: standsFor })) return undefined;
  if (standsFor !== undefined && task.group === by) return standsFor;
  return (await absentAsked(access, caseId, person, task))[0]?.personId;
}

async function absentAsked(
  access: Ports['access'],
  caseId: string,
  person: Person,
  task: AskedTask,
): Promise<Person[]> {
  return (await standsInForAnyOf(access, caseId, person, task)).filter((one) => isAsked(one, task));
}

/**
 * Whether whoever answers a reviewer's question may: known by the API's signature, in the directory, with a role for it. A
 * name that is only claimed counts where it would for a verdict. Who is asked may answer while away: it decides nothing.
 */
export async function refusalOfInformant(
  { access, information, reviews }: Pick<Ports, 'access' | 'information' | 'reviews'>,
  caseId: string,
  { by, requestId }: Pick<Information, 'by' | 'requestId'>,
  known: Authentication | false,
): Promise<InformationRefusal | undefined> {
  const notAttested = (message: string) => ({ code: 'not-attested', message }) as const;
  const notEntitled = (message: string) => ({ code: 'not-entitled', message: `by: ${message}` }) as const;
  if (known === false) return notAttested('attestation: it is not what the API signed for this answer.');
  if (known.via === 'unauthenticated') {
    if (access.mode === 'local' || countsUnattested(await reviews.openTask(caseId))) return undefined;
    return notAttested('by: nothing proves who sends this, and here that matters; send it through the API.');
  }
  if (known.personId !== by) return notAttested(`by: the API signed for ${known.personId}, not for ${by}.`);
  const person = await access.person(by);
  if (!person || person.disabled) return notEntitled(`${by} is not in the directory any more.`);
  const identity = { ...person, via: known.via };
  const lacking = refusalOfAccess(identity, 'answer-information', packNamedIn(caseId) ?? '');
  if (lacking) return notEntitled(lacking.message);
  const request = await information.get(requestId);
  const others = request && request.askedOf !== by && (known.via === 'link' || seesOnlyOwn(identity));
  return others ? notEntitled(`${by} is not who was asked.`) : undefined;
}

interface Asked {
  by: string;
  reason: string;
  attestation?: unknown;
}

/** Takes a withdrawal, or refuses and records it: it ends the case and undoes what it wrote. */
export const judgeWithdrawal =
  (ports: Pick<Ports, 'access' | 'cases' | 'reviews' | 'signer'>): Steps['judgeWithdrawal'] =>
  async ({ caseId, ...asked }) => {
    const { by, reason, attestation } = asked;
    const record = await ports.cases.get(caseId);
    const known = authenticate(ports.signer, caseId, withdrawalOf(by, reason), attestation);
    const denied = await refusalOfAsking(ports.access, record, caseId, by, 'withdraw-case', known);
    if (!denied) return true;
    await ports.reviews.malformed(caseId, 'signal', denied, `withdraw/${storedDigestOf(asked).slice(0, 12)}`);
    return false;
  };

/** Who asks for a reversal must be known, may ask, and may not undo what they submitted where four eyes are asked for. */
export async function refusalOfReversal(
  { access, signer }: Pick<Ports, 'access' | 'signer'>,
  record: CaseRecord | undefined,
  caseId: string,
  { by, reason, attestation }: Asked,
): Promise<Refusal | undefined> {
  const known = authenticate(signer, caseId, reversalOf(by, reason), attestation);
  const denied = await refusalOfAsking(access, record, caseId, by, 'reverse-case', known);
  if (denied || access.mode === 'local') return denied;
  return record && ownReversal(record, by);
}

async function refusalOfAsking(
  access: Ports['access'],
  record: CaseRecord | undefined,
  caseId: string,
  by: string,
  action: Action,
  known: Authentication | false,
): Promise<Refusal | undefined> {
  if (known === false) return refusal('not-attested', 'attestation: it is not what the API signed for this request.');
  if (known.via === 'unauthenticated') {
    if (access.mode === 'local' || record?.plan?.review.unattested === 'always') return undefined;
    return refusal('not-attested', 'by: nothing proves who asks for this; ask through the API.');
  }
  const { person, denied } = await entitled(access, caseId, by, action, known);
  if (denied) return denied;
  const others = seesOnlyOwn({ ...person, via: known.via }) && record?.submittedBy !== by;
  return others ? refusal('not-entitled', `by: ${by} did not submit this case.`) : undefined;
}

type Entitled = { person: Person; denied?: undefined } | { person?: undefined; denied: Refusal };

/** Whether a known person is who the message names, is there now, and has a role for it. */
async function entitled(
  access: Ports['access'],
  caseId: string,
  by: string,
  action: Action,
  known: Exclude<Authentication, { via: 'unauthenticated' }>,
): Promise<Entitled> {
  const denied = (code: Refusal['code'], message: string) => ({ denied: refusal(code, `by: ${message}`) });
  if (known.personId !== by) return denied('not-attested', `the API signed for ${known.personId}, not for ${by}.`);
  const person = await access.person(known.personId);
  if (!person || person.disabled) return denied('not-entitled', `${by} is not in the directory any more.`);
  if (person.absence) return denied('absent', `${by} is recorded as away until ${person.absence.until}.`);
  const lacking = refusalOfAccess({ ...person, via: known.via }, action, packNamedIn(caseId) ?? '');
  return lacking ? denied('not-entitled', lacking.message) : { person };
}

/** A name that is only claimed counts where little is at stake, unless the pack says otherwise. */
function countsUnattested(task: AskedTask | undefined): boolean {
  // Nothing is asked: the verdict is refused for that.
  if (!task) return true;
  const { unattested = 'low-risk', undo = [], output, reasons, confidence } = task;
  if (unattested !== 'low-risk') return unattested === 'always';
  const held = undoWindowMs(undo, { output, reasons, confidence }) > 0;
  return task.kind === 'proposal' && !task.fourEyes && !task.approvals && !held;
}

/** What has an undo window is not of low risk. */
async function withdrawsUnattested(cases: Ports['cases'], caseId: string): Promise<boolean> {
  return (await cases.get(caseId))?.plan?.review.unattested === 'always';
}

function isAsked({ personId, groups, roles }: Person, task: AskedTask): boolean {
  const asked = askedOf(task);
  if (asked.includes(personId) || groups.some((group) => asked.includes(group))) return true;
  const ever = [...(task.groups ?? []), ...task.planGroups];
  return roles.includes('lead') && groups.some((group) => ever.includes(group));
}

/** Those who were asked so far: an escalation asks more people, it sends none home. */
function askedOf({ group, groups, planGroups, rest, standsFor = group }: AskedTask): readonly string[] {
  const order: readonly string[] = groups ?? planGroups;
  return [...new Set([...order.filter((one) => !rest.includes(one)), group, standsFor])];
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { code, message };
}
