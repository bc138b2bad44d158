import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { CaseFileBody, TaskBody } from '../client/api/schema-case.ts';
import type { AcceptedBody } from '../client/api/schema-verdict.ts';
import { ApiError } from '../client/api-client.ts';
import type { Verdict } from '../domain/verdict.ts';
import { UserError, type Cli } from './context.ts';
import { findCase } from './find-case.ts';
import { taskText } from './task-text.ts';
import { safe, shellWord } from './text.ts';
import { secondText } from './times.ts';

const ATTEMPTS = 3;

export interface DecideOptions {
  by?: string;
  seen?: string;
  reason?: string;
}

/** The part of a verdict that is different for each command. */
type Said = Verdict extends infer One ? (One extends Verdict ? Omit<One, 'verdictId' | 'by' | 'seen'> : never) : never;

/** The options that every verdict takes. */
export function decideOptions(command: Command): Command {
  return command
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .option('--by <name>', 'who answers (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .option('--seen <digest>', 'the digest of what you saw (default: what is shown now)');
}

/** Shows what is asked, and sends the verdict. */
export async function decide(
  cli: Cli,
  text: string,
  { by, seen }: DecideOptions,
  say: (task: TaskBody) => Said | Promise<Said>,
): Promise<void> {
  const api = cli.api();
  const file = await findCase(api, text);
  const { caseId, task } = file;
  if (task === null) throw new UserError(notAsked(file));
  cli.out(`${cli.paint.bold(safe(caseId))}  seen ${task.seen}\n${taskText(task, file, cli.paint)}\n`);
  const said = await say(task);
  // What is shown here is what is countersigned: the whole digest goes along, unless another `seen` is meant.
  const what = seen === undefined ? { seen: task.seen, digest: task.digest } : { seen };
  await sendVerdict(cli, { ...said, caseId, by: by ?? (await cli.user()), ...what });
}

/** Sends a verdict under a new id, and says what came of it. */
export async function sendVerdict(cli: Cli, said: Said & { caseId: string; by: string; seen: string }): Promise<void> {
  const api = cli.api();
  const verdict = { ...said, verdictId: randomUUID() };
  const { approvals, heldUntil } = await sendPatiently<AcceptedBody>(cli, () => api.decide(verdict));
  const count = approvals
    ? ` (${approvals.given} of ${approvals.needed} approvals; someone else must approve too)`
    : '';
  cli.out(cli.paint.green(`Taken: ${said.verdict} by ${safe(said.by)}${count}.`));
  if (heldUntil !== undefined)
    cli.out(
      `Written at ${secondText(heldUntil)} unless taken back: countersign withdraw-verdict ${shellWord(said.caseId)}`,
    );
}

/** Sends, and says in one sentence why it was refused. */
export async function sendPatiently<T>(cli: Cli, send: () => Promise<T>): Promise<T> {
  try {
    return await sent(cli, send);
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.status >= 500) throw error;
    const { code, detail } = error.problem;
    throw new UserError(`Refused (${code}): ${detail}`, { cause: error });
  }
}

/** Sends the same again while no worker confirms it: under the same id that does no harm. */
async function sent<T>(cli: Cli, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const again = error instanceof ApiError && error.problem.code === 'not-confirmed' && attempt < ATTEMPTS;
      if (!again) throw error;
      cli.note('No worker has confirmed it yet; sending the same again ...');
    }
  }
}

function notAsked({ caseId, stage, outcome }: CaseFileBody): string {
  const now = outcome === null ? `it stands at '${stage}'` : `it has ended: ${outcome}`;
  return `Nobody is asked about ${safe(caseId)}; ${now}. See: countersign show ${safe(caseId)}`;
}
