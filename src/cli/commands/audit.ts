import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Command } from 'commander';
import { UserError, type Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { counted } from '../text.ts';

export function addAudit(program: Command, cli: Cli): void {
  program
    .command('audit')
    .description('the audit trail')
    .command('export')
    .description('write the audit trail to a file (NDJSON), for countersign verify --file')
    .argument('<file>', 'the file to write; it must not exist')
    .option('--case <case>', 'only this case')
    .action(async (file: string, { case: text }: { case?: string }) => {
      const caseId = text === undefined ? undefined : (await findCase(cli.api(), text)).caseId;
      const lines = cli.api().auditEntries(caseId);
      // Asked for before the file is made, so that an API that is away leaves no empty file.
      let next = await lines.next();
      const to = createWriteStream(file, { flags: 'wx' });
      await once(to, 'open').catch((error: NodeJS.ErrnoException) => {
        throw new UserError(
          error.code === 'EEXIST'
            ? `'${file}' exists; give another name.`
            : `'${file}' cannot be written (${error.code ?? error.message}).`,
        );
      });
      let written = 0;
      for (; next.done !== true; next = await lines.next()) {
        written += 1;
        if (!to.write(`${JSON.stringify(next.value)}\n`)) await once(to, 'drain');
      }
      to.end();
      await once(to, 'close');
      cli.out(`${counted(written, 'line')} in ${file}. Check it with: countersign verify --file ${file}`);
    });
}
