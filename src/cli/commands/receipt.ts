import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UserError, type Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { shellWord } from '../text.ts';

export function addReceipt(program: Command, cli: Cli): void {
  program
    .command('receipt')
    .description('everything that shows, without this server, that what was written is what was signed')
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .option('--out <file>', 'write it to this file; it must not exist (default: to standard output)')
    .action(async (text: string, { out }: { out?: string }) => {
      const { caseId } = await findCase(cli.api(), text);
      const receipt = await cli.api().receipt(caseId);
      if (out === undefined) return cli.out(receipt);
      await writeFile(out, `${receipt}\n`, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === 'EEXIST' ? 'exists; give another name' : `cannot be written (${error.code})`;
        throw new UserError(`'${out}' ${why}.`);
      });
      cli.out(`The receipt is in ${out}. Check it with: countersign verify ${shellWord(out)} --key PUBLIC.pem`);
    });
}
