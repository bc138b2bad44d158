import { describe, expect, it, test } from 'vitest';
import type { Person } from '../../src/domain/access.ts';
import { assignable, assigneeOf, type Assignment, type Load } from '../../src/domain/assignment.ts';

/** `ada 2 10`: Ada has two open ones, and got the last at 10 o'clock; `ada 0`: never any. */
function loadsOf(...entries: string[]): Load[] {
  return entries.map((entry) => {
    const [personId = '', open, hour] = entry.split(' ');
    const last = hour === undefined ? {} : { lastAt: `2026-03-02T${hour}:00:00.000Z` };
    return { personId, open: Number(open), ...last };
  });
}

describe('whose turn it is', () => {
  test.each<[string, Assignment, string[], string | undefined]>([
    ['nobody is there', 'least-load', [], undefined],
    ['the group pulls', 'pull', ['ada 0'], undefined],
    ['the fewest open ones', 'least-load', ['ada 2 08', 'bob 1 10', 'cem 3'], 'bob'],
    ['as many: whose last is longest ago', 'least-load', ['ada 1 10', 'bob 1 09', 'cem 2 07'], 'bob'],
    ['as many: who never had one', 'least-load', ['ada 0 10', 'bob 0'], 'bob'],
    ['longest ago, however many are open', 'round-robin', ['ada 9 08', 'bob 0 09'], 'ada'],
    ['never before', 'round-robin', ['ada 0 08', 'bob 3'], 'bob'],
    ['all alike: by id', 'least-load', ['cem 1 10', 'ada 1 10', 'bob 1 10'], 'ada'],
    ['all alike: by id', 'round-robin', ['cem 0', 'ada 1', 'bob 2'], 'ada'],
  ])('%s (%s)', (_, by, loads, expected) => {
    expect(assigneeOf(by, loadsOf(...loads))).toBe(expected);
    expect(assigneeOf(by, loadsOf(...loads).toReversed())).toBe(expected);
  });

  test.each<Assignment>(['round-robin', 'least-load'])('%s: 60 questions come to 20 each of three people', (by) => {
    const loads = loadsOf('ada 0', 'bob 0', 'cem 0');
    for (let minute = 1; minute <= 60; minute += 1) {
      const load = loads.find(({ personId }) => personId === assigneeOf(by, loads)) as Load;
      Object.assign(load, { open: load.open + 1, lastAt: new Date(minute * 60_000).toISOString() });
    }
    expect(loads.map(({ open }) => open)).toEqual([20, 20, 20]);
  });
});

describe('who can be assigned a question', () => {
  const ADA: Person = {
    ...{ personId: 'ada', name: 'Ada', email: null, roles: ['reviewer'], groups: ['clerks'], disabled: false },
  };
  test.each<[string, Partial<Person>, boolean]>([
    ['a member of the group', {}, true],
    ['a lead of it', { roles: ['lead'] }, true],
    ['a member of another group', { groups: ['leads'] }, false],
    ['whose packs this is not', { packs: ['another'] }, false],
    ['who may not decide', { roles: ['auditor'] }, false],
    ['who has left', { disabled: true }, false],
    ['who is away', { absence: { until: '2026-03-09T00:00:00.000Z', substitute: null } }, false],
    ['who may not answer this one', { personId: 'sam' }, false],
  ])('%s: %s', (_, change, can) => {
    const people = [{ ...ADA, ...change }];
    expect(assignable('clerks', { packId: 'p', mayNot: ['Sam'] }, people)).toHaveLength(can ? 1 : 0);
  });

  it('nobody where a person is asked directly', () => {
    expect(assignable('ada', { packId: 'p', mayNot: [] }, [ADA])).toEqual([]);
  });
});
