import pc from 'picocolors';
import { tableOf } from '../table.ts';
import type { Row } from './row.ts';
import { OUTAGE_MS, PATIENCE_MS, TIME_SCALE } from './scale.ts';

const HEAD = [
  'scenario',
  'cases',
  'decided',
  'to a person',
  'lost',
  'twice',
  'wrong*',
  'backlog',
  'extra cost',
  'paid twice',
  'maybe paid',
  'recovered',
];

/** True when nothing in the row must not be. */
export function passed({ lost, writtenTwice, faults }: Row): boolean {
  return lost === 0 && writtenTwice === 0 && faults.length === 0;
}

/** One line while the drill goes on. */
export function lineOf(row: Row): string {
  const { scenario, seconds, cases, decided, asked } = row;
  const mark = passed(row) ? pc.green('passed') : pc.red('FAILED');
  return `${mark}  ${scenario.padEnd(20)} ${`${seconds} s`.padStart(5)}  ${cases} cases: ${decided} decided, ${asked} to a person${reasonsOf(row)}; recovered: ${recoveredOf(row)}`;
}

/** The table and what it does not say by itself. */
export function reportOf(rows: readonly Row[]): string {
  const body = rows.map((row) => [
    row.scenario,
    row.cases,
    row.decided,
    row.asked,
    alarm(row.lost),
    alarm(row.writtenTwice),
    `${row.wrongWithoutPerson} / ${row.wrongWithoutHardRules}`,
    row.peakBacklog,
    money(row.extraCost),
    row.paidTwice,
    row.possiblyPaid,
    recoveredOf(row),
  ]);
  const table = tableOf(HEAD, body, HEAD.map((_, at) => at).slice(1));
  return [table, LEGEND, ...rows.map((row) => explained(row))].join('\n\n');
}

const LEGEND = [
  'to a person: cases that a person was asked about. wrong*: written without a person and wrong by ground truth, with the',
  'hard rules as they are / as if they stopped nothing. backlog: most cases waiting for a person at one time. extra cost:',
  'all answers that were paid for but the last of each case, in the currency of the example prices. maybe paid: calls whose',
  'answer was lost. recovered: from the end of the fault until nothing was open but what waits for a person.',
  `Outages pass ${TIME_SCALE} times faster than real ones (ten minutes in ${OUTAGE_MS / 1000} s), and packs wait ${PATIENCE_MS / 60_000} minutes for a provider in`,
  'place of 30; all other timeouts and pauses are the real ones.',
].join('\n');

function explained(row: Row): string {
  const { title, met, reasons, failedCalls, wrong, extraEvents, notes } = row;
  const lines = [`${pc.bold(row.scenario)}: ${title}.`];
  const say = (text: string) => lines.push(`    ${text}`);
  say(`met ${met} times; ${row.seconds} s; model cost ${money(row.totalCost)}`);
  if (row.resubmitted > 0)
    say(`${row.resubmitted} submissions got no receipt at first and were sent again under the same key`);
  if (row.asked > 0) say(`asked a person because of: ${listOf(reasons)}`);
  if (Object.keys(failedCalls).length > 0) say(`calls that brought nothing usable: ${listOf(failedCalls)}`);
  if (row.possiblyPaid > 0)
    say(`calls that may be paid for: ${row.possiblyPaid}, at most ${money(row.possiblyPaidCost)}`);
  if ((row.unseenAnswers ?? 0) > 0)
    say(`the providers counted ${row.unseenAnswers} answers that never arrived (${money(row.unseenCost ?? 0)})`);
  if (extraEvents)
    say(
      `history events beyond the undisturbed path: at most ${extraEvents.most}, on average ${extraEvents.mean} (${extraEvents.compared} cases)`,
    );
  for (const note of notes) say(note);
  for (const { caseId, fields, confidence, caughtBy } of wrong) {
    const sure = confidence === null ? 'without a confidence' : `at confidence ${confidence.toFixed(2)}`;
    say(`wrong: ${caseId} (${fields.join(', ')}) ${sure}: ${caughtBy}`);
  }
  for (const fault of faultsOf(row)) say(pc.red(`✗ ${fault}`));
  return lines.join('\n');
}

/** What fails the drill, with the cases. */
export function faultsOf(row: Row): string[] {
  return [
    ...row.lostCases.map((caseId) => `lost: ${caseId}`),
    ...row.writtenTwiceWhat.map((what) => `written twice: ${what}`),
    ...row.faults,
  ];
}

function recoveredOf({ recoverMs }: Row): string {
  if (recoverMs === null) return 'not';
  if (recoverMs === 0) return 'during it';
  return recoverMs < 100 ? 'at once' : `${(recoverMs / 1000).toFixed(1)} s`;
}

function reasonsOf({ asked, reasons }: Row): string {
  return asked === 0 ? '' : ` (${listOf(reasons)})`;
}

function listOf(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

const alarm = (count: number) => (count === 0 ? '0' : pc.red(String(count)));
const money = (micros: number) => (micros / 1_000_000).toFixed(4);
