import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort, freePorts, portIsFree, portOrFree, requireFreePort } from '../../src/dev/ports.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function takenPort(): Promise<number> {
  const port = await freePort();
  await new Promise<void>((resolve) => {
    server = createServer().listen(port, '127.0.0.1', resolve);
  });
  return port;
}

test('a free port is free until something listens on it', async () => {
  expect(await portIsFree(await freePort())).toBe(true);
  expect(await portIsFree(await takenPort())).toBe(false);
});

test('free ports asked for together are distinct', async () => {
  expect(new Set(await freePorts(20)).size).toBe(20);
});

test('a taken port is named, with what it was wanted for', async () => {
  const port = await takenPort();
  await expect(requireFreePort(port, 'the Web UI')).rejects.toThrow(`Port ${port}, wanted for the Web UI, is taken`);
});

test('a wanted port is given when free, and replaced when taken', async () => {
  const free = await freePort();
  expect(await portOrFree(free)).toEqual({ port: free, taken: false });
  const taken = await takenPort();
  const instead = await portOrFree(taken);
  expect(instead.taken).toBe(true);
  expect(instead.port).not.toBe(taken);
});
