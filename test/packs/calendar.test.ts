import { describe, expect, it, test } from 'vitest';
import { after, faultsOfCalendar, plainMs, type Calendar } from '../../src/packs/calendar.ts';
import { spanOf } from '../../src/packs/duration.ts';

const BERLIN: Calendar = {
  timeZone: 'Europe/Berlin',
  hours: [
    { days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '12:00' },
    { days: ['mon', 'tue', 'wed', 'thu'], from: '13:00', to: '17:00' },
    { days: ['fri'], from: '09:00', to: '13:00' },
  ],
  holidays: { country: 'DE', state: 'BE' },
  closed: ['2026-12-24'],
};
const at = (start: string, duration: string, calendar: Calendar | undefined = BERLIN) =>
  after(new Date(start), spanOf(duration), calendar).toISOString();

describe('working time', () => {
  test.each([
    ['within the morning', '2026-03-02T09:00:00+01:00', '2 business hours', '2026-03-02T10:00:00.000Z'],
    ['over the lunch break', '2026-03-02T11:30:00+01:00', '1 business hour', '2026-03-02T12:30:00.000Z'],
    ['up to the end of the day', '2026-03-02T09:00:00+01:00', '7 business hours', '2026-03-02T16:00:00.000Z'],
    ['begun at night', '2026-03-02T03:00:00+01:00', '30 business minutes', '2026-03-02T08:30:00.000Z'],
    ['begun on Friday evening', '2026-03-06T18:00:00+01:00', '1 business hour', '2026-03-09T09:00:00.000Z'],
    ['over the weekend', '2026-03-06T12:00:00+01:00', '2 business hours', '2026-03-09T09:00:00.000Z'],
    [
      'a holiday of that state alone (8 March 2027)',
      '2027-03-05T13:00:00+01:00',
      '1 business hour',
      '2027-03-09T09:00:00.000Z',
    ],
    ['Easter', '2026-04-02T16:00:00+02:00', '2 business hours', '2026-04-07T08:00:00.000Z'],
    ['days off of its own', '2026-12-23T16:30:00+01:00', '1 business hour', '2026-12-28T08:30:00.000Z'],
    ['over the start of summer time', '2026-03-27T12:00:00+01:00', '2 business hours', '2026-03-30T08:00:00.000Z'],
    ['8 hours that take two days', '2026-03-02T09:00:00+01:00', '8 business hours', '2026-03-03T09:00:00.000Z'],
  ])('%s', (_, start, duration, end) => {
    expect(at(start, duration)).toBe(end);
  });
});

describe('business days', () => {
  test.each([
    ['end at the same hour', '2026-03-02T10:15:00+01:00', '2 business days', '2026-03-04T09:15:00.000Z'],
    ['pass over the weekend', '2026-03-06T10:00:00+01:00', '1 business day', '2026-03-09T09:00:00.000Z'],
    ['begin when work does', '2026-03-07T20:00:00+01:00', '1 business day', '2026-03-10T08:00:00.000Z'],
    [
      'keep the hour over the start of summer time',
      '2026-03-27T10:00:00+01:00',
      '1 business day',
      '2026-03-30T08:00:00.000Z',
    ],
  ])('%s', (_, start, duration, end) => {
    expect(at(start, duration)).toBe(end);
  });
});

it('plain durations, and working time without a calendar, are plain time', () => {
  expect(at('2026-03-07T20:00:00Z', '90 minutes')).toBe('2026-03-07T21:30:00.000Z');
  expect(after(new Date('2026-03-07T20:00:00Z'), { businessMs: 60_000 }).toISOString()).toBe(
    '2026-03-07T20:01:00.000Z',
  );
  expect(plainMs(spanOf('2 business days'))).toBe(172_800_000);
});

it('a night shift is stated as two parts of a day', () => {
  const days = ['mon', 'tue'] as const;
  const night = {
    timeZone: 'UTC',
    hours: [
      { days, from: '22:00', to: '24:00' },
      { days, from: '00:00', to: '02:00' },
    ],
  };
  expect(at('2026-03-02T23:00:00Z', '2 business hours', night)).toBe('2026-03-03T01:00:00.000Z');
});

test.each(['soon', '8 business weeks', '1.5 business days', 'business hours'])('"%s" is no duration', (duration) => {
  expect(() => spanOf(duration)).toThrow();
});

test.each<[Partial<Calendar>, string]>([
  [{ timeZone: 'Europe/Nowhere' }, "c.timeZone: 'Europe/Nowhere'"],
  [{ hours: [] }, 'c.hours: give at least one day'],
  [{ hours: [{ days: ['mon'], from: '17:00', to: '09:00' }] }, "c.hours: '17:00' to '09:00'"],
  [{ hours: [{ days: ['mon'], from: '9', to: '17:00' }] }, "c.hours: '9' to"],
  [{ holidays: { country: 'XX' } }, "c.holidays: nothing is known of 'XX'"],
  [{ closed: ['24.12.2026'] }, "c.closed: '24.12.2026' is no date"],
])('the calendar %j is refused', (change, fault) => {
  expect(faultsOfCalendar('c', { ...BERLIN, ...change }).join()).toContain(fault);
  expect(faultsOfCalendar('c', BERLIN)).toEqual([]);
});
