import type { TaskOpening, TaskPolicy } from '../../activities/review-ports.ts';
import type { OpenTask } from '../../domain/verdict.ts';
import type { Link } from '../../domain/link.ts';
import { escaped } from '../../domain/markup.ts';
import { undoWindowMs } from '../../domain/policy.ts';
import type { PackInfo } from '../submission.ts';
import { formStart, section, time, titleOf, type PageOptions } from './link-page.ts';

type Task = OpenTask & TaskOpening & TaskPolicy;

/** The page of a link to decide: what is asked, why, what approving does, until when, and the forms. */
export function decidePage(
  link: Link,
  task: Task,
  { packs, ...options }: PageOptions & { packs: readonly PackInfo[] },
): { title: string; body: string } {
  const undoMinutes = Math.round(undoWindowMs(task.undo ?? [], task) / 60_000);
  const { approvals } = task;
  const form = formStart(options);
  const body = [
    `<p class="dim">You are asked as <strong>${escaped(link.person)}</strong>. What you answer here counts as your own decision, so do not pass this page on.</p>`,
    section('Why you are asked', list(task.reasons.map(({ message }) => message))),
    section('What was proposed', fields(task.output ?? {})),
    section(
      'What approving does',
      [
        list(task.effects.map(({ title }) => title)),
        ...(approvals
          ? [
              `<p>${approvals.needed} people must approve; ${approvals.by.length} did so far${approvals.by.length > 0 ? ` (${escaped(approvals.by.join(', '))})` : ''}.</p>`,
            ]
          : []),
        ...(undoMinutes > 0
          ? [`<p>It is written ${undoMinutes} minutes later; until then it can be taken back.</p>`]
          : []),
      ].join(''),
    ),
    section(
      'Until when',
      `<p>The answer is due by ${time(task.dueAt)}. This link works once, until ${time(link.expiresAt)}.</p>`,
    ),
    `${form}<h2>Approve</h2><p>It is written as proposed above.</p><button name="verdict" value="approve">Approve</button></form>`,
    `${form}<h2>Reject</h2><label for="reason">Reason (required)</label>`,
    '<textarea id="reason" name="reason" required maxlength="2000"></textarea>',
    '<button class="no" name="verdict" value="reject">Reject</button></form>',
    '<p class="dim">To change a value before it is written, or to see the documents, open the case in Countersign.</p>',
  ].join('\n');
  return { title: titleOf(link, packs), body };
}

function list(items: readonly string[]): string {
  return items.length === 0
    ? '<p>Nothing is stated.</p>'
    : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
}

function fields(output: Record<string, unknown>): string {
  const rows = Object.entries(output).map(
    ([field, value]) =>
      `<dt>${escaped(field)}</dt><dd>${escaped(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}
