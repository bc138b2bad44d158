import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiWith, run } from './fakes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-data-'));
  mkdirSync(join(folder, 'in', 'sub'), { recursive: true });
  writeFileSync(
    join(folder, 'in', 'a.txt'),
    'Rechnung RE-1\nHansen GmbH\nRechnungsbetrag 10,00 EUR, zahlbar in 14 Tagen',
  );
  writeFileSync(join(folder, 'in', 'sub', 'b.pdf'), '');
  writeFileSync(join(folder, 'messages.csv'), 'id;text\n1;Where is my card?\n2;Where is my card?\n');
  writeFileSync(join(folder, 'other.csv'), 'id,message\n1,hello\n');
  mkdirSync(join(folder, 'none'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = (...args: string[]) => run(apiWith({}), ['data', ...args]);

describe('countersign data', () => {
  test('profiles a folder without a server, and writes the page and the figures', async () => {
    const [html, json] = [join(folder, 'out.html'), join(folder, 'out.json')];
    const { out } = await data(join(folder, 'in'), '--pack', 'invoice-intake', '--html', html, '--json', json);
    expect(out).toContain('2 documents, 1 of 2 (50 %) readable');
    expect(out).toMatch(/refuse +refuse +unreadable +1/);
    expect(out).toMatch(/sub.b\.pdf +unreadable +the file is empty/);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      pack: { id: 'invoice-intake' },
      documents: [{ name: 'a.txt' }, { unreadable: 'the file is empty' }],
      summary: { readable: 1 },
    });
  });

  test('profiles the rows of a CSV file', async () => {
    const { out } = await data(join(folder, 'messages.csv'), '--pack', 'ticket-triage');
    expect(out).toContain('2 documents, 2 of 2 (100 %) readable');
    expect(out).toContain('row 2  same-document  the same document came before: row 1');
  });

  test.each([
    [['nowhere', '--pack', 'invoice-intake'], /nowhere: there is no such file or folder; give a folder or a CSV file/],
    [['other.csv', '--pack', 'ticket-triage'], /other\.csv: it has no column 'text'; its columns are id, message/],
    [['none', '--pack', 'invoice-intake'], /none: there is nothing in it to profile/],
    [['in', '--pack', 'invoices'], /--pack: there is no pack 'invoices'; there are invoice-intake, ticket-triage/],
    [['in', '--pack', 'x', '--packs', 'no/packs.ts'], /--pack: no\/packs\.ts: Cannot find module/],
    [
      ['in', '--pack', 'invoice-intake', '--html', join('no', 'x.html')],
      /--html no.x\.html: ENOENT.*folder that is there/,
    ],
  ])('%j is refused, naming the file and what to do', async ([path = '', ...rest], message) => {
    await expect(data(join(folder, path), ...rest)).rejects.toThrow(message);
  });

  test('without a pack there is nothing to judge by', async () => {
    await expect(data(folder)).rejects.toThrow(/--pack <id>/);
  });
});
