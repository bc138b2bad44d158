import { answererOf, directoryOf, mayAnswer, mayNotAnswer, standsInFor, type Answerable } from '../domain/absence.ts';
import type { Person } from '../domain/access.ts';
import { packNamedIn } from '../domain/case.ts';
import type { Refusal, Verdict } from '../domain/verdict.ts';
import type { Ports } from './ports.ts';

type Task = Parameters<typeof mayNotAnswer>[0];

/** Those in whose place this person answers a task now. Four eyes are kept: who may not answer it has nobody in place. */
export async function standsInForAnyOf(
  access: Ports['access'],
  caseId: string,
  { personId }: Person,
  task: Task,
): Promise<Person[]> {
  const directory = directoryOf(await access.people());
  const person = directory.get(personId);
  if (!person) return [];
  return standsInFor(person, directory).filter((one) => mayAnswer(one, answerableOf(caseId, task)));
}

/** A question is not put to somebody who is away and has nobody in place: it would only wait. */
export async function refusalOfAbsent(
  access: Ports['access'],
  caseId: string,
  verdict: Verdict,
  task: Task,
): Promise<Refusal | undefined> {
  if (verdict.verdict !== 'reassign') return undefined;
  const { to } = verdict;
  if (answererOf(to, answerableOf(caseId, task), directoryOf(await access.people()))) return undefined;
  return { code: 'absent', message: `to: ${to} is away, and nobody answers in that place; name someone else.` };
}

function answerableOf(caseId: string, task: Task): Answerable {
  return { packId: packNamedIn(caseId) ?? '', mayNot: mayNotAnswer(task) };
}
