import { describe, expect, test } from 'vitest';
import { modelStepAsJson, modelStepAsText } from '../../bench/model-report.ts';
import type { ModelStep } from '../../bench/model-step.ts';

const measured: ModelStep = {
  plan: { calls: 3, cachedMessages: 2, limitSeconds: 20 },
  overhead: { bareMs: [30, 10, 20], stepMs: [45, 90, 15] },
  cache: {
    cases: 4,
    without: { calls: 4, costMicrosPerCase: 1_500, againMs: [40, 50] },
    with: { calls: 2, costMicrosPerCase: 750, againMs: [5, 4] },
  },
  providerLimit: {
    limitPerMinute: 600,
    limited: { share: 0.97, answered429: 0, gaveUp: 0 },
    unlimited: { share: 0.9, answered429: 612, gaveUp: 37 },
  },
};

test('the JSON says what each way came to, cost in whole units of the currency', () => {
  expect(modelStepAsJson(measured)).toEqual({
    overheadMs: { bareP50: 20, stepP50: 45, bareP95: 30, stepP95: 90, difference: 25, ratio: 2.25 },
    cache: {
      cases: 4,
      costPerCaseWith: 0.000_75,
      costPerCaseWithout: 0.0015,
      callsWith: 2,
      callsWithout: 4,
      cachedAnswerMsP50: 4,
      boughtAnswerMsP50: 40,
    },
    providerLimit: {
      ...{ limitPerMinute: 600, shareReached: 0.97, answered429: 0, gaveUp: 0 },
      withoutLimiter: { shareReached: 0.9, answered429: 612, gaveUp: 37 },
    },
  });
});

describe('the table', () => {
  const rows = modelStepAsText(measured)
    .split('\n')
    .map((line) => line.split('│').map((cell) => cell.trim()));
  const row = (name: string) => rows.find((cells) => cells[1] === name)?.slice(2, 5);

  test.each([
    ['ms, p50', ['45.0', '20.0', '2.25']],
    ['ms that the step adds, p50', ['25.0', '', '']],
    ['calls to the provider', ['2', '4', '0.50']],
    ['cost per case, in millionths of the currency', ['750.0', '1500.0', '0.50']],
    ['answers, % of what the limit lets pass', ['97.0', '90.0', '1.08']],
    ['calls answered 429', ['0', '612', '0.00']],
  ])('has the row %s', (name, cells) => expect(row(name)).toEqual(cells));

  test('gives no ratio to nothing', () => {
    const { providerLimit } = measured;
    const none = { ...providerLimit, unlimited: { ...providerLimit.unlimited, answered429: 0 } };
    const line = modelStepAsText({ ...measured, providerLimit: none })
      .split('\n')
      .find((text) => text.includes('calls answered 429'));
    expect(line).not.toMatch(/NaN|Infinity/);
  });
});
