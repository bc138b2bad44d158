import type { DecisionRef, Held, ReviewQuestion } from '../activities/question.ts';
import type { Approvals } from '../domain/policy.ts';
import type { CaseResult } from '../domain/decision.ts';
import type { TaskKind } from '../domain/verdict.ts';

/**
 * How a case reads in the Temporal UI, as Markdown: its current details cost no event. Two habits of the UI's renderer
 * shape them: a list needs an empty line before it, and the frame is a little too short for what it shows.
 */
const FRAME_END = '\n\n\u00a0';

/** The wait for a person: when the next step comes if nobody answers, and which that is. */
export interface Wait {
  group: string;
  /** Undefined: the deadline is over. */
  until: Date | undefined;
  next: string;
  /** The groups that did not answer. */
  before?: readonly string[];
  refused?: Refused;
  /** Present while the submitter is asked. */
  held?: Held;
}

/** Verdicts that changed nothing: how many on this question, and why the last one. */
export interface Refused {
  count: number;
  /** Absent: a verdict was taken since. */
  last?: string;
}

const ASKED: Record<TaskKind, string> = {
  proposal: 'A person must decide this case.',
  'effect-unknown': 'A person must look: the business system may or may not have applied an effect.',
  compensation: 'A person must help: an effect could not be undone.',
};

/** A waiting case: what is asked, why, of whom, until when, what then, and how to answer. */
export function reviewDetails(question: ReviewQuestion, caseId: string, wait: Wait): string {
  const { seen, reasons, effects, taskKind, approvals } = question;
  const { group, until, next, before = [], refused, held } = wait;
  const nothing = effects.length === 0;
  // The same id with other content is refused, so that each try is offered a new one.
  const verdictId = `${seen}-${(refused?.count ?? 0) + (approvals?.by.length ?? 0) + 1}`;
  const verdict = nothing ? { verdict: 'reject', reason: 'WHY' } : { verdict: 'approve' };
  const command = signalCommand(caseId, 'verdict', { verdictId, ...verdict, by: 'YOUR NAME', seen });
  return [
    held ? '### Waiting for the submitter' : `### Waiting for **${plain(group)}**`,
    ...(held ? heldText(caseId, held, group) : [ASKED[taskKind]]),
    ...(approvals ? [approvalsText(approvals)] : []),
    ...(before.length > 0 ? [`Asked before, without an answer: ${before.map(plain).join(', ')}.`] : []),
    ...refusedText(refused),
    '**Why**',
    listOf(reasons.map(({ message }) => message)),
    '**On approve**',
    listOf(nothing ? ['Nothing to approve: there is no valid proposal; amend or reject.'] : effects),
    `**If nobody answers${until ? ` by ${minuteOf(until)}` : ''}:** ${plain(next)}.`,
    `**Answer from a terminal**, with your name in place of YOUR NAME:`,
    `\`\`\`\n${command}\n\`\`\``,
    CHOICES[taskKind],
    `Let somebody else answer: \`"verdict":"reassign"\` with \`"to":"..."\`, or \`"verdict":"escalate"\` with \`"reason":"..."\`.${taskKind === 'proposal' ? ' Ask who submitted it: `"verdict":"request-information"` with `"question":"..."`.' : ''}`,
    `Seen digest: \`${seen}\`. Everything that was found: \`countersign show '${caseId}'\``,
  ]
    .join('\n\n')
    .concat(FRAME_END);
}

function refusedText(refused: Refused | undefined): string[] {
  return refused?.last === undefined ? [] : [`**The last verdict was refused.** ${plain(refused.last)}`];
}

/** What the submitter is asked, and how it is answered. */
function heldText(caseId: string, { requestId, question, of, answerBy }: Held, group: string): string[] {
  const message = { answerId: `${requestId}-1`, requestId, by: 'YOUR NAME', text: 'THE ANSWER' };
  return [
    `**${plain(of)}** is asked: ${plain(question)}`,
    `Without an answer by ${minuteOf(new Date(answerBy))}, **${plain(group)}** is asked again. Until then nobody is reminded; who is asked may still decide.`,
    `**Answer the question from a terminal**, with your name in place of YOUR NAME:`,
    `\`\`\`\n${signalCommand(caseId, 'provideInformation', message)}\n\`\`\``,
  ];
}

function approvalsText({ needed, by }: Approvals): string {
  const given = by.length === 0 ? '' : ` Approved so far by **${by.map(plain).join('**, **')}**.`;
  return `**${by.length} of ${needed} approvals.** ${needed} different people must approve, none of them who submitted it; one rejection decides.${given}`;
}

const CHOICES: Record<TaskKind, string> = {
  proposal:
    'Other verdicts: `"verdict":"amend"` with the right values as `"output":{...}`, or `"verdict":"reject"` with `"reason":"..."`.',
  'effect-unknown':
    'It is not there: `approve` sends it again, `reject` with `"reason":"..."` leaves it and undoes the rest. It is there: `"verdict":"confirm"` with `"reason":"..."`.',
  compensation:
    '`approve` tries to undo it again. Undone by hand: `"verdict":"confirm"` with `"reason":"..."`; nothing else is taken here.',
};

