import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { amended } from '../amend-output.ts';
import { UserError, type Cli } from '../context.ts';
import { decide, decideOptions, type DecideOptions } from '../decide.ts';
import { tableText } from '../table.ts';
import { cut, oneLine, valueText } from '../text.ts';

interface Options extends DecideOptions {
  set: string[];
  output?: string;
}

export function addAmend(program: Command, cli: Cli): void {
  decideOptions(program.command('amend').description('write other values in place of the proposal'))
    .option('--set <field=value>', 'a value to change, a.0.b=1 inside others; may be repeated', collect, [])
    .option('--output <file>', 'the whole output as a JSON file')
    .option('--reason <text>', 'why, for the audit trail')
    .action(async (text: string, options: Options) => {
      const { set, output: file, reason } = options;
      if (set.length === 0 && file === undefined)
        throw new UserError('Say what to change: --set FIELD=VALUE (may be repeated) or --output FILE.json.');
      const given = file === undefined ? undefined : await outputIn(file);
      await decide(cli, text, options, (task) => {
        const output = amended(given ?? task.proposal ?? {}, set);
        cli.out(`${cli.paint.bold('Changed')}\n${changesText(task.proposal ?? {}, output)}\n`);
        return { verdict: 'amend', output, ...(reason === undefined ? {} : { reason }) };
      });
    });
}

/** What is shown above is the proposal; this is what is written in its place. */
function changesText(before: Record<string, unknown>, after: Record<string, unknown>): string {
  const text = (output: Record<string, unknown>, field: string) =>
    Object.hasOwn(output, field) ? oneLine(valueText(output[field]), 60) : '-';
  const rows = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => valueText(before[field]) !== valueText(after[field]))
    .map((field) => [field, text(before, field), '->', text(after, field)]);
  return rows.length === 0 ? '  nothing' : tableText(rows, { indent: 2 });
}

async function outputIn(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`--output: '${file}' cannot be read (${error.code ?? error.message}).`);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The one message below tells both faults.
  }
  throw new UserError(`--output: '${file}' holds no JSON object; it begins with ${JSON.stringify(cut(text, 40))}.`);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
