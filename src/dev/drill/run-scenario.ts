import { setTimeout as sleep } from 'node:timers/promises';
import { PlayedReviewer } from '../reviewer.ts';
import { packs } from './drill-packs.ts';
import type { DrillRig } from './drill-rig.ts';
import { readFacts, type Facts } from './facts.ts';
import { rowOf, type Median, type Row } from './row.ts';
import type { Scenario } from './scenario.ts';
import { Trial } from './trial.ts';

/** For the recovery and for the reviewer's answers: at least, and more with many cases. */
const SETTLE_MS = { least: 300_000, perCase: 400 };
const ANSWER_MS = { least: 180_000, perCase: 400 };

/** Runs one scenario to its end: the fault, the recovery, and the reviewer's answers to all that is left. */
export async function runScenario(
  scenario: Scenario,
  rig: DrillRig,
  options: { short: boolean; baseline: Median },
): Promise<{ row: Row; ended: Facts }> {
  const began = Date.now();
  const { name, title, mostExtraEvents } = scenario;
  await rig.fresh();
  const trial = new Trial(rig, options.short, options.baseline);
  const backlog = watchBacklog(trial);
  let reviewer = scenario.reviewMeanwhile ? startReviewer(scenario, trial) : undefined;
  try {
    await scenario.run(trial);
    const limitMs = SETTLE_MS.least + SETTLE_MS.perCase * trial.caseIds.length;
    const settled = await trial.settled(limitMs);
    const recoverMs = settled ? (trial.overAt === undefined ? 0 : Date.now() - trial.overAt) : null;
    if (!settled) trial.faults.push(`cases were still open ${Math.round(limitMs / 1000)} s after the fault`);
    const before = await readFacts(rig, trial.receipts);
    await rig.calm();
    trial.overAt ??= Date.now();
    reviewer ??= startReviewer(scenario, trial);
    await allEnded(trial, Date.now() + ANSWER_MS.least + ANSWER_MS.perCase * trial.caseIds.length);
    const ended = await readFacts(rig, trial.receipts);
    const course = {
      scenario: name,
      title,
      recoverMs,
      resubmitted: trial.resubmitted,
      peakBacklog: await backlog.stop(),
      met: scenario.met(ended, trial),
      seconds: Math.round((Date.now() - began) / 1000),
      notes: trial.notes,
      faults: trial.faults,
      ...(mostExtraEvents === undefined ? {} : { baseline: options.baseline }),
    };
    const row = rowOf(course, before, ended);
    if (row.met === 0) row.faults.push('the fault met no case: this run proves nothing');
    const { extraEvents } = row;
    if (extraEvents && mostExtraEvents !== undefined && extraEvents.most > mostExtraEvents)
      row.faults.push(
        `a history has ${extraEvents.most} more events than undisturbed, at most ${mostExtraEvents} are allowed`,
      );
    return { row, ended };
  } finally {
    await reviewer?.stop();
    await backlog.stop();
  }
}

/** The played reviewer, who goes on when something does not answer. */
function startReviewer({ afterRefusal }: Scenario, trial: Trial): { stop: () => Promise<void> } {
  const { rig, samples } = trial;
  const habits = {
    books: () => rig.books(),
    // What is refused now is refused again; she comes back to it when the obstacle is gone.
    afterRefusal: () => (trial.overAt === undefined ? 'later' : (afterRefusal ?? 'judge')),
  } as const;
  let working = true;
  const work = async () => {
    let known = -1;
    let reviewer: PlayedReviewer | undefined;
    while (working) {
      // Cases are still being fed.
      if (!reviewer || known !== samples.length) {
        known = samples.length;
        reviewer = new PlayedReviewer(rig.ledger, rig.temporal, packs, samples, habits);
      }
      await reviewer.round().catch(() => undefined);
      await sleep(250);
    }
  };
  const worked = work();
  return {
    stop: async () => {
      working = false;
      await worked;
    },
  };
}

/** Waits until every case has ended in the ledger and in Temporal, or the time is over. */
async function allEnded(trial: Trial, until: number): Promise<void> {
  let left = new Set(trial.caseIds);
  while (left.size > 0 && Date.now() < until) {
    await sleep(300);
    if ((await trial.waiting().catch(() => 1)) > 0) continue;
    const runs = await Promise.all(
      [...left].slice(0, 100).map(async (caseId) => ({ caseId, run: await trial.rig.run(caseId).catch(() => null) })),
    );
    const ended = runs.filter(({ run }) => run !== null && run?.status.name !== 'RUNNING');
    left = new Set([...left].filter((caseId) => !ended.some((one) => one.caseId === caseId)));
  }
}

/** Remembers the most cases that waited for a person at one time. */
function watchBacklog(trial: Trial): { stop: () => Promise<number> } {
  let peak = 0;
  let watching = true;
  const watched = (async () => {
    while (watching) {
      peak = Math.max(peak, await trial.waiting().catch(() => 0));
      await sleep(500);
    }
  })();
  return {
    stop: async () => {
      watching = false;
      await watched;
      return peak;
    },
  };
}
