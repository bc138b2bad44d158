import Table from 'cli-table3';
import type { DeskLoad } from './desk.ts';
import { KINDS, timesOf, type Kind, type Times } from './desk-http.ts';

/** The figures of the desk as one JSON object; times in ms. */
export function deskAsJson({ plan, timings, rows, eventDelaysMs, ...measured }: DeskLoad) {
  const times = Object.fromEntries(KINDS.map((kind) => [kind, timesOf(timings.ms[kind])])) as Record<Kind, Times>;
  const requests = KINDS.reduce((sum, kind) => sum + (isCompared(kind) ? 0 : times[kind].count), 0);
  const ratio = (mine: Times, other: Times) => ({ p50: mine.p50 / other.p50, p95: mine.p95 / other.p95 });
  return {
    waiting: measured.waitingAtStart,
    waitingAtEnd: measured.waitingAtEnd,
    reviewers: plan.reviewers,
    thinkMs: plan.thinkMs,
    seconds: plan.seconds,
    requests,
    requestsPerSecond: requests / measured.elapsedSeconds,
    verdicts: measured.verdicts,
    overtaken: timings.overtaken,
    errors: timings.errors.length,
    firstErrors: timings.errors.slice(0, 3),
    ...(Object.fromEntries(KINDS.map((kind) => [`${kind}Ms`, times[kind]])) as Record<`${Kind}Ms`, Times>),
    eventDelayMs: timesOf(eventDelaysMs),
    rowsCompared: rows,
    ratios: {
      filterToTemporalList: ratio(times.pairedFilter, times.temporalList),
      countsToTemporalCount: ratio(times.pairedCounts, times.temporalCount),
    },
  };
}

/** The figures of the desk as a table for people. */
export function deskAsText(measured: DeskLoad): string {
  const json = deskAsJson(measured);
  const table = new Table({
    head: ['', 'p50 ms', 'p95 ms', 'p99 ms', 'requests'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const row = (name: string, { p50, p95, p99, count }: Times) =>
    table.push([name, ...[p50, p95, p99].map((ms) => ms.toFixed(0)), String(count)]);
  const head = (content: string) => table.push([{ colSpan: 5, content }]);
  head('Over HTTP, by key');
  for (const kind of KINDS) if (!isCompared(kind)) row(NAMES[kind], json[`${kind}Ms`]);
  head("In the same run, one at a time in turn: the desk and Temporal's visibility");
  for (const kind of KINDS) if (isCompared(kind)) row(NAMES[kind], json[`${kind}Ms`]);
  head('Event stream');
  row('from sending a verdict until somebody else is told', json.eventDelayMs);
  const { filterToTemporalList: list, countsToTemporalCount: counts } = json.ratios;
  const lines = [
    `Review desk: ${json.waiting} cases wait (${json.waitingAtEnd} at the end), ${json.reviewers} reviewers, ${json.seconds} s, ${json.thinkMs} ms to think`,
    `${json.requests} requests (${json.requestsPerSecond.toFixed(1)}/s), ${json.verdicts} verdicts taken, ${json.overtaken} overtaken, ${json.errors} errors`,
    table.toString(),
    `rows read: ${json.rowsCompared.desk} of the desk, ${json.rowsCompared.temporal} of Temporal; filtered page / the same list of Temporal: p50 ${list.p50.toFixed(2)}, p95 ${list.p95.toFixed(2)}; counts with forecast / one count of Temporal: p50 ${counts.p50.toFixed(2)}, p95 ${counts.p95.toFixed(2)}`,
    ...json.firstErrors.map((error) => `error: ${error}`),
  ];
  return `${lines.join('\n')}\n`;
}

const NAMES: Record<Kind, string> = {
  firstPage: 'first page of the queue, 100 questions',
  filter: 'the same by pack, group and reason',
  search: 'search by a part of the key',
  counts: 'counts and forecast',
  nextItem: 'next question, with all that is shown',
  look: 'note that it is on the screen',
  claim: 'claim',
  verdict: 'verdict, confirmed by the case',
  pairedFilter: 'desk: first page by pack, group and reason',
  pairedCounts: 'desk: counts and forecast',
  temporalList: 'Temporal: list by stage, pack, group and reason, 100 cases',
  temporalCount: 'Temporal: count of one stage',
};

function isCompared(kind: Kind): boolean {
  return kind.startsWith('temporal') || kind.startsWith('paired');
}
