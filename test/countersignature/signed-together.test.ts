import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { atEndOf, signedTogether } from '../../src/countersignature/signed-together.ts';

const challenges = (count: number) =>
  Array.from({ length: count }, (_, at) => createHash('sha256').update(`{${at}}`).digest('base64url'));

test.each([1, 2, 3, 4, 5, 7, 8, 9, 100, 200])('of %i challenges each leads to the one that is signed', (count) => {
  const all = challenges(count);
  const { challenge, ways } = signedTogether(all);
  expect(challenge).toMatch(/^[\w-]{43}$/);
  expect(all.map((one, at) => atEndOf(ways[at] ?? [], one))).toEqual(all.map(() => challenge));
  expect(Math.max(...ways.map((way) => way.length))).toBe(Math.ceil(Math.log2(count)));
});

test('one alone is signed as it is', () => {
  const [one = ''] = challenges(1);
  expect(signedTogether([one])).toEqual({ challenge: one, ways: [[]] });
});

test('no other challenge leads there, nor does one by the way of another', () => {
  const all = challenges(5);
  const { challenge, ways } = signedTogether(all.slice(0, 4));
  const [first = '', second = '', , , foreign = ''] = all;
  for (const way of ways) expect(atEndOf(way, foreign)).not.toBe(challenge);
  expect(atEndOf(ways[0] ?? [], second)).not.toBe(challenge);
  expect(atEndOf((ways[0] ?? []).slice(1), first)).not.toBe(challenge);
  const turned = (ways[0] ?? []).map((step) => ('left' in step ? { right: step.left } : { left: step.right }));
  expect(atEndOf(turned, first)).not.toBe(challenge);
});

test('in another order they are signed as something else', () => {
  const all = challenges(4);
  expect(signedTogether(all.toReversed()).challenge).not.toBe(signedTogether(all).challenge);
});
