import { describe, expect, it, test } from 'vitest';
import { definePack } from '../../src/packs/define-pack.ts';
import type { Calendar } from '../../src/packs/calendar.ts';
import type { ReviewPolicy } from '../../src/packs/pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, waiting } from './arrange.ts';

const { review } = definition();
const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const OFFICE: Calendar = { timeZone: 'Europe/Berlin', hours: [{ days, from: '09:00', to: '17:00' }] };
const EARLY: Calendar = { ...OFFICE, hours: [{ days, from: '06:00', to: '14:00' }] };

/** Asked on Monday at 10:00 in Berlin. */
async function asked(more: Partial<ReviewPolicy>) {
  const pack = testPack({ review: { ...review, ...more } });
  const all = await waiting(undefined, fakePorts(pack));
  const escalate = () => all.activities.escalate({ caseId: CASE, taskNo: 1, group: 'leads', remindAfterMs: 1 });
  return { ...all, escalate };
}

const BUSINESS: Partial<ReviewPolicy> = {
  remindAfter: '2 business hours',
  escalateAfter: '8 business hours',
  deadline: '5 business days',
  reminders: { most: 3, every: '4 business hours' },
  calendar: OFFICE,
};

describe('the times of a review', () => {
  it('are those of the plan alone where a pack uses nothing more', async () => {
    const { question, ledger, escalate } = await asked({});
    expect(question).not.toHaveProperty('times');
    expect(ledger.tasks[0]).not.toHaveProperty('escalateAt');
    expect(await escalate()).toMatchObject({ kind: 'asked', group: 'leads', rest: [] });
    expect(ledger.tasks[0]?.remindAt).toEqual(new Date('2026-03-02T09:00:00.001Z'));
  });

  it('are in working time where the pack says so', async () => {
    const { question, ledger } = await asked(BUSINESS);
    const times = { escalateAt: '2026-03-03T09:00:00.000Z', deadlineAt: '2026-03-09T09:00:00.000Z' };
    expect(question).toMatchObject({ times });
    expect(ledger.tasks[0]).toMatchObject({
      remindAt: new Date('2026-03-02T11:00:00.000Z'),
      reminders: { later: ['2026-03-02T15:00:00.000Z', '2026-03-03T11:00:00.000Z'], gapMs: 14_400_000 },
    });
  });

  it('are per group, in the working time of that group', async () => {
    const answerWithin = { clerks: '90 minutes', leads: '1 business hour' };
    const { question, escalate, now } = await asked({ ...BUSINESS, answerWithin, calendars: { leads: EARLY } });
    expect(question).toMatchObject({ times: { escalateAt: '2026-03-02T10:30:00.000Z' } });
    now.at = new Date('2026-03-02T13:30:00Z');
    expect(await escalate()).toMatchObject({ kind: 'asked', times: { escalateAt: '2026-03-03T06:00:00.000Z' } });
  });

  it('count from a calendar that was changed meanwhile, at the next step', async () => {
    const { escalate, usePacks } = await asked(BUSINESS);
    usePacks([testPack({ review: { ...review, ...BUSINESS, calendar: { ...OFFICE, closed: ['2026-03-03'] } } })]);
    const times = { escalateAt: '2026-03-04T09:00:00.000Z', deadlineAt: '2026-03-10T09:00:00.000Z' };
    expect(await escalate()).toEqual({ kind: 'asked', group: 'leads', rest: [], times });
  });

  it('are kept when the same question is put again after its result was lost', async () => {
    const { question, activities, callId, packHash, now } = await asked(BUSINESS);
    now.at = new Date('2026-03-02T10:00:00Z');
    expect(await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] })).toEqual(question);
  });
});

it('at the deadline a case is handed to whom the pack names, and decided by nobody', async () => {
  const { activities, ledger, judge } = await asked({ deadlineDefault: { handTo: 'petra' } });
  const input = { caseId: CASE, taskNo: 1, kind: 'hand-to', group: 'petra' } as const;
  expect(await activities.applyDeadline(input)).toBeNull();
  expect(ledger.tasks[0]).toMatchObject({ group: 'petra', open: true });
  await judge({});
  expect(await activities.applyDeadline(input)).toMatchObject({ kind: 'decided', decision: { by: 'rita' } });
});

test('the plan of a pack that uses everything stays below 4 KB', () => {
  const levels = Array.from({ length: 5 }, (_, at) => {
    return {
      when: { field: 'amount', atLeast: 10 ** at },
      approvals: at + 1,
      groups: ['a-group', 'another-group'] as const,
    };
  });
  const answerWithin = { clerks: '4 business hours', leads: '8 business hours', directors: '2 business days' };
  const undo = [{ when: { field: 'amount', atLeast: 100 }, for: '10 minutes' }];
  const pack = testPack({
    review: { ...review, ...BUSINESS, answerWithin, levels, undo, deadlineDefault: { handTo: 'x' } },
  });
  const model = { provider: 'openai', model: 'gpt-4.1-mini-2025-04-14' };
  expect(JSON.stringify(pack.plan({ primary: model, fallback: model })).length).toBeLessThan(4096);
});

test.each<[Partial<ReviewPolicy>, string]>([
  [{ escalateAfter: '8 business hours' }, "review.escalateAfter: '8 business hours' needs a calendar"],
  [{ answerWithin: { leads: 'soon' } }, "review.answerWithin.leads: 'soon' is no duration"],
  [{ reminders: { most: 0, every: '1 hour' } }, 'review.reminders.most: 0 must be'],
  [{ reminders: { most: 2, every: '1 blink' } }, "review.reminders.every: '1 blink' is no duration"],
  [{ deadlineDefault: { handTo: ' ' } }, 'review.deadlineDefault.handTo: name'],
  [{ calendar: { ...OFFICE, timeZone: 'X' } }, "review.calendar.timeZone: 'X'"],
  [{ calendars: { leads: { ...OFFICE, hours: [] } } }, 'review.calendars.leads.hours'],
])('a pack with the review policy %j is refused', (more, message) => {
  expect(() => definePack(definition({ review: { ...review, ...more } }))).toThrow(message);
});
