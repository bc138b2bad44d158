// A worker as it runs for users, over the real ledger and a business system behind HTTP; only the model is played: it reads
// the document, and is never sure. A process of its own, so that it can be killed. Prints one line when it runs.
import { readFile } from 'node:fs/promises';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../../src/activities/index.ts';
import { openLedger } from '../../../src/adapters/ledger/ledger.ts';
import { createSigner } from '../../../src/adapters/signing.ts';
import { createSinks } from '../../../src/adapters/sink-http.ts';
import type { Person } from '../../../src/domain/access.ts';
import { workflowBundle } from '../../../src/worker/bundle.ts';
import { fakePorts, replyOf } from '../../support/fake-ports.ts';
import { portsOn } from '../ports-on.ts';
import type { WorkerTerms } from './lane.ts';
import { HURRIED_PACK, PATIENT_PACK } from './packs.ts';

const terms = JSON.parse(process.env['REVIEW_MODEL_WORKER'] ?? '{}') as WorkerTerms;
const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter } },
  shutdownSignals: [],
});
const fakes = fakePorts();
fakes.usePacks([PATIENT_PACK, HURRIED_PACK]);
const ledger = openLedger({ url: terms.databaseUrl, poolSize: 6 });
const connection = await NativeConnection.connect({ address: terms.temporalAddress });
const worker = await Worker.create({
  connection,
  taskQueue: terms.taskQueue,
  workflowBundle: { codePath: await workflowBundle() },
  activities: createActivities({
    ...fakes.ports,
    ...portsOn(ledger),
    model: {
      ...fakes.ports.model,
      ask({ input }) {
        const [, amount, supplier] = /^Pay (\d+) to (.+)$/m.exec(input) ?? [];
        return Promise.resolve(replyOf({ amount: Number(amount), supplier }, 0.1));
      },
    },
    sinks: createSinks({ books: { url: terms.booksUrl, capability: 'look-up', settlesWithinMs: 500 } }),
    access: {
      ...fakes.ports.access,
      people: async () => JSON.parse(await readFile(terms.peopleFile, 'utf8')) as Person[],
    },
    signer: createSigner(terms.signingKey),
    clock: () => new Date(),
  }),
  // What a killed worker held is free again soon.
  stickyQueueScheduleToStartTimeout: '500 milliseconds',
  shutdownGraceTime: '2 seconds',
});
process.once('SIGTERM', () => worker.shutdown());
process.stdout.write(`${JSON.stringify({ ready: 'worker' })}\n`);
try {
  await worker.run();
} finally {
  await ledger.close();
  await connection.close();
}
