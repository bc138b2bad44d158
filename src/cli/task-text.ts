import type { CaseFileBody, TaskBody } from '../client/api/schema-case.ts';
import type { Cli } from './context.ts';
import { confidenceWord } from './confidence.ts';
import { tableText } from './table.ts';
import { oneLine, safe, valueText } from './text.ts';

type Paint = Cli['paint'];

const ASKED: Record<TaskBody['kind'], string> = {
  proposal: 'A person must decide this case.',
  'effect-unknown': 'An effect was sent and its answer lost. Look in the business system whether it is there.',
  compensation: 'An effect could not be undone. Undo it by hand and confirm, or approve to try again.',
};

/** Why a person is asked, what is proposed, which rules hold, what would be written. */
export function taskText(task: TaskBody, file: Pick<CaseFileBody, 'plan'>, paint: Paint): string {
  const parts = [paint.bold(ASKED[task.kind]), ...approvalsText(task), '', paint.bold('Why')];
  parts.push(...task.reasons.map(({ message }) => `  - ${oneLine(message)}`));
  if (task.kind === 'proposal') {
    parts.push('', paint.bold('Proposal'), proposalText(task, file.plan?.threshold ?? 1, paint));
    if (task.rules.length > 0) parts.push('', paint.bold('Rules'), rulesText(task.rules, paint));
    if (task.facts.length > 0) parts.push('', paint.bold('Read again before the write'), ...factsText(task.facts));
  }
  parts.push('', paint.bold('On approve'), ...onApprove(task));
  return parts.join('\n');
}

function approvalsText({ approvals }: TaskBody): string[] {
  if (!approvals) return [];
  const { needed, by } = approvals;
  const who = by.length === 0 ? '' : `: ${by.map((name) => oneLine(name, 40)).join(', ')}`;
  return [`${by.length} of ${needed} approvals${who}. ${needed} different people must approve.`];
}

function onApprove({ kind, effects, rules, proposal }: TaskBody): string[] {
  if (kind === 'proposal' && proposal === null) return ['  - refused: there is no valid proposal; amend or reject'];
  if (kind === 'proposal' && rules.some(({ holds, severity }) => !holds && severity === 'hard'))
    return ['  - refused: a hard rule is broken; amend the values or reject'];
  return effects.map(({ title }) => `  - ${oneLine(title)}`);
}

function proposalText({ proposal, confidence, evidence }: TaskBody, threshold: number, paint: Paint): string {
  if (proposal === null) return '  none: start from nothing, amend with --output FILE.json, or reject';
  const rows = Object.entries(proposal).map(([field, value]) => {
    const word = confidenceWord(confidence[field], threshold);
    const number = confidence[field];
    const shown =
      number === undefined || number === null ? word : `${word} ${(Math.floor(number * 100) / 100).toFixed(2)}`;
    const quote = evidence[field]?.quote;
    return [
      field,
      oneLine(valueText(value), 34),
      word === 'low' ? paint.red(shown) : word === 'high' ? paint.green(shown) : shown,
      quote === undefined ? '' : paint.dim(`"${oneLine(quote, 32)}"`),
    ];
  });
  return tableText(rows, {
    indent: 2,
    head: ['field', 'value', 'confidence', 'evidence'].map((head) => paint.dim(head)),
  });
}

/** Facts that must still be so when it is written. */
function factsText(facts: TaskBody['facts']): string[] {
  return facts.map(({ title, shown }) => `  - ${oneLine(title)}: ${oneLine(shown)}`);
}

/** Each rule with what it says. */
function rulesText(rules: TaskBody['rules'], paint: Paint): string {
  const rows = rules.map(({ name, severity, holds, message }) => [
    holds ? paint.green('holds') : severity === 'hard' ? paint.red('BROKEN') : paint.yellow('broken'),
    severity,
    safe(name),
    holds ? '' : oneLine(message ?? ''),
  ]);
  return tableText(rows, { indent: 2 });
}
