import { createServer } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, portIsFree } from '../../src/dev/ports.ts';
import {
  startTemporalServer,
  temporalFromEnvironment,
  type TemporalServer,
  type TemporalServerOptions,
} from '../../src/dev/temporal-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function started(options: Omit<TemporalServerOptions, 'log'>): Promise<TemporalServer> {
  const server = await startTemporalServer({ log: () => undefined, ...options });
  onTestFinished(() => server.kill());
  return server;
}

async function clientOf({ address }: TemporalServer): Promise<Client> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

test('what was started before a stop or a kill is there after the next start, and new attributes too', async () => {
  const stateDir = await temporaryFolder();
  const first = await started({ stateDir, searchAttributes: { CsPack: 'Keyword' } });
  expect(first.version).toMatch(/^\d+\.\d+\.\d+$/);
  const start = { taskQueue: 'nobody', args: [] };
  await (await clientOf(first)).workflow.start('w', { ...start, workflowId: 'before-stop' });
  await first.stop();
  expect(await first.exited).toEqual({ code: 0, signal: null });

  const searchAttributes = { CsPack: 'Keyword', CsReasons: 'KeywordList' } as const;
  const second = await started({ stateDir, searchAttributes });
  const client = await clientOf(second);
  expect((await client.workflow.getHandle('before-stop').describe()).status.name).toBe('RUNNING');
  const known = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(known.customAttributes).toMatchObject({ CsPack: 2, CsReasons: 7 });
  await client.workflow.start('w', { ...start, workflowId: 'before-kill' });
  await second.kill();

  const third = await started({ stateDir });
  const afterKill = (await clientOf(third)).workflow.getHandle('before-kill');
  expect((await afterKill.describe()).status.name).toBe('RUNNING');
}, 60_000);

test('Web UI and metrics answer at their addresses', async () => {
  const server = await started({ stateDir: await temporaryFolder() });
  expect((await fetch(server.uiUrl)).status).toBe(200);
  expect(await (await fetch(server.metricsUrl)).text()).toMatch(/^# TYPE service_requests counter$/m);
}, 30_000);

test('a port that was asked for and is taken is an error that names it', async () => {
  const stateDir = await temporaryFolder();
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await expect(started({ stateDir, port })).rejects.toThrow(`Port ${port}, wanted for the Temporal server, is taken`);
  expect(await portIsFree(port)).toBe(false);
});

test('two servers never share a folder', async () => {
  const stateDir = await temporaryFolder();
  const first = await started({ stateDir });
  await expect(started({ stateDir })).rejects.toThrow(`in use by temporal (process ${first.pid})`);
}, 30_000);

test('an attribute that exists with another type is named', async () => {
  const stateDir = await temporaryFolder();
  await (await started({ stateDir, searchAttributes: { CsPack: 'Keyword' } })).stop();
  const again = started({ stateDir, searchAttributes: { CsPack: 'Int' } });
  await expect(again).rejects.toThrow('search attribute CsPack exists with another type than Int');
}, 30_000);

test('the environment names a server to use instead', () => {
  expect(temporalFromEnvironment({})).toBeUndefined();
  const found = temporalFromEnvironment({ TEMPORAL_ADDRESS: 'temporal.test:7233', TEMPORAL_NAMESPACE: 'cases' });
  expect(found).toMatchObject({ connectionOptions: { address: 'temporal.test:7233' }, namespace: 'cases' });
});
