import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { tableText } from '../table.ts';
import { oneLine, safe } from '../text.ts';
import { minuteText } from '../times.ts';

export function addNotices(program: Command, cli: Cli): void {
  const notices = program
    .command('notices')
    .description('list notices that have not reached somebody: tried again, or given up')
    .action(async () => {
      const { paint } = cli;
      const undelivered = await cli.api().notices();
      if (undelivered.length === 0) {
        cli.out('Every notice has reached whom it was for.');
        return;
      }
      const rows = undelivered.map(({ messageId, channel, address, state, attempts, error, nextAt, kinds, cases }) => [
        messageId ?? '',
        safe([channel ?? 'nobody', address].filter(Boolean).join(' ')),
        state === 'failed' ? paint.red('given up') : paint.yellow(`again ${nextAt === null ? '' : minuteText(nextAt)}`),
        String(attempts),
        kinds.join(', '),
        safe(cases.join(', ')),
        oneLine(error, 120),
      ]);
      const head = ['message', 'to', 'state', 'tries', 'what', 'open cases', 'last error'].map((name) =>
        paint.dim(name),
      );
      cli.out(tableText(rows, { head, right: [3] }));
      if (undelivered.some(({ state }) => state === 'failed')) cli.failed();
    });

  notices
    .command('retry')
    .description('try a message again that was given up')
    .argument('<message>', 'its id, as countersign notices lists it')
    .action(async (messageId: string) => {
      await cli.api().retryNotice(messageId);
      cli.out(`${safe(messageId)} is tried again.`);
    });
}
