import { Command } from 'commander';
import { addAnswer } from './commands/answer.ts';
import { addAsk } from './commands/ask.ts';
import { addAmend } from './commands/amend.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addData } from './commands/data.ts';
import { addConfirm } from './commands/confirm.ts';
import { addEscalate } from './commands/escalate.ts';
import { addFeeds } from './commands/feeds.ts';
import { addLinks } from './commands/links.ts';
import { addList } from './commands/list.ts';
import { addModels } from './commands/models.ts';
import { addReasons } from './commands/reasons.ts';
import { addNotices } from './commands/notices.ts';
import { addOpen } from './commands/open.ts';
import { addPacks } from './commands/packs.ts';
import { addReassign } from './commands/reassign.ts';
import { addReceipt } from './commands/receipt.ts';
import { addKeys } from './commands/keys.ts';
import { addPeople } from './commands/people.ts';
import { addReject } from './commands/reject.ts';
import { addReverse } from './commands/reverse.ts';
import { addShow } from './commands/show.ts';
import { addSubmit } from './commands/submit.ts';
import { addVerify } from './commands/verify.ts';
import { addWithdraw } from './commands/withdraw.ts';
import { addWithdrawVerdict } from './commands/withdraw-verdict.ts';
import type { Cli } from './context.ts';

const COMMANDS = [
  addSubmit,
  addList,
  addShow,
  addApprove,
  addAmend,
  addReject,
  addConfirm,
  addReassign,
  addEscalate,
  addAsk,
  addAnswer,
  addWithdrawVerdict,
  addWithdraw,
  addReverse,
  addOpen,
  addPacks,
  addData,
  addFeeds,
  addModels,
  addReasons,
  addNotices,
  addLinks,
  addReceipt,
  addPeople,
  addKeys,
  addVerify,
  addAudit,
];

/** The command line; `cli` is made from its options, of which only --url is common to all commands. */
export function createProgram(defaultUrl: string, cliFor: (url: () => string) => Cli): Command {
  const program = new Command('countersign')
    .description('Submit cases, follow them, answer review tasks, check the audit trail.')
    .option('--url <url>', 'the HTTP API (or COUNTERSIGN_URL)', defaultUrl)
    .showHelpAfterError('See: countersign --help')
    .helpCommand(false);
  const cli = cliFor(() => program.opts<{ url: string }>().url);
  for (const add of COMMANDS) add(program, cli);
  return program;
}
