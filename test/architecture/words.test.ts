import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = new Set(['node_modules', '.git', '.countersign', 'dist', 'coverage']);
const LOCKFILE = 'package-lock.json';

/** What no file may hold, spelt in parts so that this file holds none of it either. */
const FORBIDDEN: [what: string, pattern: RegExp][] = [
  ['a folder beside the repository', new RegExp(['\\.\\.', 'shared\\b'].join('/'))],
  ['a path of one machine', new RegExp(['(?<![\\w.}*)])', '(?:work|root|home/\\w+|Users/\\w+)', '\\w'].join('/'))],
  ['a registry', new RegExp(['registry\\.(?:npmjs', 'yarnpkg|npmmirror)\\.'].join('|'))],
  ['unfinished work', new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)],
];

/** Every line of a text that holds something forbidden, as 'line: what'. */
function forbiddenIn(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, at) => FORBIDDEN.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${at + 1}: ${what}`));
}

function filesOf(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [path] : [];
    });
}

const files = filesOf().filter((file) => file !== LOCKFILE && !file.endsWith('.log'));

test('no file names a machine, a registry or unfinished work', () => {
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) => {
    const bytes = readFileSync(join(root, file));
    // A PDF is compressed: what looks like a word in it is none.
    return bytes.includes(0) ? [] : forbiddenIn(bytes.toString('utf8')).map((one) => `${file}:${one}`);
  });
  expect(found).toEqual([]);
});

test('the lockfile names no host but the public registry', () => {
  const { packages } = JSON.parse(readFileSync(join(root, LOCKFILE), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const entries = Object.entries(packages).filter(([name]) => name !== '');
  expect(entries.length).toBeGreaterThan(100);
  const publicly = ['https://registry', 'npmjs', 'org/'].join('.');
  expect(entries.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith(publicly))).toEqual([]);
  expect(entries.filter(([, { integrity }]) => !integrity).map(([name]) => name)).toEqual([]);
});

test('file names are of one case, and none is larger than 5 MB', () => {
  const lower = new Map(files.map((file) => [file.toLowerCase(), file]));
  expect(files.filter((file) => lower.get(file.toLowerCase()) !== file)).toEqual([]);
  expect(files.filter((file) => statSync(join(root, file)).size > 5_000_000)).toEqual([]);
});

test.each([
  ['see ../', 'shared/notes.md', 'a folder beside the repository'],
  ["cd '/", "work/main'", 'a path of one machine'],
  ['open /', 'root/x', 'a path of one machine'],
  ['open /home/', 'jo/x', 'a path of one machine'],
  ['https://registry.', 'npmjs.org/zod', 'a registry'],
  ['// TO', 'DO: later', 'unfinished work'],
  ['// FIX', 'ME', 'unfinished work'],
])('%s%s is found', (start, end, what) => {
  expect(forbiddenIn(`first\n${start}${end}`)).toEqual([`2: ${what}`]);
});

test.each(['src/work/flow.ts', 'https://host/work/x', '${base}/root/x', 'to do', '../sharedness'])(
  '%s is fine',
  (text) => {
    expect(forbiddenIn(text)).toEqual([]);
  },
);
