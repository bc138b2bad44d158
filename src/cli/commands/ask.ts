import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';

interface Options extends DecideOptions {
  question: string;
  within?: string;
  proposeAgain?: boolean;
}

export function addAsk(program: Command, cli: Cli): void {
  decideOptions(program.command('ask').description('ask who submitted the case; until the answer nobody is reminded'))
    .requiredOption('--question <text>', 'what you need to know')
    .option('--within <duration>', "how long there is for the answer, such as '2 days' (default: the pack's)")
    .option('--propose-again', 'have the model propose again with the answer')
    .action(async (text: string, options: Options) => {
      const { question, within, proposeAgain } = options;
      await decide(cli, text, options, () => ({
        verdict: 'request-information',
        question,
        ...(within === undefined ? {} : { within }),
        ...(proposeAgain === undefined ? {} : { proposeAgain }),
      }));
    });
}
