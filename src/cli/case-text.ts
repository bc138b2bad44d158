import type { CaseFileBody } from '../client/api/schema-case.ts';
import type { Cli } from './context.ts';
import { costText } from './money.ts';
import { readyCommands } from './ready-commands.ts';
import { tableText } from './table.ts';
import { taskText } from './task-text.ts';
import { oneLine, safe, shellWord, valueText } from './text.ts';
import { timelineOf, type Step } from './timeline.ts';
import { clockText, dueText, lengthText, minuteText, msBetween, secondText, zoneText } from './times.ts';

type Paint = Cli['paint'];

/** A case from receipt to write, for a person at a terminal. */
export function caseText(file: CaseFileBody, paint: Paint, now: Date): string {
  const sections: [title: string, text: string][] = [
    ['', headText(file, paint, now)],
    ['Documents', documentsText(file)],
    ['Findings', file.findings.map(({ severity, message }) => `  ${severity}: ${oneLine(message)}`).join('\n')],
    ['Timeline', timelineText(timelineOf(file), paint)],
    ['Model calls', callsText(file, paint)],
    ['Decision', decisionText(file)],
    ['Verdicts', verdictsText(file, paint)],
    ['Questions to the submitter', informationText(file)],
    ['Effects', effectsText(file, paint)],
    ['Open task', openTaskText(file, paint, now)],
  ];
  return sections
    .filter(([, text]) => text !== '')
    .map(([title, text]) => (title === '' ? text : `${paint.bold(title)}\n${text}`))
    .join('\n\n');
}

function headText(file: CaseFileBody, paint: Paint, now: Date): string {
  const { caseId, outcome, stage, owner, receivedAt, closedAt, submittedBy, reason, cost, links } = file;
  const tone = outcome === 'written' ? paint.green : outcome === null ? paint.yellow : paint.red;
  const how = file.decisions.at(-1)?.byPolicy === true ? ', straight-through' : '';
  const took = closedAt === null ? dueText(receivedAt, now) : `took ${lengthText(msBetween(receivedAt, closedAt))}`;
  const unpriced = cost.unpriced > 0 ? ` (+ ${cost.unpriced} without a price)` : '';
  const lines = [
    `${paint.bold(safe(caseId))}  ${tone(`${outcome ?? stage}${outcome === 'written' ? how : ''}`)}`,
    `received ${secondText(receivedAt)} (${zoneText()}), ${took}; submitted by ${safe(submittedBy ?? 'nobody named')}`,
    `owner ${safe(owner)}; model cost ${costText(cost.micros)}${unpriced}`,
  ];
  if (reason !== null) lines.push(`reason: ${oneLine(reason)}`);
  if (links.temporalUi !== undefined) lines.push(paint.dim(links.temporalUi));
  return lines.join('\n');
}

function documentsText({ documents }: CaseFileBody): string {
  const rows = documents.map(({ name, mediaType, size, hash }) => [
    oneLine(name, 50),
    safe(mediaType),
    `${size.toLocaleString('en')} bytes`,
    hash.slice(0, 12),
  ]);
  return tableText(rows, { indent: 2, right: [2] });
}

function timelineText(steps: readonly Step[], paint: Paint): string {
  const tones = { plain: (text: string) => text, good: paint.green, bad: paint.red, person: paint.cyan };
  const rows = steps.map(({ at, text, tone }, index) => {
    const before = steps[index - 1]?.at;
    const day = before === undefined || before.slice(0, 10) !== at.slice(0, 10);
    const since = before === undefined ? '' : `+${lengthText(msBetween(before, at))}`;
    return [
      day ? `${minuteText(at).slice(0, 10)} ${clockText(at)}` : clockText(at),
      paint.dim(since),
      tones[tone](text),
    ];
  });
  return tableText(rows, { indent: 2, right: [0, 1] });
}

function callsText({ modelCalls }: CaseFileBody, paint: Paint): string {
  const rows = modelCalls.map((call) => [
    safe(call.model),
    call.failure === null ? call.outcome : paint.red(call.failure.type),
    `attempt ${call.attempt}`,
    lengthText(call.latencyMs),
    `${call.inputTokens.toLocaleString('en')} + ${call.outputTokens.toLocaleString('en')} tokens`,
    call.costMicros === null ? 'no price' : costText(call.costMicros),
  ]);
  return tableText(rows, { indent: 2, right: [3, 4, 5] });
}

