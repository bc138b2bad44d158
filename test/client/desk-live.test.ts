import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Changes } from '../../src/adapters/ledger/desk/changes.ts';
import { liveOf } from '../../src/client/api/desk-live.ts';
import { apiOf } from './fakes.ts';

const log = pino({ level: 'silent' });

/** A ledger whose changes a test says; counts how often it is read. */
function ledgerOf() {
  const waiting: string[][] = [];
  const read: (string | undefined)[] = [];
  const fails = { now: false };
  const changes: Changes = {
    async changes(since) {
      read.push(since);
      if (fails.now) throw new Error('away');
      return { position: String(read.length), caseIds: since === undefined ? [] : (waiting.shift() ?? []) };
    },
    forgetChanges: async () => undefined,
  };
  return { changes, waiting, read, fails };
}

it('many listeners share one reader, which stops with the last of them', async () => {
  const { changes, waiting, read } = ledgerOf();
  const live = liveOf(changes, log);
  expect(read).toEqual([]);
  const heard: string[] = [];
  const stops = Array.from({ length: 50 }, (_, at) =>
    live.listen((ids) => heard.push(`${at}:${ids?.join() ?? 'reload'}`)),
  );
  await expect.poll(() => read.length).toBeGreaterThan(0);
  waiting.push(['case/p/1']);
  await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(50);
  expect(heard[0]).toBe('0:case/p/1');
  // Had each one a reader, there would have been fifty at once.
  expect(read.length).toBeLessThan(10);
  for (const stop of stops) stop();
  await sleep(600);
  const after = read.length;
  await sleep(900);
  expect(read.length).toBe(after);
});

it('after the ledger was away, listeners are told to read everything anew', async () => {
  const { changes, fails, read } = ledgerOf();
  const live = liveOf(changes, log);
  const heard: unknown[] = [];
  live.listen((ids) => heard.push(ids));
  await expect.poll(() => read.length).toBeGreaterThan(0);
  fails.now = true;
  const before = read.length;
  await expect.poll(() => read.length, { timeout: 5_000 }).toBeGreaterThan(before);
  fails.now = false;
  await expect.poll(() => heard, { timeout: 5_000 }).toEqual([undefined]);
  live.stop();
});

it('reaches browsers as server-sent events, and ends them when the API closes', async () => {
  const { changes, waiting } = ledgerOf();
  const api = apiOf({ desk: changes });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${url}/v1/desk/events`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  waiting.push(['case/p/1']);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('event: changed')) text += (await reader?.read())?.value ?? '';
  expect(text).toContain('event: beat\n');
  expect(text).toContain('data: {"caseIds":["case/p/1"]}');
  const began = Date.now();
  await api.close();
  expect(Date.now() - began).toBeLessThan(5_000);
  expect((await reader?.read())?.done).toBe(true);
});
