import { isDeepStrictEqual } from 'node:util';
import type { CaseFile } from '../../adapters/ledger/case-file.ts';
import type { Comment } from '../../adapters/ledger/desk/marks.ts';
import type { Lease, QueueItem } from '../../adapters/ledger/desk/queue.ts';
import { rejectReasonsOf } from '../../domain/reject-reasons.ts';
import type { PackManifest } from '../../packs/pack.ts';
import type { LinkBase } from '../case-path.ts';
import { groupsAfter } from '../../domain/escalation.ts';
import { caseViewOf } from './case-view.ts';
import type { DeskTaskBody, QueueItemBody, StepAfter } from './schema-desk.ts';

export function queueItemOf({ openedAt, dueAt, claim, snooze, ...item }: QueueItem): QueueItemBody {
  const times = { openedAt: openedAt.toISOString(), dueAt: dueAt.toISOString() };
  return { ...item, ...times, claim: leaseOf(claim), snooze: leaseOf(snooze) };
}

function leaseOf(lease: Lease | null) {
  return lease && { by: lease.by, until: lease.until.toISOString() };
}

/** A case as the desk shows it: the case file with its texts, and what a reviewer needs beside it. */
export function deskTaskOf(
  file: CaseFile,
  beside: {
    manifest: PackManifest | undefined;
    marks: { claim: Lease | null; snooze: Lease | null };
    comments: readonly Comment[];
    links: LinkBase;
  },
): DeskTaskBody {
  const { manifest, marks, comments, links } = beside;
  return {
    ...caseViewOf(file, links, true),
    desk: {
      schema: manifest?.outputSchema ?? null,
      critical: [...(manifest?.critical ?? [])],
      rejectReasons: [...rejectReasonsOf(manifest?.review)],
      next: nextOf(file),
      changed: changedOf(file),
      claim: leaseOf(marks.claim),
      snooze: leaseOf(marks.snooze),
      comments: comments.map(({ at, ...comment }) => ({ ...comment, at: at.toISOString() })),
    },
  };
}

/** What happens by itself when nobody answers: the next group is asked, and at the deadline what the plan says. */
function nextOf({ tasks, record: { plan } }: CaseFile): StepAfter[] {
  const task = tasks.findLast(({ closedAt }) => closedAt === null);
  if (!task || !plan) return [];
  const { review } = plan;
  const { group, groups = review.groups, rest = groupsAfter(group, groups) } = task;
  const [to] = rest;
  const escalates = task.escalateAt ?? new Date(task.askedAt.getTime() + review.escalateAfterMs);
  const steps: StepAfter[] = [];
  if (to !== undefined && escalates < task.dueAt) steps.push({ kind: 'escalate', at: escalates.toISOString(), to });
  // An effect in doubt always waits, whatever the default says.
  const end = task.kind === 'proposal' ? review.deadlineDefault : 'keep-waiting';
  steps.push({
    kind: end,
    at: task.dueAt.toISOString(),
    ...(review.handTo === undefined ? {} : { to: review.handTo }),
  });
  return steps;
}

function changedOf({ tasks }: CaseFile): DeskTaskBody['desk']['changed'] {
  const task = tasks.findLast(({ closedAt }) => closedAt === null);
  const before = task && tasks.findLast(({ taskNo }) => taskNo < task.taskNo);
  if (!task || !before) return null;
  const names = new Set([...Object.keys(before.output ?? {}), ...Object.keys(task.output ?? {})]);
  const fields = [...names].flatMap((field) => {
    const values = { before: before.output?.[field] ?? null, after: task.output?.[field] ?? null };
    return isDeepStrictEqual(values.before, values.after) ? [] : [{ field, ...values }];
  });
  const known = new Set(before.reasons.map(({ message }) => message));
  const reasons = task.reasons.map(({ message }) => message).filter((message) => !known.has(message));
  return { sinceTaskNo: before.taskNo, fields, reasons };
}
