import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';

type Row = { key?: string; text: string; intent: string };

const folder = join(import.meta.dirname, '../../samples/ticket-triage');
const load = (file: string): Row[] => parse(readFileSync(join(folder, file)), { columns: true });
const examples = load('examples.csv');
const evaluation = load('evaluation.csv');
const sample = load('sample.csv');
const outside = load('outside.csv');
const intents = JSON.parse(readFileSync(join(folder, 'intents.json'), 'utf8')) as string[];
const texts = (rows: readonly Row[]): Set<string> => new Set(rows.map(({ text }) => text.trim().toLowerCase()));

test('the sets have the sizes that the README states', () => {
  const sizes = [examples, evaluation, sample, outside, intents].map(({ length }) => length);
  expect(sizes).toEqual([10_003, 200, 60, 40, 77]);
});

test('no held-back message occurs among the examples, in the sample or twice', () => {
  expect(texts(evaluation).size).toBe(evaluation.length);
  expect([...texts(evaluation).intersection(texts(examples))]).toEqual([]);
  expect([...texts(evaluation).intersection(texts(sample))]).toEqual([]);
  expect([...texts(sample).intersection(texts(examples))]).toEqual([]);
});

test('every intent has examples and two or three held-back messages', () => {
  const counts = Map.groupBy(evaluation, ({ intent }) => intent);
  expect([...new Set(examples.map(({ intent }) => intent))].toSorted()).toEqual(intents.toSorted());
  expect([...counts.keys()].toSorted()).toEqual(intents.toSorted());
  expect([...new Set([...counts.values()].map(({ length }) => length))].toSorted((a, b) => a - b)).toEqual([2, 3]);
});

test('messages outside every intent are labelled as such', () => {
  expect(new Set(outside.map(({ intent }) => intent))).toEqual(new Set(['oos']));
  expect([...texts(outside).intersection(texts(examples))]).toEqual([]);
});

test('keys are unique over all sets', () => {
  const keys = [...evaluation, ...sample, ...outside].map(({ key }) => key);
  expect(new Set(keys).size).toBe(300);
});
