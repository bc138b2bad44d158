import { Context } from '@temporalio/activity';
import { askedNow, directoryOf, mayNotAnswer, type Asking, type Directory } from '../domain/absence.ts';
import { digestOf } from '../packs/digest.ts';
import { assign } from './assign.ts';
import type { AskedTimes } from './review-ports.ts';
import type { Ports } from './ports.ts';
import type { PlannedTask, Replanned } from './replan-ports.ts';
import { reviewTimes, type ReviewTimes } from './review-times.ts';
import type { Steps } from './steps.ts';
import { taskStanding } from './task-standing.ts';

/** A step that moves by less has not moved: the instants of a step and of its record are not read from one clock. */
const SAME_MS = 60_000;
const PAGE = 500;
/** What Temporal and the workers are asked to take beside their other work. */
const PER_SECOND = 20;
/** One run ends within its time; the next one goes on, since what was told no longer differs. */
const MOST = 200;

type Needs = Pick<Ports, 'replans' | 'reviews' | 'cases' | 'packs' | 'access' | 'temporal' | 'clock'>;

/**
 * Finds the open questions whose next step has moved because people, absences or calendars changed, and tells only their
 * cases. While nothing changed it looks only at questions that were put since the last time.
 */
export const replanReviews =
  (
    { replans, packs, access, temporal, clock }: Needs,
    pause: (ms: number) => Promise<unknown> = (ms) => Context.current().sleep(ms),
  ): Steps['replanReviews'] =>
  async () => {
    const now = clock();
    const directory = directoryOf(await access.people());
    const basis = basisOf(packs, directory);
    const former = await replans.looked();
    const since = former?.basis === basis ? new Date(former.at.getTime() - SAME_MS) : undefined;
    const report = { looked: 0, told: 0, more: false };
    let after: string | undefined;
    do {
      const page = await replans.page(since, PAGE, after);
      report.looked += page.length;
      for (const task of page) {
        if (!replanned(packs, task, directory, now)) continue;
        if (report.told >= MOST) return { ...report, more: true };
        await temporal.replan(task.caseId);
        report.told += 1;
        await pause(1_000 / PER_SECOND);
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.caseId;
    } while (after !== undefined);
    await replans.keepLooked(basis, now);
    return report;
  };

/** Sets the next steps of one question anew, by people and calendar as they are now. Null: it has ended meanwhile. */
export const replanTask =
  (ports: Needs): Steps['replanTask'] =>
  async ({ caseId, taskNo }) => {
    const { replans, packs, access, clock } = ports;
    const task = await replans.one(caseId, taskNo);
    const to = task && replanned(packs, task, directoryOf(await access.people()), clock());
    if (task && to?.asked) {
      const assignee = await assigneeOf(ports, task, to.asked.group);
      const times = assignee === undefined ? to.times : { ...to.times, assignee };
      await replans.replan(caseId, taskNo, task.group, { ...to, times });
    } else if (task) {
      if (to) await replans.replan(caseId, taskNo, task.group, to);
      await assignAnew(ports, task);
    }
    return (await taskStanding(ports, caseId, taskNo)) ?? null;
  };

/** Who of `group` has the question now; `keeps`: who has it, and keeps it while they fit. */
async function assigneeOf(ports: Needs, task: PlannedTask, group: string, keeps?: string): Promise<string | undefined> {
  const { packId, review, submittedBy, approvals } = task;
  return await assign(ports, { plan: { packId, review }, submittedBy, group, approvals, keeps });
}

/** Who is away, or may not answer any more, has it no longer. No workflow is told of it: nothing waits for it. */
async function assignAnew(ports: Needs, task: PlannedTask): Promise<void> {
  const { caseId, taskNo, group, assignee: keeps } = task;
  if (!task.review.assign) return;
  const assignee = await assigneeOf(ports, task, group, keeps);
  if (assignee !== keeps) await ports.replans.assign(caseId, taskNo, group, assignee);
}

/** What has moved; undefined: nothing. */
function replanned(packs: Ports['packs'], task: PlannedTask, directory: Directory, now: Date): Replanned | undefined {
  const asked = askedNow(askingOf(task), directory);
  if (!asked && (!task.review.timing || task.deadlinePassed)) return undefined;
  const from = { openedAt: task.openedAt, now: asked ? now : task.askedAt };
  const times = reviewTimes(packs, task, asked?.group ?? task.group, from);
  if (asked) return { asked, times: task.deadlinePassed ? withoutSteps(times) : times };
  const moved = differs(times.dueAt, task.dueAt) || differs(times.escalateAt, task.escalateAt);
  return moved ? { times } : undefined;
}

function askingOf({ packId, group, standsFor, rest, review, submittedBy, approvals }: PlannedTask): Asking {
  const mayNot = mayNotAnswer({ ...review, submittedBy, ...(approvals ? { approvals } : {}) });
  return { packId, group, rest, mayNot, ...(standsFor === undefined ? {} : { standsFor }) };
}

/** After the deadline nobody else is asked, and it stays where it was. */
function withoutSteps({ remindAt, reminders }: ReviewTimes): AskedTimes {
  return { remindAt, ...(reminders ? { reminders } : {}) };
}

function differs(is: Date | undefined, was: Date | undefined): boolean {
  return Math.abs((is?.getTime() ?? 0) - (was?.getTime() ?? 0)) >= SAME_MS;
}

/** What the steps depend on: who is there, and which versions of the packs hold the calendars. */
function basisOf(packs: Ports['packs'], directory: Directory): string {
  const people = [...directory.values()].map(({ personId, roles, groups, packs: of, disabled, absence }) => {
    return { personId, roles, groups, of: of ?? null, disabled, absence: absence ?? null };
  });
  return digestOf({ people, packs: packs.ids().map((id) => packs.current(id).hash) });
}
