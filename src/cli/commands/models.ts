import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { costText } from '../money.ts';
import { tableText } from '../table.ts';
import { safe } from '../text.ts';
import { minuteText } from '../times.ts';

export function addModels(program: Command, cli: Cli): void {
  program
    .command('models')
    .description('how the models fare, and what their calls cost per pack and day')
    .action(async () => {
      const { paint } = cli;
      const { models, budgets } = await cli.api().models();
      const states = {
        closed: paint.green('answers'),
        'half-open': paint.yellow('is being tried'),
        open: paint.red('away'),
      } as const;
      const heads = (...names: string[]) => names.map((name) => paint.dim(name));
      cli.out(
        tableText(
          models.map(({ provider, model, state, ok, failed, openUntil, lastFailure, lastFailureAt }) => [
            safe(`${provider}/${model}`),
            states[state] + (state === 'open' && openUntil !== null ? `, tried again ${minuteText(openUntil)}` : ''),
            String(ok),
            String(failed),
            lastFailure === null || lastFailureAt === null ? '' : `${safe(lastFailure)}, ${minuteText(lastFailureAt)}`,
          ]),
          { head: heads('model', 'state', 'ok', 'failed', 'last failure'), right: [2, 3] },
        ),
      );
      if (budgets.length === 0) return;
      cli.out(
        tableText(
          budgets.map(({ day, packId, spentMicros, reservedMicros }) => [
            day,
            safe(packId),
            costText(spentMicros),
            costText(reservedMicros),
          ]),
          { head: heads('day (UTC)', 'pack', 'spent', 'reserved'), right: [2, 3] },
        ),
      );
    });
}
