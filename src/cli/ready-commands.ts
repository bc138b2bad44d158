import type { TaskBody } from '../client/api/schema-case.ts';
import { shellWord } from './text.ts';

/** The commands that answer an open task, ready to paste: ours, and Temporal's own for when the API is away. */
export function readyCommands(caseId: string, { kind, seen, proposal, rules, approvals, next }: TaskBody): string[] {
  const rest = `${shellWord(caseId)} --seen ${shellWord(seen)}`;
  const brokenHard = rules.some(({ holds, severity }) => !holds && severity === 'hard');
  const approve = `countersign approve ${rest}`;
  const reject = `countersign reject ${rest} --reason 'WHY'`;
  const confirm = `countersign confirm ${rest} --reason 'WHAT YOU DID'`;
  const amend = `countersign amend ${rest} --set FIELD=VALUE`;
  const ours = {
    proposal: proposal !== null && !brokenHard ? [approve, amend, reject] : [amend, reject],
    'effect-unknown': [approve, confirm, reject],
    compensation: [approve, confirm],
  }[kind];
  const elsewhere = [
    `countersign reassign ${rest} --to WHOM`,
    ...(next.length > 0 ? [`countersign escalate ${rest} --reason 'WHY'`] : []),
    ...(kind === 'proposal' ? [`countersign ask ${rest} --question 'WHAT'`] : []),
  ];
  return [
    ...ours,
    ...elsewhere,
    temporalCommand(
      caseId,
      seen,
      (approvals?.by.length ?? 0) + 1,
      kind === 'proposal' && ours[0] !== approve ? 'reject' : 'approve',
    ),
  ];
}

function temporalCommand(caseId: string, seen: string, count: number, verdict: 'approve' | 'reject'): string {
  const message = { verdictId: `${seen}-${count}`, verdict, by: 'YOUR NAME', seen };
  const input = JSON.stringify(verdict === 'reject' ? { ...message, reason: 'WHY' } : message);
  return `temporal workflow signal --workflow-id ${shellWord(caseId)} --name verdict --input ${shellWord(input)}`;
}
