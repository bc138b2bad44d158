import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildWithGo, findTemporal, type Makers } from '../../src/dev/temporal-binary.ts';
import { temporaryFolder } from './temporary-folder.ts';

const quiet = () => undefined;
const noWay: Makers = {
  download: async () => false,
  build: () => Promise.reject(new Error('no way')),
};

/** A program that names this server version, as the real one does. */
async function fakeProgram(path: string, server: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho 'temporal version 1.5.1 (Server ${server}, UI 2.42.1)'\n`);
  await chmod(path, 0o755);
}

/** An environment of an otherwise empty machine: nothing is found but what a test puts below `home`. */
async function machine() {
  const home = await temporaryFolder();
  const env = { HOME: home, PATH: join(home, 'bin') };
  return { env, named: join(home, 'else', 'temporal'), onPath: join(home, 'bin', 'temporal'), home };
}

test("TEMPORAL_CLI_PATH, the PATH, the cache and Go's bin folder are asked in this order", async () => {
  const { env, named, onPath, home } = await machine();
  const cached = join(home, '.cache', 'countersign', 'temporal-cli-v1.5.1');
  const inGoBin = join(home, 'go', 'bin', 'temporal');
  const found = async (extra = {}) => findTemporal({ log: quiet, env: { ...env, ...extra }, makers: noWay });

  await fakeProgram(inGoBin, '1.30.0');
  expect(await found()).toEqual({ path: inGoBin, serverVersion: '1.30.0' });
  await fakeProgram(cached, '1.29.1');
  expect((await found()).path).toBe(cached);
  await fakeProgram(onPath, '1.31.0');
  expect((await found()).path).toBe(onPath);
  await fakeProgram(named, '1.29.1');
  expect((await found({ TEMPORAL_CLI_PATH: named })).path).toBe(named);
});

test('a server too old is passed over, and said so', async () => {
  const { env, onPath, home } = await machine();
  const downloaded = join(home, '.cache', 'countersign', 'temporal-sdk-typescript-1.24.0');
  await fakeProgram(onPath, '1.9.2');
  await fakeProgram(downloaded, '1.32.0');
  const lines: string[] = [];
  expect((await findTemporal({ log: (line) => lines.push(line), env, makers: noWay })).path).toBe(downloaded);
  expect(lines).toEqual([`${onPath} holds Temporal server 1.9.2, older than 1.29.1: not used`]);
});

test('a TEMPORAL_CLI_PATH that is no Temporal program is an error, not a reason to look elsewhere', async () => {
  const { env, onPath } = await machine();
  await fakeProgram(onPath, '1.29.1');
  const attempt = findTemporal({ log: quiet, env: { ...env, TEMPORAL_CLI_PATH: '/nowhere' }, makers: noWay });
  await expect(attempt).rejects.toThrow('TEMPORAL_CLI_PATH is /nowhere');
});

test('two callers at once build it once', async () => {
  const { env } = await machine();
  let builds = 0;
  const makers: Makers = {
    download: async () => false,
    build: async (cache) => {
      builds++;
      await sleep(150);
      await fakeProgram(join(cache, 'temporal-cli-v1.5.1'), '1.29.1');
    },
  };
  const found = await Promise.all([1, 2, 3].map(() => findTemporal({ log: quiet, env, makers })));
  expect(builds).toBe(1);
  expect(new Set(found.map(({ path }) => path)).size).toBe(1);
});

test('without any way to one, the error says what to install', async () => {
  const { env } = await machine();
  const attempt = findTemporal({ log: quiet, env, makers: { download: async () => false, build: buildWithGo } });
  await expect(attempt).rejects.toThrow(/install the Temporal CLI.*TEMPORAL_ADDRESS.*install Go/s);
});
