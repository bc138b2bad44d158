import { costMicros, EXAMPLE_PRICES } from '../../adapters/model-openai/prices.ts';
import { bookedTwice, type BookEntry } from '../books.ts';
import type { CaseFacts, Facts } from './facts.ts';
import { caughtByHardRules, wrongWithoutPerson, type Wrong } from './wrong.ts';

/** Usual lengths of histories by kind of case, see `kindOf`. */
export type Median = ReadonlyMap<string, number>;

/** What one scenario came to. Money is in micro-units of the price list's currency, times are in ms. */
export interface Row {
  scenario: string;
  title: string;
  /** Receipts of the feeder that name a case. */
  cases: number;
  /** Submissions that had to be sent again before there was a receipt. */
  resubmitted: number;
  /** Ended before any reviewer worked (where she does not work meanwhile). */
  decided: number;
  /** Waiting for a person at that moment. */
  waiting: number;
  /** Put to a person at any time, and how many cases for which reason. */
  asked: number;
  reasons: Record<string, number>;
  /** Cases that are neither ended, nor waiting for a person, nor open; counted again at the very end. */
  lost: number;
  lostCases: string[];
  /** What stands more than once in the business system's own books. */
  writtenTwice: number;
  writtenTwiceWhat: string[];
  wrongWithoutPerson: number;
  /** The same if hard rules did not stop straight-through. */
  wrongWithoutHardRules: number;
  wrong: Wrong[];
  peakBacklog: number;
  /** Cost of all calls but the last answered one of each case. */
  extraCost: number;
  totalCost: number;
  /** Calls to models without an answer, by failure; answers that were no use, by outcome. */
  failedCalls: Record<string, number>;
  /** The same case and request answered, and paid, more than once. */
  paidTwice: number;
  /** Calls without a known outcome: begun and never ended, or broken off when the provider may have answered. */
  possiblyPaid: number;
  /** The most that these can have cost. */
  possiblyPaidCost: number;
  /** Answers that the providers counted and the ledger never saw, and their cost; null: a provider lost its count. */
  unseenAnswers: number | null;
  unseenCost: number | null;
  /** From the end of the fault until nothing was open but what waits for a person; 0: it was so before the fault ended. */
  recoverMs: number | null;
  /** How often the fault was met. */
  met: number;
  /** Events beyond the undisturbed path, over the cases that can be compared. */
  extraEvents?: { most: number; mean: number; compared: number };
  seconds: number;
  notes: string[];
  /** What must not be: each fails the drill. */
  faults: string[];
}

/** What the run itself knows of a scenario. */
export interface Course {
  scenario: string;
  title: string;
  resubmitted: number;
  peakBacklog: number;
  recoverMs: number | null;
  met: number;
  seconds: number;
  baseline?: Median;
  notes: string[];
  faults: string[];
}

export type Standing = 'decided' | 'waiting' | 'open' | 'lost';

/** Where a case stands. A case that ended without a decision, or that only its receipt knows, is lost. */
export function standingOf({ record, run, tasks }: CaseFacts): Standing {
  if (!record || record.outcome === 'orphaned') return 'lost';
  if (record.outcome !== null) return 'decided';
  if (!run?.running) return record.stage === 'received' && !run ? 'open' : 'lost';
  return tasks.some(({ open }) => open) ? 'waiting' : 'open';
}

/** The row of a scenario. `settled`: before the reviewer began; `ended`: after she answered everything. */
export function rowOf(course: Course, settled: Facts, ended: Facts): Row {
  const { baseline, ...told } = course;
  const lost = new Set(
    [...settled.cases, ...ended.cases].filter((one) => standingOf(one) === 'lost').map(({ caseId }) => caseId),
  );
  const twice = [...bookedTwice(ended.books), ...reversedTwice(ended.books)];
  const { cases } = ended;
  const wrong = wrongWithoutPerson(cases);
  const caught = caughtByHardRules(cases);
  const asked = cases.filter(({ tasks }) => tasks.length > 0);
  const stillOpen = cases.filter((one) => ['open', 'waiting'].includes(standingOf(one))).map(({ caseId }) => caseId);
  const faults = [...told.faults, ...unrecorded(ended)];
  if (stillOpen.length > 0)
    faults.push(
      `${stillOpen.length} cases did not end after everything was answered: ${stillOpen.slice(0, 5).join(', ')}`,
    );
  return {
    ...told,
    cases: cases.length,
    decided: settled.cases.filter((one) => standingOf(one) === 'decided').length,
    waiting: settled.cases.filter((one) => standingOf(one) === 'waiting').length,
    asked: asked.length,
    reasons: counted(
      asked.flatMap(({ tasks }) => [...new Set(tasks.flatMap(({ reasons }) => reasons.map(({ code }) => code)))]),
    ),
    lost: lost.size,
    lostCases: [...lost],
    writtenTwice: twice.length,
    writtenTwiceWhat: twice,
    wrongWithoutPerson: wrong.length,
    wrongWithoutHardRules: wrong.length + caught.length,
    wrong: [...wrong, ...caught],
    ...moneyOf(ended),
    ...(baseline ? { extraEvents: extraEvents(cases, baseline) } : {}),
    faults,
  };
}

