import { restAfter } from '../domain/escalation.ts';
import type { Span } from '../domain/timing.ts';
import type { Verdict } from '../domain/verdict.ts';
import { failure } from '../failures.ts';
import { plainMs } from '../packs/calendar.ts';
import { digestOf } from '../packs/digest.ts';
import { spanOf } from '../packs/duration.ts';
import { askedTimes } from './escalate.ts';
import type { Judged, TaskOpening, TaskPolicy, TaskRecord } from './review-ports.ts';
import type { Ports } from './ports.ts';
import { answerTime } from './review-times.ts';

type Needs = Pick<Ports, 'reviews' | 'cases' | 'packs' | 'clock'>;
type Elsewhere = Extract<Verdict, { verdict: 'reassign' | 'escalate' | 'request-information' }>;
type Base = Omit<Parameters<Ports['reviews']['record']>[0], 'verdict'>;

export function isElsewhere(verdict: Verdict): verdict is Elsewhere {
  return ['reassign', 'escalate', 'request-information'].includes(verdict.verdict);
}

/** Records a verdict that fits and puts the question to somebody else: to the next group, to whom it names, or the submitter. */
export async function putElsewhere(ports: Needs, base: Base, verdict: Elsewhere, task: TaskRecord): Promise<Judged> {
  const { caseId } = base;
  if (verdict.verdict === 'request-information') {
    const asking = await askingOf(ports, caseId, verdict, task);
    return await ports.reviews.record({ ...base, verdict, ...asking });
  }
  const { taskNo, group: from, groups, planGroups } = task;
  const [next = from, ...later] = task.rest;
  const group = verdict.verdict === 'escalate' ? next : verdict.to;
  const rest = verdict.verdict === 'escalate' ? later : restAfter(group, groups ?? planGroups, task.rest);
  const times = await askedTimes(ports, { caseId, taskNo, group });
  return await ports.reviews.record({ ...base, verdict, move: { taskNo, from, to: { group, rest, times } } });
}

type RequestInformation = Extract<Verdict, { verdict: 'request-information' }>;
type AskingOrRefusal = Pick<Parameters<Ports['reviews']['record']>[0], 'ask' | 'refusal'>;

/** A question to the submitter, under an id that a repeat gets too. */
async function askingOf(
  { cases, packs, clock }: Needs,
  caseId: string,
  { verdictId, question, within, proposeAgain, by }: RequestInformation,
  { taskNo, group, information }: TaskOpening & TaskPolicy,
): Promise<AskingOrRefusal> {
  const record = await cases.get(caseId);
  if (!record?.plan) throw failure('NotStarted', `${caseId}: no case to ask about`);
  const span = within === undefined ? (information?.within ?? DEFAULT_WITHIN) : spanIn(within);
  if (!span) {
    const message = `within: '${within}' is no duration such as '2 days', of at most 90 days`;
    return { refusal: { code: 'malformed', message } };
  }
  const request = {
    ...{ requestId: `q-${digestOf({ caseId, verdictId }).slice(0, 16)}`, question, askedBy: by },
    askedOf: record.submittedBy ?? record.owner,
    proposeAgain: proposeAgain ?? information?.proposeAgain ?? false,
    answerBy: answerTime(packs, record.plan, group, span, clock()),
  };
  return { ask: { taskNo, request } };
}

const DAY_MS = 86_400_000;
const DEFAULT_WITHIN: Span = { ms: 3 * DAY_MS };
const LONGEST_MS = 90 * DAY_MS;

function spanIn(within: string): Span | undefined {
  try {
    const span = spanOf(within);
    const ms = plainMs(span);
    return ms > 0 && ms <= LONGEST_MS ? span : undefined;
  } catch {
    return undefined;
  }
}
