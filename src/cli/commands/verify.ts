import type { Command } from 'commander';
import { verifyChain, type AuditEntry, type AuditHead, type AuditLine } from '../../adapters/ledger/audit-chain.ts';
import { auditLinesIn } from '../audit-lines.ts';
import { UserError, type Cli } from '../context.ts';
import { findCase } from '../find-case.ts';
import { counted, safe } from '../text.ts';

interface Options {
  case?: string;
  file?: string;
}

export function addVerify(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description('check here, from the entries alone, that the audit trail was not changed')
    .option('--case <case>', 'only this case')
    .option('--file <file>', 'an exported trail in place of the API')
    .action(async ({ case: text, file }: Options) => {
      if (text !== undefined && file !== undefined) throw new UserError('Give --case or --file, not both.');
      const caseId = text === undefined ? undefined : (await findCase(cli.api(), text)).caseId;
      const lines = file === undefined ? cli.api().auditEntries(caseId) : auditLinesIn(file);
      const { entries, cases, faults } = await checked(lines);
      if (entries === 0) throw new UserError('There are no audit entries to check.');
      const what = `${counted(entries, 'entry').replace('entrys', 'entries')} of ${counted(cases, 'case')}`;
      if (faults.length === 0) {
        cli.out(cli.paint.green(`${what}: chains intact`));
        return;
      }
      for (const { caseId: id, seq, fault } of faults) cli.out(cli.paint.red(`${safe(id)}, entry ${seq}: ${fault}`));
      cli.out(`${what}: ${counted(faults.length, 'fault')}`);
      cli.failed();
    });
}

/** Checks case by case as the lines come, so that a long trail does not have to fit into memory. */
export async function checked(lines: AsyncIterable<AuditLine>) {
  const faults: ReturnType<typeof verifyChain> = [];
  const open = new Map<string, AuditEntry[]>();
  const heads = new Map<string, AuditHead>();
  let entries = 0;
  const close = (caseId: string) => {
    const head = heads.get(caseId);
    const chain = open.get(caseId) ?? [];
    faults.push(...verifyChain(chain, head));
    if (!head) faults.push({ caseId, seq: chain.length, fault: 'its head is missing, so a cut-off end cannot be told' });
    open.delete(caseId);
  };
  for await (const line of lines) {
    if (line.type === 'head') {
      if (heads.has(line.caseId)) faults.push({ caseId: line.caseId, seq: line.seq, fault: 'it has two heads' });
      heads.set(line.caseId, line);
      close(line.caseId);
      continue;
    }
    entries += 1;
    const chain = open.get(line.caseId) ?? [];
    open.set(line.caseId, chain);
    chain.push(line);
  }
  // What is left came without a head, or after it.
  for (const caseId of open.keys()) close(caseId);
  return { entries, cases: new Set([...heads.keys()]).size, faults };
}
