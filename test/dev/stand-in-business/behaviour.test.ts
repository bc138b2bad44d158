import { expect, test } from 'vitest';
import { Behaviours } from '../../../src/dev/stand-in-business/behaviour.ts';

test('a rule for one collection stands before the rule for all', () => {
  const behaviours = new Behaviours();
  behaviours.set({ status: 503 });
  behaviours.set({ collection: 'tickets', status: 500 });
  expect(behaviours.next('tickets', 'create')?.before).toEqual({ kind: 'status', status: 500 });
  expect(behaviours.next('postings', 'create')?.before).toEqual({ kind: 'status', status: 503 });
  behaviours.clear('tickets');
  expect(behaviours.next('tickets', 'create')?.before).toEqual({ kind: 'status', status: 503 });
  behaviours.clear();
  expect(behaviours.next('tickets', 'create')).toBeUndefined();
});

test('a rule for the next two calls is gone after two, and calls it cannot meet do not count', () => {
  const behaviours = new Behaviours();
  behaviours.set({ resetAfterApplying: true, times: 2 });
  const met = (['look-up', 'create', 'look-up', 'reversal', 'create'] as const).map(
    (call) => behaviours.next('postings', call) !== undefined,
  );
  expect(met).toEqual([false, true, false, true, false]);
  expect(behaviours.list()).toEqual([]);
});

test('a rate lets the rest of the calls through', () => {
  const drawn = [0.1, 0.3, 0.29, 0.9];
  const behaviours = new Behaviours(() => drawn.shift() ?? 1);
  behaviours.set({ down: true, rate: 0.3 });
  const met = [1, 2, 3, 4].map(() => behaviours.next('postings', 'create') !== undefined);
  expect(met).toEqual([true, false, true, false]);
});

test('each fault meets the calls it is meant for', () => {
  const refusal = { code: 'closed', message: 'The period is closed.' };
  const rules = [
    { rule: { down: true }, met: ['create', 'reversal', 'look-up'] },
    { rule: { status: 503 }, met: ['create', 'reversal', 'look-up'] },
    { rule: { latencyMs: 5 }, met: ['create', 'reversal', 'look-up'] },
    { rule: { status: 503, afterApplying: true }, met: ['create', 'reversal'] },
    { rule: { resetAfterApplying: true }, met: ['create', 'reversal'] },
    { rule: { refuse: refusal }, met: ['create'] },
    { rule: { refuseReversal: refusal }, met: ['reversal'] },
    { rule: { down: true, calls: ['look-up' as const] }, met: ['look-up'] },
  ];
  for (const { rule, met } of rules) {
    const behaviours = new Behaviours();
    behaviours.set(rule);
    const calls = (['create', 'reversal', 'look-up'] as const).filter((call) => behaviours.next('tickets', call));
    expect(calls, JSON.stringify(rule)).toEqual(met);
  }
});
