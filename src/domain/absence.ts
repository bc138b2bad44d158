import { refusalOfAccess, type Person } from './access.ts';
import { samePerson } from './verdict.ts';

/** Those who are in the directory, as of now, by their ids. */
export type Directory = ReadonlyMap<string, Person>;

export function directoryOf(people: readonly Person[]): Directory {
  return new Map(people.map((person) => [person.personId, person]));
}

/** Whom a question asks. */
export interface Asking extends Answerable {
  /** A group, or a person by id. */
  group: string;
  /** The person in whose place `group` is asked. */
  standsFor?: string;
  /** Who is asked after `group`. */
  rest: readonly string[];
}

/** Who may answer a question at all. */
export interface Answerable {
  packId: string;
  /** Ids; see `mayNotAnswer`. */
  mayNot: readonly string[];
}

export interface NowAsked {
  group: string;
  standsFor?: string;
  rest: readonly string[];
  /** For people: why it is not who was asked until now. */
  because: string;
}

/** Under four eyes and where several must approve, the submitter; and who has approved already, or in whose place somebody has. Nobody stands in for these. */
export function mayNotAnswer(task: {
  submittedBy: string | null;
  fourEyes: boolean;
  levels?: unknown;
  approvals?: { by: readonly string[]; inPlaceOf?: readonly string[] };
}): readonly string[] {
  const { submittedBy, fourEyes, levels, approvals } = task;
  const othersOnly = fourEyes || levels !== undefined || approvals !== undefined;
  const approved = [...(approvals?.by ?? []), ...(approvals?.inPlaceOf ?? [])];
  return [...approved, ...(othersOnly && submittedBy !== null ? [submittedBy] : [])];
}

/** Who answers while this person is away: their substitute, or the substitute's. Undefined: nobody. */
export function standInOf(person: Person, directory: Directory): Person | undefined {
  const passed = new Set<string>();
  for (let one: Person | undefined = person; one && !passed.has(one.personId);) {
    if (!one.absence) return one === person ? undefined : one;
    // Whom somebody named who has left since is nobody's substitute.
    if (one.disabled) return undefined;
    passed.add(one.personId);
    one = one.absence.substitute === null ? undefined : directory.get(one.absence.substitute);
  }
  return undefined;
}

/** Those who are away and in whose place this person answers meanwhile. */
export function standsInFor(person: Person, directory: Directory): Person[] {
  return [...directory.values()].filter((one) => !one.disabled && standInOf(one, directory) === person);
}

/**
 * Whom a question asks, with people as they are now. In place of a person who is away it asks the substitute, and that
 * person again once they are back. A person, or a whole group, that is away and has nobody in place is passed over for
 * whoever comes next; where nobody comes, it waits for them. Undefined: it asks whom it should.
 */
export function askedNow(asking: Asking, directory: Directory): NowAsked | undefined {
  const { group, standsFor, rest } = asking;
  const chain = [standsFor ?? group, ...rest];
  for (const [at, name] of chain.entries()) {
    const found = answererOf(name, asking, directory);
    if (!found) continue;
    const now = { ...found, rest: chain.slice(at + 1) };
    if (now.group === group && now.standsFor === standsFor) return undefined;
    return { ...now, because: becauseOf(asking, now, directory) };
  }
  return undefined;
}

type Answerer = Pick<NowAsked, 'group' | 'standsFor'>;

/** Who answers where `name`, a group or a person, is asked. Undefined: all are away, and nobody in place of any of them may. */
export function answererOf(name: string, asking: Answerable, directory: Directory): Answerer | undefined {
  const person = directory.get(name);
  if (person) {
    if (!person.absence) return { group: name };
    // Whoever may not answer has nobody in place: who approved could approve again by it, who lost the right keep it.
    const standIn = mayAnswer(person, asking) ? standInOf(person, directory) : undefined;
    return standIn && mayAnswer(standIn, asking) ? { group: standIn.personId, standsFor: name } : undefined;
  }
  const members = [...directory.values()].filter((one) => one.groups.includes(name) && mayAnswer(one, asking));
  const away = members.filter(({ absence }) => absence);
  // A group that nobody is known to be in says nothing about absences.
  if (members.length === 0 || away.length < members.length) return { group: name };
  const covered = away.some((one) => {
    const standIn = standInOf(one, directory);
    return standIn !== undefined && mayAnswer(standIn, asking);
  });
  return covered ? { group: name } : undefined;
}

/** Whether somebody may answer a question, were they there. */
export function mayAnswer(person: Person, { packId, mayNot }: Answerable): boolean {
  if (person.disabled || mayNot.some((name) => samePerson(name, person.personId))) return false;
  return refusalOfAccess({ ...person, via: 'session' }, 'decide', packId) === undefined;
}

function becauseOf({ group, standsFor }: Asking, now: Answerer, directory: Directory): string {
  if (now.standsFor !== undefined) {
    const until = directory.get(now.standsFor)?.absence?.until ?? '';
    return `${now.standsFor} is away until ${until}, and ${now.group} answers meanwhile`;
  }
  if (standsFor !== undefined && now.group === standsFor) return `${standsFor} is back`;
  return `${standsFor ?? group} is away, and nobody answers in that place`;
}
