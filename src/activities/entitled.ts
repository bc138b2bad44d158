import type { Authentication } from '../domain/attestation.ts';
import { refusalOfAccess, type Person } from '../domain/access.ts';
import { undoWindowMs } from '../domain/policy.ts';
import type { Refusal, Verdict } from '../domain/verdict.ts';
import type { OpenTask, TaskOpening, TaskPolicy } from './ledger-ports.ts';
import type { Ports } from './ports.ts';

/** The task that a verdict is about, as far as it says who may answer it. */
export type AskedTask = Pick<OpenTask, 'kind' | 'fourEyes' | 'approvals'> &
  Pick<TaskOpening, 'group' | 'groups' | 'output' | 'reasons' | 'confidence'> &
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
  if (known.personId !== by) return refusal('not-attested', `by: the API signed for ${known.personId}, not for ${by}.`);
  const person = await access.person(known.personId);
  if (!person || person.disabled) return refusal('not-entitled', `by: ${by} is not in the directory any more.`);
  if (person.absence) return refusal('absent', `by: ${by} is recorded as away until ${person.absence.until}.`);
  const [, packId = ''] = caseId.split('/');
  const denied = refusalOfAccess({ ...person, via: known.via }, 'decide', packId);
  if (denied) return refusal('not-entitled', `by: ${denied.message}`);
  // Whoever sees a mistake in time may stop it.
  if (!task || verdict === 'withdraw' || isAsked(person, task)) return undefined;
  return refusal('not-entitled', `by: ${by} is in none of the groups that are asked (${askedOf(task).join(', ')}).`);
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
function askedOf({ group, groups, planGroups }: AskedTask): readonly string[] {
  const order: readonly string[] = groups ?? planGroups;
  const at = order.indexOf(group);
  return at < 0 ? [...order, group] : order.slice(0, at + 1);
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { code, message };
}
