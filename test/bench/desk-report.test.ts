import { expect, test } from 'vitest';
import type { DeskLoad } from '../../bench/desk.ts';
import { noTimings } from '../../bench/desk-http.ts';
import { deskAsJson, deskAsText } from '../../bench/desk-report.ts';

const timings = noTimings();
timings.ms.firstPage.push(30, 10, 20);
timings.ms.pairedFilter.push(10, 20);
timings.ms.temporalList.push(40, 50);
timings.errors.push('claim: 500');

const measured: DeskLoad = {
  ...{ plan: { waiting: 500, seconds: 10, reviewers: 20, thinkMs: 200 }, timings, eventDelaysMs: [400] },
  ...{ waitingAtStart: 500, waitingAtEnd: 480, verdicts: 20, elapsedSeconds: 2, rows: { desk: 200, temporal: 198 } },
};

test('what is asked in turn with Temporal is compared, and counts as no request of the reviewers', () => {
  const json = deskAsJson(measured);
  expect(json).toMatchObject({ waiting: 500, waitingAtEnd: 480, requests: 3, requestsPerSecond: 1.5, errors: 1 });
  expect(json.firstPageMs).toEqual({ p50: 20, p95: 30, p99: 30, count: 3 });
  expect(json.ratios.filterToTemporalList).toEqual({ p50: 10 / 40, p95: 20 / 50 });
  expect(json.rowsCompared).toEqual({ desk: 200, temporal: 198 });
});

test('the text names how many waited, and what went wrong', () => {
  const text = deskAsText(measured);
  expect(text).toContain('500 cases wait (480 at the end), 20 reviewers, 10 s');
  expect(text).toContain('3 requests (1.5/s), 20 verdicts taken, 0 overtaken, 1 errors');
  expect(text).toContain('error: claim: 500');
});
