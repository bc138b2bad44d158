import type { ReviewQuestion } from '../activities/steps.ts';

/** How a waiting case reads in the Temporal UI: what is asked, why, of whom, until when, and how to answer. */
export function reviewDetails(question: ReviewQuestion, caseId: string, wait: { group: string; next: string }): string {
  const { seen, reasons, effects, taskKind } = question;
  const asked = {
    proposal: 'A person must decide this case.',
    'effect-unknown': 'A person must look: the business system may or may not have applied an effect.',
    compensation: 'A person must help: an effect could not be undone.',
  }[taskKind];
  const command = signalCommand(caseId, 'verdict', {
    verdictId: `${seen}-1`,
    verdict: 'approve',
    by: 'YOUR NAME',
    seen,
  });
  return [
    `### Waiting for **${wait.group}**`,
    asked,
    '',
    '**Why**',
    ...reasons.map(({ message }) => `- ${message}`),
    '',
    `**On approve**`,
    ...(effects.length > 0
      ? effects.map((title) => `- ${title}`)
      : ['- nothing to approve: there is no valid proposal; amend or reject']),
    '',
    `**If nobody answers:** ${wait.next}`,
    '',
    `**Seen digest:** \`${seen}\``,
    '**Answer from a terminal** (verdict: approve, amend with "output", or reject with "reason"):',
    '```',
    command,
    '```',
  ].join('\n');
}

/** The ready-to-paste Temporal CLI command for a signal. */
export function signalCommand(caseId: string, name: string, message: unknown): string {
  const input = JSON.stringify(message).replaceAll("'", String.raw`'\''`);
  return `temporal workflow signal --workflow-id '${caseId}' --name ${name} --input '${input}'`;
}
