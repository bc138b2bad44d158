import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { createApi } from '../client/api/api.ts';
import { readConfig } from './config.ts';
import { compose } from './ports.ts';

/** The HTTP API as a process of its own, over the same client as everything else. */
const config = readConfig();
const log = pino({ level: config.LOG_LEVEL, base: { program: 'api' } });
const connection = await Connection.connect(config.temporal.connectionOptions ?? {});
const namespace = config.temporal.namespace ?? 'default';
const { ledger, client, packs, close } = await compose(config, new Client({ connection, namespace }));
const links = { namespace, ...(config.TEMPORAL_UI_URL === undefined ? {} : { temporalUi: config.TEMPORAL_UI_URL }) };
const { reads, audit, documents, feedLoader, reviews, desk, cases: manifests } = ledger;
const web = fileURLToPath(new URL('../../dist/web', import.meta.url));
const ports = { client, reads, audit, documents, feedLoader, reviews, desk, manifests, packs, links, log };
const api = createApi({ ...ports, web });
// Loopback only: there is no authentication yet.
const url = await api.listen({ host: '127.0.0.1', port: config.COUNTERSIGN_API_PORT });
process.stdout.write(`${JSON.stringify({ ready: 'api', pid: process.pid, url })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void api
      .close()
      .then(close)
      .then(() => connection.close());
  });
}
