import type { Command } from 'commander';
import { verifyChain, type AuditEntry, type AuditLine, type ChainFault } from '../../adapters/ledger/audit-chain.ts';
import { auditLinesIn } from '../audit-lines.ts';
import { UserError, type Cli } from '../context.ts';
import { checkReceipt, receiptIn } from '../receipt-file.ts';
import { findCase } from '../find-case.ts';
import { counted, safe } from '../text.ts';

interface Options {
  case?: string;
  file?: string;
  key?: string;
}

export function addVerify(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description('check here, without the server, that an audit trail was not changed, or that a receipt holds')
    .argument('[file]', 'a receipt, or an exported trail')
    .option('--case <case>', 'only this case')
    .option('--file <file>', 'the same as the argument')
    .option('--key <file>', 'of a receipt: the public key that you trust (PEM)')
    .action(async (given: string | undefined, { case: text, key, ...options }: Options) => {
      const file = given ?? options.file;
      if (text !== undefined && file !== undefined) throw new UserError('Give --case or --file, not both.');
      const receipt = file === undefined ? undefined : await receiptIn(file);
      if (file !== undefined && receipt !== undefined) return await checkReceipt(cli, file, receipt, key);
      if (key !== undefined) throw new UserError('--key is for a receipt: give its file.');
      const caseId = text === undefined ? undefined : (await findCase(cli.api(), text)).caseId;
      const lines = file === undefined ? cli.api().auditEntries(caseId) : auditLinesIn(file);
      const { entries, cases, faults } = await checked(lines);
      if (entries === 0) throw new UserError('There are no audit entries to check.');
      const what = `${counted(entries, 'entry', 'entries')} of ${counted(cases, 'case')}`;
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
async function checked(lines: AsyncIterable<AuditLine>) {
  const faults: ChainFault[] = [];
  const cases = new Set<string>();
  let entries = 0;
  let chain: AuditEntry[] = [];
  for await (const line of lines) {
    const { caseId } = line;
    const before = chain[0];
    if (before && before.caseId !== caseId) {
      faults.push(...headless(chain));
      chain = [];
    }
    if (line.type === 'entry') {
      entries += 1;
      chain.push(line);
      continue;
    }
    if (cases.has(caseId)) faults.push({ caseId, seq: line.seq, fault: 'the case is there twice' });
    cases.add(caseId);
    faults.push(...verifyChain(chain, line));
    chain = [];
  }
  faults.push(...headless(chain));
  return { entries, cases: cases.size, faults };
}

/** Entries without the head that ends them: whether the last ones were cut off cannot be told. */
function headless(chain: readonly AuditEntry[]): ChainFault[] {
  const last = chain.at(-1);
  if (!last) return [];
  const fault = 'the head of the case does not follow its entries: the end may be cut off';
  return [...verifyChain(chain), { caseId: last.caseId, seq: last.seq, fault }];
}
