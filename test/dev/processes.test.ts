import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { freePort, portIsFree } from '../../src/dev/ports.ts';
import { jsonLine, startNodeProcess } from '../../src/dev/processes.ts';
import { temporaryFolder } from './temporary-folder.ts';

const quiet = () => undefined;
const ready = (line: string) => jsonLine<{ port: number }>(line);

/** A program that listens on the port given as its argument; `on` is code that runs first. */
async function program(folder: string, on = ''): Promise<string> {
  const file = join(folder, 'program.mjs');
  const listen = `import { createServer } from 'node:net';
    console.log('a line that is no JSON');
    const port = Number(process.argv[2]);
    createServer().listen(port, '127.0.0.1', () => console.log(JSON.stringify({ port })));`;
  await writeFile(file, `${on}\n${listen}`);
  return file;
}

test('a program is ready at its line, and gone after stop', async () => {
  const stateDir = await temporaryFolder();
  const port = await freePort();
  const file = await program(stateDir);
  const running = await startNodeProcess({ name: 'it', file, args: [String(port)], stateDir, log: quiet, ready });
  expect(running.ready).toEqual({ port });
  expect(await portIsFree(port)).toBe(false);
  expect(await running.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await portIsFree(port)).toBe(true);
  expect(await readFile(join(stateDir, 'logs', 'it.log'), 'utf8')).toContain(`{"port":${port}}`);
});

test('a program that ignores the request to end is killed after the grace time', async () => {
  const stateDir = await temporaryFolder();
  const file = await program(stateDir, `process.on('SIGTERM', () => undefined);`);
  const args = [String(await freePort())];
  const running = await startNodeProcess({ name: 'it', file, args, stateDir, log: quiet, ready });
  expect(await running.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a program that ends too early is reported with its last words, and not those of an earlier start', async () => {
  const stateDir = await temporaryFolder();
  const start = async (on: string) =>
    startNodeProcess({ name: 'it', file: await program(stateDir, on), args: ['0'], stateDir, log: quiet, ready });
  await expect(start(`throw new Error('the first reason');`)).rejects.toThrow(
    /it ended \(1\) before it was ready.*the first reason/s,
  );
  const second = start(`throw new Error('the second reason');`);
  await expect(second).rejects.toThrow('the second reason');
  await expect(second).rejects.not.toThrow('the first reason');
});

test('a program that never says it is ready is ended', async () => {
  const stateDir = await temporaryFolder();
  const port = await freePort();
  const file = await program(stateDir);
  const options = { name: 'it', file, args: [String(port)], stateDir, log: quiet, readyTimeoutMs: 1_500 };
  await expect(startNodeProcess({ ...options, ready: () => undefined })).rejects.toThrow('was not ready after 1500 ms');
  expect(await portIsFree(port)).toBe(true);
});

test('a program ends when its parent is killed', async () => {
  const stateDir = await temporaryFolder();
  const port = await freePort();
  const file = await program(stateDir);
  const parent = join(stateDir, 'parent.mjs');
  const module = new URL('../../src/dev/processes.ts', import.meta.url).href;
  await writeFile(
    parent,
    `import { startNodeProcess } from ${JSON.stringify(module)};
    const options = { name: 'it', file: ${JSON.stringify(file)}, args: ['${port}'], stateDir: ${JSON.stringify(stateDir)} };
    await startNodeProcess({ ...options, log: console.log, ready: (line) => line.startsWith('{') || undefined });`,
  );
  const running = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: running.stdout }), 'line');
  expect(await portIsFree(port)).toBe(false);
  running.kill('SIGKILL');
  await vi.waitFor(async () => expect(await portIsFree(port)).toBe(true), { timeout: 8_000 });
});
