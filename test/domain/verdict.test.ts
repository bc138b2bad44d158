import { describe, expect, it, test } from 'vitest';
import {
  refusalOf,
  samePerson,
  verdictSchema,
  type OpenTask,
  type TaskKind,
  type Verdict,
} from '../../src/domain/verdict.ts';
import { ownReversal } from '../../src/domain/undo.ts';

const task: OpenTask = {
  taskNo: 1,
  kind: 'proposal',
  seen: 'abcdef012345',
  digest: 'abcdef012345'.padEnd(64, '0'),
  hasProposal: true,
  brokenHardRules: [],
  submittedBy: 'sam',
  fourEyes: true,
  group: 'clerks',
  rest: ['leads'],
  held: false,
};
const common = { verdictId: 'v', by: 'rita', seen: 'abcdef012345' };
const said: Record<Verdict['verdict'], Verdict> = {
  approve: { ...common, verdict: 'approve' },
  amend: { ...common, verdict: 'amend', output: {} },
  reject: { ...common, verdict: 'reject', reason: 'no' },
  confirm: { ...common, verdict: 'confirm', reason: 'done' },
  withdraw: { ...common, verdict: 'withdraw' },
  reassign: { ...common, verdict: 'reassign', to: 'petra' },
  escalate: { ...common, verdict: 'escalate', reason: 'urgent' },
  'request-information': { ...common, verdict: 'request-information', question: 'Which order is it?' },
};

const REASSIGN = said.reassign as Extract<Verdict, { verdict: 'reassign' }>;

describe('refusalOf: which verdict fits which question', () => {
  const table: [TaskKind, Verdict['verdict'], fits: boolean][] = [
    ['proposal', 'approve', true],
    ['proposal', 'amend', true],
    ['proposal', 'reject', true],
    ['proposal', 'confirm', false],
    ['effect-unknown', 'approve', true],
    ['effect-unknown', 'amend', false],
    ['effect-unknown', 'reject', true],
    ['effect-unknown', 'confirm', true],
    ['compensation', 'approve', true],
    ['compensation', 'amend', false],
    ['compensation', 'reject', false],
    ['compensation', 'confirm', true],
    ['proposal', 'reassign', true],
    ['effect-unknown', 'reassign', true],
    ['compensation', 'escalate', true],
    ['proposal', 'request-information', true],
    ['effect-unknown', 'request-information', false],
    ['compensation', 'request-information', false],
  ];
  test.each(table)('on %s, %s fits: %s', (kind, verdict, fits) => {
    expect(refusalOf(said[verdict], { ...task, kind })?.code).toBe(fits ? undefined : 'not-allowed-here');
  });
});

describe('one person', () => {
  test.each([
    ['case', 'Rita Berg', 'rita berg'],
    ['letters that are one character', 'Ren\u00e9', 'Rene\u0301'],
    ['the width of letters', 'rita', '\uff52\uff49\uff54\uff41'],
    ['how many blanks, and of which kind', 'Rita Berg', 'Rita \u00a0Berg'],
    ['a zero-width space', 'rita', 'ri\u200bta'],
    ['a soft hyphen', 'rita', 'ri\u00adta'],
    ['a change of direction', 'rita', '\u202erita'],
    ['a filler that nobody sees', 'rita', 'rita\u3164'],
    ['a variation selector', 'rita', 'rita\ufe0f'],
    ['a letter with two in upper case', 'Rita Strau\u00df', 'RITA STRAUSS'],
  ])('is not made two by %s', (_, a, b) => {
    expect(samePerson(a, b)).toBe(true);
    const approvals = { needed: 2, by: [a] };
    expect(refusalOf({ ...said.approve, by: b }, { ...task, approvals })?.code).toBe('same-person');
    expect(refusalOf({ ...said.approve, by: b }, { ...task, submittedBy: a })?.code).toBe('four-eyes');
  });

  test('is not two people', () => {
    for (const [a, b] of [
      ['rita', 'rita2'],
      ['rita berg', 'ritaberg'],
      ['ann', 'anne'],
    ] as const)
      expect(samePerson(a, b)).toBe(false);
  });

  test('does not reverse what was submitted in that name', () => {
    const record = { submittedBy: 'Rita@example.test', plan: { review: { fourEyes: true } } };
    expect(ownReversal(record, 'rita@example.test')?.code).toBe('four-eyes');
    expect(ownReversal(record, 'kim@example.test')).toBeUndefined();
  });
});