/** An approval that is not written yet: whose, until when it may be taken back, and how. */
export function undoDetails({ by, effects, undo }: DecisionRef, caseId: string, refused: Refused | undefined): string {
  const { until = '', seen = '' } = undo ?? {};
  const verdictId = `${seen}-withdraw-${(refused?.count ?? 0) + 1}`;
  const command = signalCommand(caseId, 'verdict', { verdictId, verdict: 'withdraw', by: 'YOUR NAME', seen });
  return [
    `### Approved by **${plain(by)}**, not written yet`,
    `It is written at ${minuteOf(new Date(until))}. Until then the approval can be taken back by anybody who gives a name.`,
    ...refusedText(refused),
    '**Will be written**',
    listOf(effects.map(({ title }) => title)),
    '**Take the approval back from a terminal**, with your name in place of YOUR NAME. Nothing is written then, and a person is asked again:',
    `\`\`\`\n${command}\n\`\`\``,
    `Afterwards, what was written is undone with \`countersign reverse '${caseId}'\`.`,
  ]
    .join('\n\n')
    .concat(FRAME_END);
}

/** The model that is being asked, and what the ones before it said. */
export function askingDetails(which: string, before: readonly string[]): string {
  const after = before.length > 0 ? `\n\nAsked before:\n\n${listOf(before)}` : '';
  return `### Asking the model ${plain(which)}${after}${FRAME_END}`;
}

/** No provider answers: when the next try comes, and until when the case waits for one. */
export function awayDetails(reasons: readonly string[], until: Date, patience: Date): string {
  return [
    `### Waiting for a model: none answers`,
    listOf(reasons),
    `Asked again at ${minuteOf(until)}. Without an answer by ${minuteOf(patience)} a person is asked.`,
  ]
    .join('\n\n')
    .concat(FRAME_END);
}

/** A verdict or deadline has ended the wait. */
export function answeredDetails(by: string | undefined): string {
  return by === undefined ? '### Answered; being carried out' : `### Decided by **${plain(by)}**; being carried out`;
}

/** An effect that is being written, with whose decision it is and what stands already. */
export function writingDetails(title: string, by: string, done: readonly Written[]): string {
  return [
    `### Writing downstream: ${plain(title)}`,
    `Decided by **${plain(by)}**. Tried until the business system answers; while it does not, the tab Pending Activities shows its last failure.`,
    ...(done.length > 0 ? ['Written so far:', writtenList(done)] : []),
  ]
    .join('\n\n')
    .concat(FRAME_END);
}

/** Effects that are being undone, in this order. */
export function undoingDetails(titles: readonly string[], why: string): string {
  return `### Undoing what was written\n\n${plain(why)}.\n\n${listOf(titles)}${FRAME_END}`;
}

/** How a case ended, by whom and with which references: the last thing its page says. */
export function closedDetails(result: CaseResult, written: readonly Written[]): string {
  const { outcome, route, decidedBy, reason, parts = [] } = result;
  const by = `**${plain(decidedBy ?? 'policy')}**`;
  const because = reason === undefined ? '' : `Reason: ${plain(reason)}.\n\n`;
  switch (outcome) {
    case 'written':
      return `### Written\n\nDecided by ${by}, ${route === 'review' ? 'after review' : 'straight through'}.\n\n${writtenList(written)}${FRAME_END}`;
    case 'rejected':
      return `### Rejected by ${by}\n\n${because}Nothing of it stands downstream.${FRAME_END}`;
    case 'cancelled':
      return `### Cancelled by ${by}\n\n${because}Nothing of it stands downstream.${FRAME_END}`;
    case 'split':
      return `### Split into ${parts.length} cases, one per document\n\n${listOf(parts)}${FRAME_END}`;
    default:
      return `### Ended as ${outcome}: nothing was done again\n\n${because}${decidedBy === undefined ? '' : `It was decided by ${by}.`}${FRAME_END}`;
  }
}

/** An applied effect as people read it. */
export interface Written {
  title: string;
  reference: string;
}

/**
 * The ready-to-paste Temporal CLI command for a signal, quoted for a POSIX shell. It breaks only inside the quoted JSON,
 * so that it fits the page.
 */
function signalCommand(caseId: string, name: string, message: Record<string, unknown>): string {
  const fields = Object.entries(message).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const input = `{\n${fields.join(',\n')}\n}`.replaceAll("'", String.raw`'\''`);
  return `temporal workflow signal --workflow-id '${caseId.replaceAll("'", String.raw`'\''`)}' --input '${input}' --name ${name}`;
}

function writtenList(done: readonly Written[]): string {
  return done.map(({ title, reference }) => `- ${plain(title)}: \`${reference.replaceAll('`', "'")}\``).join('\n');
}

function listOf(lines: readonly string[]): string {
  return lines.map((line) => `- ${plain(line)}`).join('\n');
}

function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Names and reasons come from outside: they are shown as they are, and format nothing. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .slice(0, 500)
    .replaceAll(/[\\`*_[\]<>~|!#]/g, String.raw`\$&`);
}
