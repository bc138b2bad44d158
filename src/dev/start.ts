import pc from 'picocolors';
import { openLedger } from '../adapters/ledger/ledger.ts';
import { feed, STATE_DIR } from './feeder.ts';
import { LiveTable } from './live-table.ts';
import { invoiceSamples, messageSamples } from './samples.ts';
import { startStack } from './stack.ts';

/** `npm start`: everything on this machine, with a first set of real cases; some are left waiting for a person. */
const say = (line = '') => console.log(line);
const began = Date.now();
const stack = await startStack({ stateDir: STATE_DIR, log: (line) => say(pc.dim(line)), apiPort: 7300, web: true });
const ledger = openLedger({ url: stack.databaseUrl, poolSize: 3 });
const table = new LiveTable(ledger);
stopOnSignal();

say();
say(pc.bold(`Countersign runs (${((Date.now() - began) / 1000).toFixed(0)} s).`));
// By name, since browsers keep passkeys for a name and for no address.
say(`  review desk    ${stack.apiUrl.replace('//127.0.0.1:', '//localhost:')}/desk`);
say(`  API            ${stack.apiUrl}  (OpenAPI: ${stack.apiUrl}/openapi.json)`);
say(`  Temporal UI    ${stack.temporalUiUrl}`);
say(`  Temporal       ${stack.temporalAddress}  (temporal ... --address ${stack.temporalAddress})`);
say(
  `  model          ${stack.modelUrl === undefined ? 'the configured provider' : `the stand-in at ${stack.modelUrl}: a development tool, no real model`}`,
);
say(
  `  business       ${stack.businessUrl === undefined ? 'the configured sinks' : `the stand-in at ${stack.businessUrl}: a development tool`}`,
);
say(`  your own case  npm run countersign -- submit FILE --pack invoice-intake`);
say(`  decide         npm run countersign -- list --stage review`);
say(`  state          ${STATE_DIR}`);
say();

const first = [...(await invoiceSamples()).slice(0, 24), ...(await messageSamples('sample')).slice(0, 30)];
const receipts = await feed(stack.apiUrl, first);
const refused = receipts.filter((receipt) => receipt.refused !== undefined);
for (const { sample, refused: why } of refused) say(pc.red(`refused ${sample.caseKey}: ${why}`));
say(
  `${receipts.length - refused.length} real cases fed in: invoices and customer messages. Ctrl+C stops everything; the data stay.`,
);
say();
table.start();

function stopOnSignal(): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void (async () => {
        await table.stop();
        say('\nStopping: running steps may finish ...');
        await ledger.close();
        await stack.stop();
        say('Stopped. The next npm start finds the data again.');
        process.exit(0);
      })();
    });
  }
}
