import Table from 'cli-table3';
import type { Arm } from './arm.ts';
import type { CaseCost } from './cost.ts';
import { median, percentile, spreadOf } from './figures.ts';
import { modelStepAsJson, modelStepAsText } from './model-report.ts';
import type { ModelStep } from './model-step.ts';
import type { Parked } from './parked.ts';
import { IN_FLIGHT, type Round } from './throughput.ts';

type Both<T> = Record<Arm['name'], T>;

/** Everything that one run of the bench measured. */
export interface Measured {
  machine: string;
  plan: { rounds: number; seconds: number; parked: number; reviewed: number; costCases: number };
  rounds: Both<Round[]>;
  straight: Both<CaseCost>;
  reviewed: Both<CaseCost>;
  verdictToWriteMs: Both<number[]>;
  modelStep: ModelStep;
  parked: Both<Parked>;
}

/** What a case may cost in history: with one effect, no reminder fired. */
const BUDGET = { straight: { events: 24, actions: 5 }, reviewed: { events: 33, actions: 9 } } as const;

/** The figures as one JSON object; Countersign's at the top, the textbook's own under `textbook`. */
export function asJson(measured: Measured) {
  const { machine, plan, rounds, straight, reviewed, verdictToWriteMs, modelStep, parked } = measured;
  const rate = (arm: Arm['name']) => spreadOf(rounds[arm].map(({ casesPerSecond }) => casesPerSecond));
  const waits = (arm: Arm['name']) => ({
    p50: percentile(verdictToWriteMs[arm], 0.5),
    p99: percentile(verdictToWriteMs[arm], 0.99),
  });
  const caseMs = (arm: Arm['name']) => {
    const all = rounds[arm].flatMap(({ latenciesMs }) => latenciesMs);
    return { p50: percentile(all, 0.5), p99: percentile(all, 0.99) };
  };
  const own = (arm: Arm['name']) => ({
    straightThrough: straight[arm],
    reviewed: reviewed[arm],
    verdictToWriteMs: waits(arm),
    casesPerSecondOfRounds: rate(arm),
    straightThroughMsUnderLoad: caseMs(arm),
    cpuMsPerCase: cpuPerCase(rounds[arm]),
    parkedDetails: parked[arm],
  });
  const [countersign, textbook] = [rate('countersign').median, rate('textbook').median];
  return {
    machine,
    plan,
    casesPerSecond: { countersign, textbook, ratio: countersign / textbook },
    ...own('countersign'),
    modelStep: modelStepAsJson(modelStep),
    parked: {
      cases: plan.parked,
      countersignMiB: parked.countersign.workerMiB,
      textbookMiB: parked.textbook.workerMiB,
    },
    withinBudget: {
      straightThrough: isWithin(straight.countersign, BUDGET.straight),
      reviewed: isWithin(reviewed.countersign, BUDGET.reviewed),
    },
    textbook: own('textbook'),
  };
}

/** The figures as a table for people. */
export function asText(measured: Measured): string {
  const json = asJson(measured);
  const { plan, straight, reviewed, parked } = measured;
  const table = new Table({
    head: ['', 'countersign', 'textbook', 'countersign / textbook'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const row = (name: string, mine: number, other: number, digits = 0, notes: [string, string] = ['', '']) =>
    table.push([name, mine.toFixed(digits) + notes[0], other.toFixed(digits) + notes[1], (mine / other).toFixed(2)]);
  const head = (text: string) => table.push([{ colSpan: 4, content: text }]);

  const [mine, other] = [json.casesPerSecondOfRounds, json.textbook.casesPerSecondOfRounds];
  head(
    `Straight through, ${IN_FLIGHT} cases in flight: median (min..max) of ${plan.rounds} rounds of ${plan.seconds} s`,
  );
  row('cases per second', mine.median, other.median, 1, [rangeOf(mine), rangeOf(other)]);
  row(
    'ms per case under this load, p50',
    json.straightThroughMsUnderLoad.p50,
    json.textbook.straightThroughMsUnderLoad.p50,
  );
  row(
    'ms per case under this load, p99',
    json.straightThroughMsUnderLoad.p99,
    json.textbook.straightThroughMsUnderLoad.p99,
  );
  for (const [name, ms] of Object.entries(json.cpuMsPerCase)) {
    row(`processor ms per case: ${name}`, ms, json.textbook.cpuMsPerCase[name] ?? Number.NaN, 2);
  }
  for (const [title, cost, budget] of [
    ['Straight through', straight, BUDGET.straight],
    ['Reviewed', reviewed, BUDGET.reviewed],
  ] as const) {
    const { countersign: a, textbook: b } = cost;
    const verdict = isWithin(a, budget) ? 'within' : 'OVER';
    head(`${title}, per case: ${verdict} its budget of ${budget.events} events and ${budget.actions} actions`);
    row('history events', a.events, b.events);
    row('billable actions', a.actions, b.actions, 1);
    row('history bytes', a.bytes, b.bytes);
  }
  head(`Reviewed: from sending the verdict to the effect in the books, ${plan.reviewed} cases per arm`);
  row('ms, p50', json.verdictToWriteMs.p50, json.textbook.verdictToWriteMs.p50);
  row('ms, p99', json.verdictToWriteMs.p99, json.textbook.verdictToWriteMs.p99);
  const { countersign: p, textbook: q } = parked;
  head(
    `${plan.parked} cases that wait for a person (kept in the worker's memory: ${p.cachedCases} and ${q.cachedCases})`,
  );
  row('worker memory, MiB', p.workerMiB, q.workerMiB);
  row('the same worker idle before, MiB', p.workerIdleMiB, q.workerIdleMiB);
  row('Temporal server memory added, MiB', p.serverMemoryMiB, q.serverMemoryMiB);
  row('Temporal database added, MiB', p.temporalDbMiB, q.temporalDbMiB);
  row('PostgreSQL database added, MiB', p.postgresMiB, q.postgresMiB);
  row('cases per second while they came', p.casesPerSecond, q.casesPerSecond, 1);
  return `${NOTES}\n${measured.machine}\n${table.toString()}\n\n${modelStepAsText(measured.modelStep)}`;
}

const NOTES = [
  'Countersign (case client, ledger, audit chain, outbox, real worker process) against a textbook Temporal workflow',
  '(five normal activities, the same model call and prompt, one plain row per step, the same call downstream), in one',
  'run on one Temporal server, one PostgreSQL, one stand-in model; the arms take turns, one under load at a time.',
  'Both read customer messages of the samples under the prompt of the pack ticket-triage; so that the route does not',
  'depend on the message, the bench pack sets its threshold to 0 and takes what its rules find for held (they do run),',
  'or asks a person about every case.',
].join('\n');

function isWithin(cost: CaseCost, budget: { events: number; actions: number }): boolean {
  return cost.events <= budget.events && cost.actions <= budget.actions;
}

function rangeOf({ min, max }: { min: number; max: number }): string {
  return ` (${min.toFixed(1)}..${max.toFixed(1)})`;
}

function cpuPerCase(rounds: readonly Round[]): Record<string, number> {
  const names = Object.keys(rounds[0]?.cpuMsPerCase ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round.cpuMsPerCase[name] ?? 0))]));
}
