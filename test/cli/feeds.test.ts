import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeedBody } from '../../src/client/api/schema-feeds.ts';
import { apiWith, run } from './fakes.ts';

const HOUR = 3_600_000;

test('feeds lists every feed with age, state and the packs that read it', async () => {
  const pack = { id: 'invoice-intake', owner: 'petra', maxAgeMs: 48 * HOUR, stale: true };
  const api = apiWith({
    feeds: async () => [
      {
        ...{ name: 'suppliers', asOf: '2026-03-01T06:00:00.000Z', loadedAt: '2026-03-01T07:00:00.000Z' },
        ...{ ageMs: 61 * HOUR, items: 22, packs: [pack], stale: true },
      },
      { name: 'rates', asOf: null, loadedAt: null, ageMs: null, items: 0, packs: [], stale: false },
    ],
  });
  const { out } = await run(api, ['feeds']);
  expect(out).toMatch(/suppliers +2026-03-01 .* 2 d 13 h +22 +stale +invoice-intake \(at most 2 d\)/);
  expect(out).toMatch(/rates +never loaded +0 +fresh/);
});

describe('feeds load', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-feeds-'));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  async function loaded(csv: string, ...options: string[]): Promise<{ name: string; feed: FeedBody; out: string }> {
    const file = join(folder, 'feed.csv');
    await writeFile(file, csv);
    let got: { name: string; feed: FeedBody } | undefined;
    const api = apiWith({
      loadFeed: async (name, feed) => {
        got = { name, feed };
        return { name, items: feed.items.length, asOf: feed.asOf };
      },
    });
    const { out } = await run(api, ['feeds', 'load', 'suppliers', file, '--as-of', '2026-03-01T06:00:00Z', ...options]);
    if (!got) throw new TypeError('nothing was loaded');
    return { ...got, out };
  }

  test('takes key and text from the columns that are named, the others as data', async () => {
    const csv = 'vatId;name;iban;blocked\nDE1;ACME, Inc.;DE00123;TRUE\nDE2;Other;007;false\n';
    const { name, feed, out } = await loaded(csv, '--key', 'vatId', '--text', 'name');
    expect([name, feed.asOf]).toEqual(['suppliers', '2026-03-01T06:00:00.000Z']);
    expect(feed.items).toEqual([
      { key: 'DE1', text: 'ACME, Inc.', data: { iban: 'DE00123', blocked: true } },
      { key: 'DE2', text: 'Other', data: { iban: '007', blocked: false } },
    ]);
    expect(out).toBe('suppliers: 2 items loaded, as of 2026-03-01T06:00:00.000Z');
  });

  test('numbers the rows where there is no key', async () => {
    const { feed } = await loaded('text,intent\nWhere is my card?,card_arrival\n', '--number-rows');
    expect(feed.items).toEqual([{ key: '1', text: 'Where is my card?', data: { intent: 'card_arrival' } }]);
  });

  const refused: [why: string, csv: string, says: string][] = [
    ['a file without the key column', 'vatId,name\nDE1,ACME\n', "no column 'key', only vatId, name"],
    ['a file without rows', 'key,text\n', 'has no rows'],
    ['a row that is cut off', 'key,text\nDE1\n', 'feed.csv'],
  ];
  test.each(refused)('refuses %s', async (_, csv, says) => {
    await expect(loaded(csv)).rejects.toThrow(says);
  });

  test('needs a moment that can be read', async () => {
    await expect(loaded('key,text\nDE1,x\n', '--as-of', 'yesterday')).rejects.toThrow("'yesterday' is no moment");
    await expect(run(apiWith({}), ['feeds', 'load', 'suppliers', 'none.csv'])).rejects.toThrow('--as-of');
  });

  test('says which file cannot be read', async () => {
    const args = ['feeds', 'load', 'suppliers', join(folder, 'none.csv'), '--as-of', '2026-03-01'];
    await expect(run(apiWith({}), args)).rejects.toThrow('cannot be read (ENOENT)');
  });
});
