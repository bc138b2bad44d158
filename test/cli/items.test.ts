import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { derivedKey } from '../../src/cli/case-key.ts';
import { csvRows } from '../../src/cli/csv-rows.ts';
import { itemsOf, sourcesOf, type Item } from '../../src/cli/items.ts';
import { collected } from '../client/fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-items-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function itemsIn(paths: string[], more: { key?: string; lines?: boolean; stdin?: string } = {}): Promise<Item[]> {
  const { stdin = '', lines = false, key } = more;
  const given = { packId: 'p', submittedBy: 'ann', lines, stdin: Readable.from([Buffer.from(stdin)]) };
  return await collected(itemsOf(await sourcesOf(paths), key === undefined ? given : { ...given, key }));
}

const keys = (items: Item[]) => items.map((item) => ('body' in item ? item.body.caseKey : item.fault));

describe('derivedKey', () => {
  test('is the stem and 8 hex of the content, the same on every system', () => {
    // sha256('hello') begins with 2cf24dba.
    expect(derivedKey('in voice.v2.pdf', Buffer.from('hello'))).toBe('in voice.v2-2cf24dba');
    expect(derivedKey('u\u0308.pdf', Buffer.from('hello'))).toBe(derivedKey('\u00fc.pdf', Buffer.from('hello')));
  });

  test('fits into a case key, whatever the name', () => {
    expect(derivedKey(`${'x'.repeat(250)}\u0007.pdf`, Buffer.from('hello'))).toMatch(/^x{180}-2cf24dba$/);
  });
});

describe('csvRows', () => {
  const rows = async (content: string) => await collected(csvRows(await file('rows.csv', content)));

  test('takes the key from the column key; other columns are ignored', async () => {
    expect(await rows('\ufeffkey,intent,Text\nm-1,x,"Hello, ""you""\nthere"\nm-2,y,Bye\n')).toEqual([
      { row: 1, key: 'm-1', text: 'Hello, "you"\nthere' },
      { row: 2, key: 'm-2', text: 'Bye' },
    ]);
  });

  test.each([
    ['a column id', 'id;text\n7;Hello, you\n', '7'],
    ['key before id', 'id\tkey\ttext\n7\tK\tHello\n', 'K'],
    ['no key: derived from the text', 'text\nhello\n', 'rows-2cf24dba'],
    ['an empty key: derived from the text', 'key,text\n,hello\n', 'rows-2cf24dba'],
  ])('%s', async (_, content, key) => {
    expect((await rows(content)).map((row) => row.key)).toEqual([key]);
  });

  test('leaves empty texts out, and still counts their rows', async () => {
    expect(await rows('key,text\na,\nb,x\n\nc,y')).toEqual([
      { row: 2, key: 'b', text: 'x' },
      { row: 3, key: 'c', text: 'y' },
    ]);
  });

  test.each([
    ['name,iban\na,b\n', "no column 'text'; its columns are name, iban"],
    ['key,text\na,x\nb,"open\n', 'after row 1:'],
  ])('%j says what is wrong', async (content, message) => {
    await expect(rows(content)).rejects.toThrow(message);
  });
});

describe('itemsOf', () => {
  test('walks folders in order, leaves hidden files out, follows no folder in circles', async () => {
    const root = join(folder, 'tree');
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    await mkdir(join(root, '.git'), { recursive: true });
    for (const name of ['c.txt', 'a.txt', '.hidden', '.git/config', 'b/deep/x.txt'])
      await writeFile(join(root, name), name);
    await symlink('..', join(root, 'b', 'up'));
    await symlink(join(root, 'a.txt'), join(root, 'link.txt'));
    const labels = (await itemsIn([root])).map(({ label }) => label.slice(root.length + 1));
    expect(labels).toEqual(['a.txt', 'b/deep/x.txt', 'c.txt', 'link.txt']);
  });

  test('a file is one document under its own key, bytes as they are', async () => {
    const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255]);
    const [item] = await itemsIn([await file('scan.pdf', bytes)]);
    expect(item).toEqual({
      label: join(folder, 'scan.pdf'),
      body: {
        ...{ packId: 'p', submittedBy: 'ann', caseKey: derivedKey('scan.pdf', bytes) },
        documents: [{ name: 'scan.pdf', base64: bytes.toString('base64') }],
      },
    });
  });

  test('--key names the one document', async () => {
    expect(keys(await itemsIn([await file('one.txt', 'x')], { key: 'K-1' }))).toEqual(['K-1']);
  });

  test('a bad file stops no other', async () => {
    const good = await file('good.txt', 'hello');
    const large = await file('large.pdf', '');
    await truncate(large, 16 * 1024 * 1024 + 1);
    const items = await itemsIn([
      join(folder, 'none.txt'),
      await file('empty.txt', ''),
      large,
      await file('bad.csv', 'a,b\n'),
      good,
    ]);
    expect(keys(items)).toEqual([
      'there is no such file or folder',
      'it is empty',
      '16,777,217 bytes; at most 16,777,216',
      "it has no column 'text'; its columns are a, b",
      'good-2cf24dba',
    ]);
  });

  test('standard input is one document, or with --lines one case per line', async () => {
    expect(keys(await itemsIn(['-'], { stdin: 'hello' }))).toEqual(['stdin-2cf24dba']);
    const lines = await itemsIn(['-'], { stdin: 'hello\n\n  world\r\n', lines: true });
    expect(lines.map(({ label }) => label)).toEqual(['line 1', 'line 3']);
    expect(lines[1]).toMatchObject({ body: { documents: [{ text: 'world' }] } });
    expect(keys(lines)[0]).toBe('line-2cf24dba');
  });
});
