import { describe, expect, test } from 'vitest';
import { bandsOf, likeness, shinglesOf } from '../../../src/packs/quality/alike.ts';

const words = (from: number, count: number) => Array.from({ length: count }, (_, at) => `word${from + at}`).join(' ');
const alike = (a: string, b: string) => likeness(shinglesOf(a), shinglesOf(b));
const shareBand = (a: string, b: string) => {
  const theirs = bandsOf(shinglesOf(b));
  return bandsOf(shinglesOf(a)).some((band) => theirs.includes(band));
};

describe('two texts', () => {
  test('are the same whatever their dates, case, spaces and marks', () => {
    const text = `Date: 2026-01-02T08:00:00.000Z ${words(0, 40)} paid on 3 March 2026, thank you.`;
    expect(alike(text, `Date: ${words(0, 40).toUpperCase()}\n paid on 04/05/2027 - THANK  you!`)).toBe(1);
  });

  test('are as alike as the share of word groups that they have in common', () => {
    // 100 and 100 groups of three, of which 50 are the same: 50 of 150.
    expect(alike(words(0, 102), words(50, 102))).toBeCloseTo(50 / 150);
    expect(alike(words(0, 102), words(500, 102))).toBe(0);
  });

  test('of a few words tell nothing, not even when they are equal', () => {
    expect(alike(words(0, 20), words(0, 20))).toBe(0);
    expect(bandsOf(shinglesOf(words(0, 20)))).toEqual([]);
  });
});

describe('bands', () => {
  const times = Array.from({ length: 100 }, (_, at) => at * 1000);

  test('are shared by nearly equal texts, and hardly by others', () => {
    const changed = (from: number) => words(from, 200).replace(`word${from + 100}`, 'other');
    const near = times.filter((from) => shareBand(words(from, 200), changed(from)));
    const far = times.filter((from) => shareBand(words(from, 200), words(from + 150, 200)));
    expect(near).toHaveLength(100);
    expect(far.length).toBeLessThan(15);
  });

  test('are 16 integers of 32 bits, each time the same', () => {
    const bands = bandsOf(shinglesOf(words(0, 50)));
    expect(bands).toHaveLength(16);
    expect(bands).toEqual(bands.map((band) => band | 0));
    expect(bandsOf(shinglesOf(words(0, 50)))).toEqual(bands);
  });
});
