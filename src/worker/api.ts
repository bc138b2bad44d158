import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { attest } from '../activities/attest.ts';
import { createApi } from '../client/api/api.ts';
import { readConfig } from './config.ts';
import { compose } from './ports.ts';

/** The HTTP API as a process of its own, over the same client as everything else. */
const config = readConfig();
const log = pino({ level: config.LOG_LEVEL, base: { program: 'api' } });
const connection = await Connection.connect(config.temporal.connectionOptions ?? {});
const namespace = config.temporal.namespace ?? 'default';
const composed = await compose(config, new Client({ connection, namespace }));
const { ledger, client, submitters, packs, access, ports, linkTokens, close } = composed;
const links = { namespace, ...(config.TEMPORAL_UI_URL === undefined ? {} : { temporalUi: config.TEMPORAL_UI_URL }) };
const { reads, audit, documents, feedLoader, reviews, outbox, links: linkRows, desk, cases: manifests } = ledger;
const web = fileURLToPath(new URL('../../dist/web', import.meta.url));
const api = createApi({
  ...{ reads, audit, documents, feedLoader, reviews, outbox, linkRows, desk, manifests, web },
  ...{ client, submitters, packs, links, log, access, signer: ports.signer },
  attest: (...given) => attest(ports, ...given),
  ...(linkTokens ? { linkTokens } : {}),
});
const url = await api.listen({ host: config.COUNTERSIGN_API_HOST, port: config.COUNTERSIGN_API_PORT });
process.stdout.write(`${JSON.stringify({ ready: 'api', pid: process.pid, url })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void api
      .close()
      .then(close)
      .then(() => connection.close());
  });
}
