import type { Plan } from '../domain/plan.ts';
import type { Span } from '../domain/timing.ts';
import { after, plainMs, type Calendar } from '../packs/calendar.ts';
import type { Reminders, TaskOpening } from './review-ports.ts';
import type { Ports } from './ports.ts';

/** When a group is reminded, when the next one is asked, when the deadline is. */
export type ReviewTimes = Pick<TaskOpening, 'remindAt' | 'dueAt' | 'escalateAt' | 'reminders'>;

type CalendarPlan = Pick<Plan, 'packId' | 'packHash'>;

/**
 * The instants of a step of a review, from the durations of the plan and the calendar as it is now: a calendar that was
 * changed while a case waited counts from its next step on.
 *
 * @param openedAt when the task was put, from which the deadline counts
 * @param now when this group is asked
 */
export function reviewTimes(
  packs: Ports['packs'],
  plan: CalendarPlan & Pick<Plan, 'review'>,
  group: string,
  { openedAt, now }: { openedAt: Date; now: Date },
): ReviewTimes {
  const { timing, deadlineMs, remindAfterMs } = plan.review;
  if (!timing) {
    const at = (from: Date, ms: number) => new Date(from.getTime() + ms);
    return { remindAt: at(now, remindAfterMs), dueAt: at(openedAt, deadlineMs) };
  }
  const calendar = calendarOf(packs, plan, group);
  const first = after(now, timing.remindAfter, calendar);
  return {
    remindAt: first,
    dueAt: after(openedAt, timing.deadline, calendar),
    escalateAt: after(now, timing.answerWithin[group] ?? timing.escalateAfter, calendar),
    reminders: remindersOf(timing.reminders, first, calendar),
  };
}

/** When a submitter has to have answered who is asked now; working time counts by the calendar of the group that waits for it. */
export function answerTime(packs: Ports['packs'], plan: Plan, group: string, within: Span, now: Date): Date {
  return after(now, within, calendarOf(packs, plan, group));
}

type Timing = NonNullable<Plan['review']['timing']>;

function remindersOf({ most, every }: Timing['reminders'], first: Date, calendar: Calendar | undefined): Reminders {
  const later: string[] = [];
  let at = first;
  for (let count = 1; count < most; count++) later.push((at = after(at, every, calendar)).toISOString());
  return { later, gapMs: plainMs(every) };
}

/** That of the current version, not of the pinned one: who works when is no policy. */
function calendarOf(packs: Ports['packs'], { packId, packHash }: CalendarPlan, group: string): Calendar | undefined {
  const pack = packs.ids().includes(packId) ? packs.current(packId) : packs.pinned(packHash);
  return pack?.calendarOf(group);
}
