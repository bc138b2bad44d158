import type { Log } from '../src/dev/children.ts';
import { openLedger } from '../src/adapters/ledger/ledger.ts';
import { submitMany } from './arm.ts';
import { listen } from './desk-events.ts';
import { askAs, noTimings, type Timings } from './desk-http.ts';
import { review } from './desk-reviewer.ts';
import { compare, type Rows } from './desk-temporal.ts';
import { allWaiting } from './waiting.ts';
import type { World } from './world.ts';

export interface DeskPlan {
  /** Questions that wait when the reviewers begin. */
  waiting: number;
  seconds: number;
  reviewers: number;
  /** A reviewer's pause before each round and over each question. */
  thinkMs: number;
}

/** What reviewers met at a desk where many questions wait. */
export interface DeskLoad {
  plan: DeskPlan;
  waitingAtStart: number;
  waitingAtEnd: number;
  verdicts: number;
  timings: Timings;
  rows: Rows;
  /** From sending a verdict until the event stream of somebody else tells of it. */
  eventDelaysMs: number[];
  elapsedSeconds: number;
}

/** Lets `waiting` real cases come to wait for a person, then real reviewers work through them over HTTP. Needs COUNTERSIGN_ACCESS=required. */
export async function deskLoad(world: World, plan: DeskPlan, log: Log): Promise<DeskLoad> {
  const [arm] = world.arms;
  const { apiUrl, databaseUrl } = world.stack;
  log(`desk: ${plan.waiting} cases are submitted`);
  await submitMany(arm, 'reviewed', plan.waiting, {
    atOnce: 40,
    onAccepted: (accepted) => accepted % Math.ceil(plan.waiting / 10) === 0 && log(`desk: ${accepted} accepted`),
  });
  await allWaiting(arm, plan.waiting);
  const people = await reviewersWithKeys(databaseUrl, plan.reviewers + 1);
  const [onlooker, ...reviewers] = people;
  if (!onlooker) throw new Error('nobody to listen');
  const heard = await listen(apiUrl, onlooker.key);
  try {
    const timings = noTimings();
    const waitingAtStart = await arm.waiting();
    log(`desk: ${reviewers.length} reviewers for ${plan.seconds} s, ${waitingAtStart} cases wait`);
    const startedAt = performance.now();
    const until = startedAt + plan.seconds * 1_000;
    const asked = compare({
      ask: askAs(apiUrl, onlooker.key),
      temporal: world.temporal,
      timings,
      pauseMs: plan.thinkMs,
      until,
    });
    // A failure is met where it is awaited, after the reviewers are done.
    asked.catch(() => undefined);
    const taken = await Promise.all(
      reviewers.map(({ personId, key }) =>
        review({
          ...{ personId, timings, heard, until },
          ask: askAs(apiUrl, key),
          thinkMs: plan.thinkMs,
        }),
      ),
    );
    const verdicts = taken.reduce((sum, one) => sum + one, 0);
    const elapsedSeconds = (performance.now() - startedAt) / 1_000;
    const rows = await asked;
    const waitingAtEnd = await arm.waiting();
    return {
      plan,
      rows,
      waitingAtStart,
      waitingAtEnd,
      verdicts,
      timings,
      eventDelaysMs: heard.delaysMs,
      elapsedSeconds,
    };
  } finally {
    heard.close();
  }
}

/** People of the service desk, as an operator adds them, each with a key. */
async function reviewersWithKeys(databaseUrl: string, count: number): Promise<{ personId: string; key: string }[]> {
  const ledger = openLedger({ url: databaseUrl, poolSize: 1 });
  try {
    const made = [];
    for (let number = 1; number <= count; number++) {
      const personId = `bench.reviewer-${number}`;
      await ledger.people.putPerson(
        { personId, name: `Bench reviewer ${number}`, roles: ['reviewer'], groups: ['service-desk', 'service-leads'] },
        'bench',
      );
      const { secret } = await ledger.credentials.makeKey(personId, { label: 'bench', expiresAt: null }, 'bench');
      made.push({ personId, key: secret });
    }
    return made;
  } finally {
    await ledger.close();
  }
}
