import { describe, expect, test } from 'vitest';
import { caughtByHardRules, wrongWithoutPerson } from '../../src/dev/drill/wrong.ts';
import { aCase, aTask, right } from './facts.ts';

const other = { ...right, intent: 'card_stolen' };
const decided = (confidence: number | null, output = right) => ({
  decision: { byPolicy: true, output, confidence: { intent: confidence } },
});

describe('written wrong without a person', () => {
  test('is what policy decided and the ground truth calls wrong, with the fields that are', () => {
    const wrong = wrongWithoutPerson([aCase('right'), aCase('wrong', decided(0.7, other))]);
    expect(wrong).toMatchObject([{ caseId: 'wrong', fields: ['intent'], confidence: 0.7 }]);
  });

  test.each([
    ['decided by a person', { decision: { byPolicy: false, output: other, confidence: {} } }],
    [
      'never written',
      { ...decided(0.7, other), record: { stage: 'writing', outcome: null, threshold: 0, findings: [] } },
    ],
  ] as const)('is nothing that was %s', (_, more) => expect(wrongWithoutPerson([aCase('a', more)])).toEqual([]));

  test('says which threshold would have asked, and how many right ones it would have asked about too', () => {
    const cases = [aCase('wrong', decided(0.723, other)), aCase('a', decided(0.7)), aCase('b', decided(0.95))];
    expect(wrongWithoutPerson(cases)[0]?.caughtBy).toContain(
      'a threshold of 0.73 would ask a person, and about 1 of 2',
    );
  });

  test.each([0.995, null])('says that no threshold helps at confidence %s', (confidence) => {
    expect(wrongWithoutPerson([aCase('wrong', decided(confidence, other))])[0]?.caughtBy).toContain('no threshold');
  });
});

describe('caught by hard rules alone', () => {
  const hard = { name: 'totals-add-up', severity: 'hard', holds: false, message: 'they do not' } as const;
  const soft = { name: 'known-supplier', severity: 'soft', holds: false, message: 'it is not' } as const;
  const because = (rule: { name: string; message: string }) => ({
    code: 'rule-broken' as const,
    message: `${rule.name}: ${rule.message}`,
  });
  const asked = (more: Partial<ReturnType<typeof aTask>>) =>
    caughtByHardRules([aCase('a', { tasks: [aTask({ output: other, ...more })], decision: undefined })]);

  test('is a wrong proposal against which nothing else spoke', () => {
    expect(asked({ rules: [hard], reasons: [because(hard)] })).toMatchObject([
      { caseId: 'a', fields: ['intent'], caughtBy: 'caught by the hard rule totals-add-up' },
    ]);
  });

  test.each([
    ['a soft rule', { rules: [hard, soft], reasons: [because(hard), because(soft)] }],
    ['its confidence', { rules: [hard], reasons: [because(hard)], confidence: { intent: 0.5 } }],
    ['a missing confidence', { rules: [hard], reasons: [because(hard)], confidence: { intent: null } }],
    [
      'what was known before',
      { rules: [hard], reasons: [because(hard), { code: 'pack-moved', message: 'moved' }] as const },
    ],
  ])('is nothing that %s would have put before a person as well', (_, more) => {
    expect(asked({ ...more, reasons: [...more.reasons] })).toEqual([]);
  });

  test('is nothing that a finding on the input would have put before a person', () => {
    const findings = [{ name: 'duplicate', severity: 'review', message: 'seen before' } as const];
    const record = { stage: 'review', outcome: null, threshold: 0.6, findings } as const;
    const task = aTask({ output: other, rules: [hard], reasons: [because(hard)] });
    expect(caughtByHardRules([aCase('a', { record, tasks: [task] })])).toEqual([]);
  });

  test('is no proposal that was right, whatever rule it broke', () => {
    expect(asked({ output: right, rules: [hard], reasons: [because(hard)] })).toEqual([]);
  });
});
