import { describe, expect, it, test } from 'vitest';
import { askedNow, directoryOf, mayNotAnswer, standInOf, standsInFor, type Asking } from '../../src/domain/absence.ts';
import type { Person } from '../../src/domain/access.ts';

const UNTIL = '2026-03-09T00:00:00.000Z';

/** `petra>bob`: Petra is away and Bob answers; `petra>`: away, nobody does; `petra`: there. All are clerks, but for those named `x...`. */
function peopleOf(...entries: string[]) {
  const people = entries.map((entry): Person => {
    const [personId = '', substitute] = entry.split('>');
    return {
      ...{ personId, name: personId, email: null, roles: ['reviewer'], disabled: false },
      groups: [personId.startsWith('x') ? 'others' : 'clerks'],
      ...(substitute === undefined
        ? {}
        : { absence: { until: UNTIL, substitute: substitute === '' ? null : substitute } }),
    };
  });
  return directoryOf(people);
}

const ask = (group: string, more: Partial<Asking> = {}): Asking => ({
  ...{ packId: 'p', group, rest: ['leads', 'board'], mayNot: [] },
  ...more,
});

describe('who answers in the place of whom', () => {
  test.each<[string[], string | undefined]>([
    [['petra', 'bob'], undefined],
    [['petra>bob', 'bob'], 'bob'],
    [['petra>'], undefined],
    [['petra>bob', 'bob>carol', 'carol'], 'carol'],
    [['petra>bob', 'bob>petra'], undefined],
    [['petra>gone'], undefined],
  ])('%j', (entries, expected) => {
    const directory = peopleOf(...entries);
    const petra = directory.get('petra') as Person;
    expect(standInOf(petra, directory)?.personId).toBe(expected);
    for (const one of directory.values())
      expect(standsInFor(one, directory).includes(petra)).toBe(one.personId === expected);
  });

  it('may not be who submitted it under four eyes or where several must approve, nor who has approved', () => {
    const task = { submittedBy: 'sam', fourEyes: false };
    expect(mayNotAnswer(task)).toEqual([]);
    expect(mayNotAnswer({ ...task, fourEyes: true })).toEqual(['sam']);
    expect(mayNotAnswer({ ...task, levels: [] })).toEqual(['sam']);
    expect(mayNotAnswer({ ...task, approvals: { by: ['rita'] } })).toEqual(['rita', 'sam']);
    expect(mayNotAnswer({ ...task, submittedBy: null, fourEyes: true })).toEqual([]);
  });
});

describe('whom a question asks now', () => {
  type Row = [string, string[], Asking, { group: string; standsFor?: string; rest: string[] } | undefined];
  test.each<Row>([
    ['who is there', ['petra'], ask('petra'), undefined],
    ['a name that nobody knows', [], ask('petra'), undefined],
    [
      'the substitute',
      ['petra>bob', 'bob'],
      ask('petra'),
      { group: 'bob', standsFor: 'petra', rest: ['leads', 'board'] },
    ],
    ['the substitute, still', ['petra>bob', 'bob'], ask('bob', { standsFor: 'petra' }), undefined],
    ['her again', ['petra', 'bob'], ask('bob', { standsFor: 'petra' }), { group: 'petra', rest: ['leads', 'board'] }],
    [
      'the substitute of the substitute',
      ['petra>bob', 'bob>carol', 'carol'],
      ask('bob', { standsFor: 'petra' }),
      { group: 'carol', standsFor: 'petra', rest: ['leads', 'board'] },
    ],
    ['who comes next, when nobody is in her place', ['petra>'], ask('petra'), { group: 'leads', rest: ['board'] }],
    [
      'who comes next, when the substitute is the submitter',
      ['petra>sam', 'sam'],
      ask('petra', { mayNot: ['sam'] }),
      { group: 'leads', rest: ['board'] },
    ],
    ['nobody else, when nobody comes next', ['petra>'], ask('petra', { rest: [] }), undefined],
    ['a group of which one is there', ['petra>', 'bob'], ask('clerks'), undefined],
    ['a group with a substitute from outside', ['petra>xavier', 'xavier'], ask('clerks'), undefined],
    [
      'who comes after a group that is away',
      ['petra>', 'bob>petra'],
      ask('clerks'),
      { group: 'leads', rest: ['board'] },
    ],
    [
      'nobody in the place of who has approved already',
      ['petra>xbob', 'xbob'],
      ask('petra', { mayNot: ['petra'] }),
      { group: 'leads', rest: ['board'] },
    ],
    [
      'who comes after a group of which only the submitter is there',
      ['petra>', 'sam'],
      ask('clerks', { mayNot: ['sam'] }),
      { group: 'leads', rest: ['board'] },
    ],
    ['a group that nobody is known to be in', [], ask('clerks'), undefined],
    [
      'a group whose only member may not answer: no absence is to blame',
      ['sam'],
      ask('clerks', { mayNot: ['sam'] }),
      undefined,
    ],
    ['nobody else, when all who come next are away too', ['petra>'], ask('clerks', { rest: ['clerks'] }), undefined],
  ])('%s', (_, entries, asking, expected) => {
    const now = askedNow(asking, peopleOf(...entries));
    if (!expected) return expect(now).toBeUndefined();
    expect(now).toEqual({ ...expected, because: expect.stringMatching(/away|back/) as string });
  });

  it('nobody in the place of who has left, or whom they named', () => {
    const gone = (directory: Map<string, Person>, personId: string) =>
      directory.set(personId, { ...(directory.get(personId) as Person), disabled: true });
    const next = { group: 'leads', rest: ['board'] };
    expect(askedNow(ask('petra'), gone(new Map(peopleOf('petra>bob', 'bob')), 'petra'))).toMatchObject(next);
    const chain = new Map(peopleOf('petra>bob', 'bob>carol', 'carol'));
    expect(askedNow(ask('petra'), chain)).toMatchObject({ group: 'carol' });
    expect(askedNow(ask('petra'), gone(chain, 'bob'))).toMatchObject(next);
  });

  it('says why', () => {
    const because = (asking: Asking, ...entries: string[]) => askedNow(asking, peopleOf(...entries))?.because;
    expect(because(ask('petra'), 'petra>bob', 'bob')).toBe(`petra is away until ${UNTIL}, and bob answers meanwhile`);
    expect(because(ask('bob', { standsFor: 'petra' }), 'petra', 'bob')).toBe('petra is back');
    expect(because(ask('clerks'), 'petra>')).toBe('clerks is away, and nobody answers in that place');
  });
});
