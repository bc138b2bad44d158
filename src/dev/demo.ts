import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pc from 'picocolors';
import { openLedger, type Ledger } from '../adapters/ledger/ledger.ts';
import { packs } from '../packs/index.ts';
import { bookedTwice, readBooks } from './books.ts';
import { disagreements } from './demo-checks.ts';
import { figuresOf, lineOf, summaryOf, wrongFields, type Finished } from './demo-report.ts';
import { feed, type FeederReceipt } from './feeder.ts';
import { PlayedReviewer } from './reviewer.ts';
import { invoiceSamples, messageSamples, type Sample } from './samples.ts';
import { startStack } from './stack.ts';

/** `npm run demo`: the whole way on a throwaway state, with a played reviewer; ends with figures and checks. */
const { values } = parseArgs({
  options: { json: { type: 'string' }, messages: { type: 'string', default: '200' }, keep: { type: 'boolean' } },
});
const say = (line = '') => console.log(line);
const stateDir = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
const began = Date.now();
const stack = await startStack({ stateDir, log: (line) => say(pc.dim(line)) });
const ledger = openLedger({ url: stack.databaseUrl, poolSize: 5 });
const connection = await Connection.connect({ address: stack.temporalAddress });
const temporal = new Client({ connection, namespace: stack.namespace });
let failed = false;
try {
  const samples = [
    ...(await messageSamples('evaluation')).slice(0, Number(values.messages)),
    ...(await messageSamples('outside')).slice(0, 10),
    ...(await invoiceSamples()),
  ];
  say();
  say(
    pc.bold(
      `${samples.length} real cases: supplier invoices (PDF, e-mail, text) and customer messages held back from the examples.`,
    ),
  );
  say('The model is the stand-in that comes along: it answers lexically, and is wrong at a natural rate.');
  say('Rosa, the reviewer, is played: she knows the ground truth and answers by Temporal signal.');
  say(`Temporal UI while it runs: ${stack.temporalUiUrl}`);
  say();
  const receipts = await feed(stack.apiUrl, samples);
  const reviewer = new PlayedReviewer(ledger, temporal, packs, samples);
  await reviewer.work(() => allEnded(ledger, receipts));
  const finished = await finish(ledger, receipts);
  for (const one of finished) say(lineOf(one));
  const refused = receipts.filter((receipt) => receipt.refused !== undefined);
  for (const { sample, refused: why } of refused) say(`${pc.red('refused')}   ${sample.caseKey}: ${why}`);

  const books = stack.businessUrl === undefined ? [] : await readBooks(stack.businessUrl);
  const twice = bookedTwice(books);
  const figures = await figuresOf(finished, ledger, twice.length);
  say(`\n${summaryOf(figures)}\n`);
  for (const one of finished) {
    const wrong = wrongFields(one);
    if (wrong.length > 0) say(pc.yellow(`wrong without a person: ${one.caseId} (${wrong.join(', ')})`));
  }
  const faults = [...twice, ...(await disagreements(ledger, finished, books, stack.modelUrl))];
  if (figures.lost > 0) faults.push(`${figures.lost} cases are lost`);
  for (const fault of faults) say(pc.red(`✗ ${fault}`));
  if (faults.length === 0)
    say(
      pc.green(
        "✓ The ledger agrees with the model's own count of calls and tokens, and with the business system's books; every audit chain is intact.",
      ),
    );
  say(`${((Date.now() - began) / 1000).toFixed(0)} s in all.`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  failed = faults.length > 0;
} finally {
  await ledger.close();
  await connection.close();
  await stack.stop();
  if (!values.keep) await rm(stateDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function allEnded(from: Ledger, receipts: readonly FeederReceipt[]): Promise<boolean> {
  const counts = await from.reads.counts();
  const open = counts.filter(({ outcome }) => outcome === null).reduce((sum, { cases }) => sum + cases, 0);
  const known = counts.reduce((sum, { cases }) => sum + cases, 0);
  return open === 0 && known >= receipts.filter(({ caseId }) => caseId !== undefined).length;
}

async function finish(from: Ledger, receipts: readonly FeederReceipt[]): Promise<Finished[]> {
  const accepted = receipts.flatMap(({ sample, caseId }): { sample: Sample; caseId: string }[] =>
    caseId === undefined ? [] : [{ sample, caseId }],
  );
  const finished: Finished[] = [];
  // One after the other: all at once they would wait longer for a connection than the ledger lets them.
  for (const one of accepted) finished.push({ ...one, file: await from.reads.caseFile(one.caseId) });
  return finished;
}
