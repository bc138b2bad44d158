import { relative } from 'node:path';

/** What a gate, or all of them, came to. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The part of vitest's JSON report that is read here. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] | null }[];
  }[];
}

export function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    NOTHING,
  );
}

/** The closing line, alone on its line: '12 passed, 0 failed', and ', 1 skipped' when any were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The counts of a run of vitest. What vitest does not count as a failed test is one failure each: a file that did not
 * load, an error outside any test, a run that was killed before its report, a run without a single test.
 *
 * @param exitCode null when the run was killed
 */
export function countsOfVitest(report: VitestReport | undefined, exitCode: number | null): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + brokenFiles.length;
  const unexplained = failed === 0 && (exitCode !== 0 || passed + skipped === 0);
  return { passed, failed: failed + (unexplained ? 1 : 0), skipped };
}

/**
 * One line for each thing that failed in a run of vitest: its file, its name, the first line of the reason. A log may be
 * kept by its end alone, and the end is where these go.
 *
 * @param root what the names of the files are shown from
 */
export function failuresOfVitest(report: VitestReport | undefined, exitCode: number | null, root: string): string[] {
  if (!report) return ['ended before its report'];
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && tests.length === 0) return [`${file}: ${firstLine(message)}`];
    return tests.map((test) => `${file} > ${test.fullName}: ${firstLine(test.failureMessages?.[0] ?? '')}`);
  });
  return failures.length > 0 || countsOfVitest(report, exitCode).failed === 0
    ? failures
    : [`exit code ${exitCode}, and no test that failed`];
}

export const firstLine = (text: string) => text.trim().split('\n', 1)[0] || 'no reason given';
