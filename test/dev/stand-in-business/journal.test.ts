import { readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Journal } from '../../../src/dev/stand-in-business/journal.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** What the journal holds, read by an opening of its own. */
async function held<T>(path: string): Promise<T[]> {
  const { journal, records } = await Journal.open<T>(path);
  await journal.close();
  return records;
}

test('records come back in the order they were appended, concurrent ones too', async () => {
  const path = join(await temporaryFolder(), 'deeper', 'j.ndjson');
  const numbers = Array.from({ length: 500 }, (_, index) => index);
  const { journal, records } = await Journal.open<number>(path);
  expect(records).toEqual([]);
  await Promise.all(numbers.map((number) => journal.append(number)));
  await journal.close();
  expect(await held<number>(path)).toEqual(numbers);
});

test('a record is in the file when its append resolves', async () => {
  const path = join(await temporaryFolder(), 'j.ndjson');
  const { journal } = await Journal.open<string>(path);
  onTestFinished(() => journal.close());
  const first = journal.append('one');
  const second = journal.append('two');
  await first;
  // Read in the same turn: a read that takes its time would find what was written too late.
  expect(readFileSync(path, 'utf8')).toMatch(/^"one"\n/);
  await second;
  expect(readFileSync(path, 'utf8')).toBe('"one"\n"two"\n');
});

test('a last line cut short by a crash is dropped, and the journal goes on', async () => {
  const path = join(await temporaryFolder(), 'j.ndjson');
  await writeFile(path, '"äöü"\n"cut');
  const { journal, records } = await Journal.open<string>(path);
  expect(records).toEqual(['äöü']);
  await journal.append('next');
  await journal.close();
  expect(await held<string>(path)).toEqual(['äöü', 'next']);
});

test('damage before the last line is an error that names the line', async () => {
  const path = join(await temporaryFolder(), 'j.ndjson');
  await writeFile(path, '1\n{{\n');
  await appendFile(path, '3\n');
  await expect(Journal.open(path)).rejects.toThrow(`${path}:2 is not JSON`);
});