/** The open task shows its own proposal; here stands what was decided. */
function decisionText({ caseId, stage, decisions, verdicts, formerTasks }: CaseFileBody): string {
  const last = decisions.at(-1);
  if (!last) return '';
  const said = verdicts.findLast((one) => one.accepted && one.taskNo === last.taskNo && one.by === last.by);
  const people = last.approvedBy.length > 1 ? last.approvedBy.join(' and ') : last.by;
  const who = last.byPolicy ? `policy, without a person: ${oneLine(last.by)}` : oneLine(people);
  const lines = [`  ${said?.verdict ?? last.kind} by ${who}, ${secondText(last.at)}`];
  const proposal = formerTasks.find(({ taskNo }) => taskNo === last.taskNo)?.proposal;
  if (last.reason !== null) lines.push(`  reason: ${oneLine(last.reason)}`);
  if (last.withdrawnBy !== null) lines.push(`  taken back by ${oneLine(last.withdrawnBy)}: nothing was written`);
  else if (last.undo !== null && stage === 'undo-window')
    lines.push(
      `  written at ${secondText(last.undo.until)} unless taken back: countersign withdraw-verdict ${shellWord(caseId)}`,
    );
  const rows = Object.entries(last.output ?? {}).map(([field, value]) => {
    const before = proposal && valueText(proposal[field] ?? null);
    const same = !proposal || before === valueText(value);
    return [field, oneLine(valueText(value), 70), same ? '' : `proposed: ${oneLine(before ?? '', 40)}`];
  });
  return [...lines, ...(rows.length > 0 ? [tableText(rows, { indent: 4 })] : [])].join('\n');
}

function verdictsText({ verdicts }: CaseFileBody, paint: Paint): string {
  const rows = verdicts.map(({ at, by, verdict, accepted, refusal, reason, channel }) => [
    secondText(at),
    oneLine(by, 30),
    verdict,
    accepted ? paint.green('accepted') : paint.red(`refused (${refusal?.code ?? ''})`),
    channel,
    oneLine(reason ?? '', 60),
  ]);
  return tableText(rows, { indent: 2 });
}

function informationText({ caseId, information }: CaseFileBody): string {
  const lines = information.flatMap(({ askedBy, askedOf, question, state, answerBy, answer }) => {
    const asked = `  ${oneLine(askedBy, 30)} asks ${oneLine(askedOf, 30)}: ${oneLine(question, 200)}`;
    if (state === 'open')
      return [
        asked,
        `    to be answered by ${minuteText(answerBy)}: countersign answer ${shellWord(caseId)} --text TEXT`,
      ];
    if (!answer) return [asked, `    ${state}`];
    const given = answer.documents.map(({ name, text, hash }) =>
      text === undefined ? `${oneLine(name, 50)} (${hash.slice(0, 12)})` : oneLine(text, 200),
    );
    return [asked, ...given.map((one) => `    ${oneLine(answer.by, 30)}: ${one}`)];
  });
  return lines.join('\n');
}

function effectsText({ effects }: CaseFileBody, paint: Paint): string {
  const rows = effects.map(({ title, state, reference, reason, sink }) => [
    oneLine(title, 50),
    state === 'applied' ? paint.green(state) : state === 'refused' || state === 'unknown' ? paint.red(state) : state,
    reference === null ? '' : `as ${oneLine(reference, 40)}`,
    `in ${safe(sink)}`,
    oneLine(reason ?? '', 60),
  ]);
  return tableText(rows, { indent: 2 });
}

function openTaskText(file: CaseFileBody, paint: Paint, now: Date): string {
  const { task } = file;
  if (task === null) return '';
  return [
    `  waiting for ${paint.bold(safe(task.group))}${task.standsFor === undefined ? '' : ` (in place of ${safe(task.standsFor)}, who is away)`}${task.assignee === undefined ? '' : `, assigned to ${paint.bold(safe(task.assignee))}`}, due ${minuteText(task.dueAt)} (${dueText(task.dueAt, now)}), seen ${paint.bold(task.seen)}`,
    '',
    taskText(task, file, paint),
    '',
    paint.bold('Answer with one of'),
    ...readyCommands(file.caseId, task).map((command) => `  ${command}`),
  ].join('\n');
}