describe('refusalOf', () => {
  test.each<[string, Verdict, OpenTask | undefined, string | undefined]>([
    ['no open task', said.approve, undefined, 'case-not-waiting'],
    ['another digest', { ...said.approve, seen: '000000000000' }, task, 'stale'],
    ['part of the digest', { ...said.approve, seen: 'abcdef' }, task, 'stale'],
    ['the submitter', { ...said.approve, by: 'sam' }, task, 'four-eyes'],
    ['the submitter, to reject', { ...said.reject, by: 'sam' }, task, 'four-eyes'],
    ['the submitter, written otherwise', { ...said.approve, by: 'Sam' }, task, 'four-eyes'],
    ['the submitter, with a space', { ...said.approve, by: 'sam ' }, task, 'four-eyes'],
    [
      'the submitter, where the pack allows it',
      { ...said.approve, by: 'sam' },
      { ...task, fourEyes: false },
      undefined,
    ],
    ['anyone, when nobody is known to have submitted', said.approve, { ...task, submittedBy: null }, undefined],
    ['approve of nothing', said.approve, { ...task, hasProposal: false }, 'nothing-to-approve'],
    ['amend of nothing', said.amend, { ...task, hasProposal: false }, undefined],
    ['approve against a hard rule', said.approve, { ...task, brokenHardRules: ['totals'] }, 'rule-broken'],
    ['amend where a hard rule was broken', said.amend, { ...task, brokenHardRules: ['totals'] }, undefined],
    ['escalate with nobody left', said.escalate, { ...task, rest: [] }, 'nobody-left'],
    ['reassign to who is asked', { ...REASSIGN, to: ' Clerks' }, task, 'not-allowed-here'],
    ['reassign to the submitter', { ...REASSIGN, to: 'SAM' }, task, 'four-eyes'],
    ['reassign to the submitter, allowed', { ...REASSIGN, to: 'sam' }, { ...task, fourEyes: false }, undefined],
    [
      'reassign to the submitter where several must approve',
      { ...REASSIGN, to: 'sam' },
      { ...task, fourEyes: false, approvals: { needed: 2, by: [] } },
      'four-eyes',
    ],
    [
      'reassign to who has approved',
      { ...REASSIGN, to: 'Lea' },
      { ...task, approvals: { needed: 2, by: ['lea'] } },
      'same-person',
    ],
    ['ask the submitter twice', said['request-information'], { ...task, held: true }, 'information-asked'],
    ['approve while the submitter is asked', said.approve, { ...task, held: true }, undefined],
    ['reject where a hard rule was broken', said.reject, { ...task, brokenHardRules: ['totals'] }, undefined],
  ])('%s', (_, verdict, open, code) => {
    expect(refusalOf(verdict, open)?.code).toBe(code);
  });

  it('names the hard rules that are broken', () => {
    expect(refusalOf(said.approve, { ...task, brokenHardRules: ['a', 'b'] })?.message).toContain('a, b');
  });
});

describe('verdictSchema', () => {
  it.each(Object.values(said))('takes a good $verdict', (verdict) => {
    expect(verdictSchema.safeParse(verdict).success).toBe(true);
  });

  it.each([
    { ...said.approve, extra: 1 },
    { ...said.approve, output: {} },
    { ...said.reject, reason: '   ' },
    { ...said.confirm, reason: undefined },
    { ...said.approve, by: '' },
    { ...said.approve, seen: 'abc' },
    { ...said.approve, verdictId: 'v'.repeat(201) },
    { ...said.approve, verdict: 'APPROVE' },
    { ...said.amend, output: [] },
  ])('refuses %j', (verdict) => {
    expect(verdictSchema.safeParse(verdict).success).toBe(false);
  });
});
