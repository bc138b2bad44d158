import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { notePid, waitUntilGone, withLock } from '../../src/dev/lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('of several callers one works at a time, and no lock is left', async () => {
  const folder = await temporaryFolder();
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withLock(join(folder, 'a.lock'), async () => {
        most = Math.max(most, ++inside);
        await sleep(5);
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a lock whose process is gone is taken over', async () => {
  const file = join(await temporaryFolder(), 'a.lock');
  await writeFile(file, String(await deadPid()));
  expect(await withLock(file, async () => 'done', { timeoutMs: 2_000 })).toBe('done');
});

test('a lock that is held for too long is named, with its process', async () => {
  const file = join(await temporaryFolder(), 'a.lock');
  await writeFile(file, '1');
  const waitedFor: number[] = [];
  const attempt = withLock(file, async () => 'done', { timeoutMs: 150, onWait: (pid) => waitedFor.push(pid) });
  await expect(attempt).rejects.toThrow(`${file} is still held by process 1`);
  expect(waitedFor).toEqual([1]);
});

test('work that fails releases the lock', async () => {
  const file = join(await temporaryFolder(), 'a.lock');
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(file, async () => 'done', { timeoutMs: 1_000 })).toBe('done');
});

test('a folder is in use while the program noted there runs, and no other program', async () => {
  const stateDir = await temporaryFolder();
  const sleeper = spawn('sleep', ['60']);
  await once(sleeper, 'spawn');
  try {
    await notePid(stateDir, 'it', sleeper.pid ?? 0);
    await expect(waitUntilGone(stateDir, 'it', 'sleep')).rejects.toThrow(`in use by sleep (process ${sleeper.pid})`);
    await expect(waitUntilGone(stateDir, 'it', 'postgres')).resolves.toBeUndefined();
  } finally {
    sleeper.kill();
  }
  await once(sleeper, 'exit');
  await expect(waitUntilGone(stateDir, 'it', 'sleep')).resolves.toBeUndefined();
});

test('a program whose starter is gone is waited for', async () => {
  const stateDir = await temporaryFolder();
  const sleeper = spawn('sleep', ['60']);
  await once(sleeper, 'spawn');
  await writeFile(join(stateDir, 'it.pid'), `${sleeper.pid}\n${await deadPid()}\n`);
  let gone = false;
  const waiting = waitUntilGone(stateDir, 'it', 'sleep').then(() => (gone = true));
  await sleep(150);
  expect(gone).toBe(false);
  sleeper.kill();
  expect(await waiting).toBe(true);
});