/** What a case's history should look like alike: its pack, who decided, how it ended, how often a person was asked. */
function kindOf({ packId, decision, record, tasks }: CaseFacts): string {
  return [packId, decision?.byPolicy ? 'policy' : 'person', record?.outcome, tasks.length].join(' ');
}

/** The usual length of a history, by kind of case. */
export function historyLengths(cases: readonly CaseFacts[]): Median {
  const lengths = new Map<string, number[]>();
  for (const one of cases) {
    if (one.run) lengths.set(kindOf(one), [...(lengths.get(kindOf(one)) ?? []), one.run.events]);
  }
  return new Map(
    [...lengths].map(([kind, of]) => [kind, of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0]),
  );
}

function extraEvents(cases: readonly CaseFacts[], baseline: Median): NonNullable<Row['extraEvents']> {
  const extra = cases.flatMap((one) => {
    const usual = baseline.get(kindOf(one));
    return usual === undefined || !one.run ? [] : [one.run.events - usual];
  });
  const mean = extra.reduce((sum, value) => sum + value, 0) / Math.max(1, extra.length);
  return { most: Math.max(0, ...extra), mean: Math.round(mean * 10) / 10, compared: extra.length };
}

const UNANSWERED = new Set(['started', 'failed']);

function moneyOf({ cases, provided }: Facts) {
  let [extraCost, totalCost, paidTwice] = [0, 0, 0];
  for (const { calls } of cases) {
    const paid = calls.filter(({ outcome, reused }) => !UNANSWERED.has(outcome) && !reused);
    const cost = paid.map(({ costMicros: micros }) => micros ?? 0);
    const sum = cost.reduce((total, micros) => total + micros, 0);
    totalCost += sum;
    extraCost += sum - (cost.at(-1) ?? 0);
    const hashes = paid.map(({ requestHash }) => requestHash);
    paidTwice += hashes.length - new Set(hashes).size;
  }
  const calls = cases.flatMap((one) => one.calls);
  const doubtful = calls.filter(({ outcome, possiblyPaid }) => outcome === 'started' || possiblyPaid);
  const useless = calls.flatMap(({ outcome, failureType }) => {
    if (outcome === 'ok') return [];
    return [outcome === 'failed' ? (failureType ?? 'failed') : outcome];
  });
  const seen = new Set(calls.map(({ responseId }) => responseId));
  const unseen = provided?.filter(({ id, status }) => status === 200 && !seen.has(id));
  return {
    extraCost,
    totalCost,
    paidTwice,
    failedCalls: counted(useless),
    possiblyPaid: doubtful.length,
    possiblyPaidCost: doubtful.reduce((sum, { reservedMicros }) => sum + (reservedMicros ?? 0), 0),
    unseenAnswers: unseen?.length ?? null,
    unseenCost:
      unseen?.reduce((sum, { model, inputTokens, outputTokens }) => {
        const usage = { inputTokens, outputTokens, cachedTokens: 0 };
        return sum + (costMicros(EXAMPLE_PRICES, { provider: 'drill', model }, usage) ?? 0);
      }, 0) ?? null,
  };
}

/** Reversals of one effect that were booked more than once. */
function reversedTwice(books: readonly BookEntry[]): string[] {
  const times = counted(books.filter(({ kind }) => kind === 'reversal').map(({ reference }) => String(reference)));
  return Object.entries(times).flatMap(([reference, count]) => (count > 1 ? [`${reference} (${count} times)`] : []));
}

/** What the books and the ledger say against each other. */
function unrecorded({ books, effects }: Facts): string[] {
  const keys = new Set(effects.map(({ key }) => key));
  const entries = new Set(books.filter(({ kind }) => kind === 'entry').map(({ reference }) => reference));
  return [
    ...books.flatMap(({ id, kind, reference }) =>
      kind === 'entry' && !keys.has(reference ?? '')
        ? [`${id} is booked for ${reference}, which the ledger does not know`]
        : [],
    ),
    ...effects.flatMap(({ key, state }) =>
      state === 'applied' && !entries.has(key) ? [`${key}: applied in the ledger, not in the books`] : [],
    ),
  ];
}

/** How often each name comes, most frequent first. */
function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1]));
}
