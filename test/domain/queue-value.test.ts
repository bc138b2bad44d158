import { describe, expect, it } from 'vitest';
import { forecastOf, LATE_SHARE, valuePerSecond, type Due } from '../../src/domain/queue-value.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000);
const dues = (...all: number[]): Due[] => all.map((count) => ({ dueAt: hours(count), stake: 1_000 }));

describe('the value of a place in the queue', () => {
  const whole = { stake: 1_000, confidence: 1, openedAt: hours(-1), dueAt: hours(3) };
  it.each([
    ['a sure one costs what waiting costs', whole, 10, (1_000 * LATE_SHARE * 0.25) / 10],
    ['doubt adds its share of the stake', { ...whole, confidence: 0.6 }, 10, (400 + 1_000 * LATE_SHARE * 0.25) / 10],
    ['an overdue one is as urgent as it can be', { ...whole, dueAt: hours(-0.5) }, 10, (1_000 * LATE_SHARE) / 10],
    ['one that had no time at all is urgent', { ...whole, dueAt: hours(-1) }, 10, (1_000 * LATE_SHARE) / 10],
    ['a clock that is behind makes nothing less than not urgent', { ...whole, openedAt: hours(1) }, 10, 0],
    ['what takes twice as long is worth half', { ...whole, confidence: 0 }, 20, (1_000 + 5) / 20],
  ])('%s', (_, item, seconds, expected) => {
    expect(valuePerSecond(item, seconds, NOW)).toBeCloseTo(expected, 9);
  });
});

describe('the forecast', () => {
  it('counts what cannot be answered in time at this speed', () => {
    // One an hour: of three due in two hours, one comes too late.
    expect(forecastOf(dues(2, 2, 2), 1, 1, NOW)).toMatchObject({ missed: 1, overdue: 0 });
  });

  it('leaves a hopeless one for those that can still be met', () => {
    expect(forecastOf(dues(0.5, 1, 2), 1, 1, NOW).missed).toBe(1);
  });

  it('what is overdue is counted by itself', () => {
    expect(forecastOf(dues(-1, 5), 1, 1, NOW)).toMatchObject({ overdue: 1, missed: 0 });
  });

  it('says what one more reviewer-hour saves, and what that is worth', () => {
    const { oneMoreHour } = forecastOf(dues(1, 1, 1, 1), 1, 2, NOW);
    expect(oneMoreHour).toEqual({ saved: 2, worth: 2_000 * LATE_SHARE });
  });

  it('without anybody at work all are missed; with nothing waiting none is', () => {
    expect(forecastOf(dues(1, 2), 0, 10, NOW)).toMatchObject({ missed: 2, oneMoreHour: { saved: 2 } });
    expect(forecastOf([], 0, 10, NOW)).toMatchObject({ missed: 0, oneMoreHour: { saved: 0, worth: 0 } });
  });
});
