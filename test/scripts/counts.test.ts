import { expect, test } from 'vitest';
import { closingLine, countsOfVitest, failuresOfVitest, sumOf, type VitestReport } from '../../scripts/test/counts.ts';

function report(statuses: Record<string, string[]>, broken: string[] = []): VitestReport {
  const all = Object.values(statuses).flat();
  const count = (status: string) => all.filter((one) => one === status).length;
  const files = Object.entries(statuses).map(([name, tests]) => ({
    name: `/project/${name}.test.ts`,
    status: tests.includes('failed') ? 'failed' : 'passed',
    message: '',
    assertionResults: tests.map((status, index) => ({
      status,
      fullName: `test ${index}`,
      failureMessages: status === 'failed' ? ['AssertionError: 1 is not 2\n    at somewhere'] : [],
    })),
  }));
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('skipped'),
    numTodoTests: 0,
    testResults: [
      ...files,
      ...broken.map((name) => ({
        name: `/project/${name}.test.ts`,
        status: 'failed',
        message: 'Cannot find module x\nRequire stack',
        assertionResults: [],
      })),
    ],
  };
}

test.each<[name: string, given: [VitestReport | undefined, number | null], wanted: string]>([
  ['all pass', [report({ a: ['passed', 'passed'], b: ['passed'] }), 0], '3 passed, 0 failed'],
  ['a test fails', [report({ a: ['passed', 'failed'] }), 1], '1 passed, 1 failed'],
  ['a test is skipped', [report({ a: ['passed', 'skipped'] }), 0], '1 passed, 0 failed, 1 skipped'],
  ['a file does not load', [report({ a: ['passed'] }, ['b']), 1], '1 passed, 1 failed'],
  ['an error outside any test', [report({ a: ['passed'] }), 1], '1 passed, 1 failed'],
  ['killed after its report', [report({ a: ['passed'] }), null], '1 passed, 1 failed'],
  ['killed before its report', [undefined, null], '0 passed, 1 failed'],
  ['no test at all', [report({}), 0], '0 passed, 1 failed'],
])('%s', (_name, [given, code], wanted) => {
  expect(closingLine(countsOfVitest(given, code))).toBe(wanted);
});

test.each<[name: string, given: [VitestReport | undefined, number | null], wanted: string[]]>([
  ['all pass', [report({ a: ['passed'] }), 0], []],
  ['a test fails', [report({ a: ['passed', 'failed'] }), 1], ['a.test.ts > test 1: AssertionError: 1 is not 2']],
  ['a file does not load', [report({ a: ['passed'] }, ['b']), 1], ['b.test.ts: Cannot find module x']],
  ['an error outside any test', [report({ a: ['passed'] }), 1], ['exit code 1, and no test that failed']],
  ['killed before its report', [undefined, null], ['ended before its report']],
])('what failed is named in one line each: %s', (_name, [given, code], wanted) => {
  expect(failuresOfVitest(given, code, '/project')).toEqual(wanted);
});

test('counts add up', () => {
  const sum = sumOf([
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  ]);
  expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 });
});
