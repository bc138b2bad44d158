import Table from 'cli-table3';
import { percentile } from './figures.ts';
import type { Reached } from './model-limit.ts';
import type { ModelStep } from './model-step.ts';

/** The figures of the model step as one JSON object. Cost in units of the price list's currency. */
export function modelStepAsJson({ overhead, cache, providerLimit }: ModelStep) {
  const { bareMs, stepMs } = overhead;
  const [bareP50, stepP50] = [percentile(bareMs, 0.5), percentile(stepMs, 0.5)];
  const [bareP95, stepP95] = [percentile(bareMs, 0.95), percentile(stepMs, 0.95)];
  const { limitPerMinute, limited, unlimited } = providerLimit;
  const reached = ({ share, answered429, gaveUp }: Reached) => ({ shareReached: share, answered429, gaveUp });
  return {
    overheadMs: { bareP50, stepP50, bareP95, stepP95, difference: stepP50 - bareP50, ratio: stepP50 / bareP50 },
    cache: {
      cases: cache.cases,
      costPerCaseWith: cache.with.costMicrosPerCase / 1e6,
      costPerCaseWithout: cache.without.costMicrosPerCase / 1e6,
      callsWith: cache.with.calls,
      callsWithout: cache.without.calls,
      cachedAnswerMsP50: percentile(cache.with.againMs, 0.5),
      boughtAnswerMsP50: percentile(cache.without.againMs, 0.5),
    },
    providerLimit: { limitPerMinute, ...reached(limited), withoutLimiter: reached(unlimited) },
  };
}

/** The figures of the model step as a table for people. */
export function modelStepAsText(measured: ModelStep): string {
  const { plan } = measured;
  const { overheadMs, cache, providerLimit } = modelStepAsJson(measured);
  const table = new Table({
    head: ['', 'model step', 'without it', 'step / without'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const row = (name: string, mine: number, other: number, digits = 0) =>
    table.push([name, mine.toFixed(digits), other.toFixed(digits), other === 0 ? '' : (mine / other).toFixed(2)]);
  const head = (text: string) => table.push([{ colSpan: 4, content: text }]);

  head(`Beside a bare call of the openai SDK: ${plan.calls} calls each, one at a time, in turn`);
  row('ms, p50', overheadMs.stepP50, overheadMs.bareP50, 1);
  row('ms, p95', overheadMs.stepP95, overheadMs.bareP95, 1);
  table.push(['ms that the step adds, p50', overheadMs.difference.toFixed(1), '', '']);
  head(`With its cache of exact answers and without: ${plan.cachedMessages} messages in two cases each`);
  row('cost per case, in millionths of the currency', cache.costPerCaseWith * 1e6, cache.costPerCaseWithout * 1e6, 1);
  row('calls to the provider', cache.callsWith, cache.callsWithout);
  row('ms of the second case, p50', cache.cachedAnswerMsP50, cache.boughtAnswerMsP50, 1);
  const { limitPerMinute, withoutLimiter: free } = providerLimit;
  head(
    `With its limiter and without, provider's limit ${limitPerMinute} calls/min, 60 cases in flight, ${plan.limitSeconds} s`,
  );
  row('answers, % of what the limit lets pass', providerLimit.shareReached * 100, free.shareReached * 100, 1);
  row('calls answered 429', providerLimit.answered429, free.answered429);
  row('times a case had used up its attempts', providerLimit.gaveUp, free.gaveUp);
  return `${NOTES}\n${table.toString()}\n`;
}

const NOTES = [
  'The model step alone: the real activity, ledger, audit chain and adapter in one process, without Temporal around them.',
  'Beside it the SDK alone, which keeps no record, no budget and no validated answer, to the same stand-in model, which',
  'answers at once, where a real one takes hundreds of ms or more: the ms that the step adds say more than the ratio.',
  'Of the cases for the cache every other one repeats a message: half is the most that can be saved there.',
].join('\n');
