import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importsOf, layerOf, sourcesIn, violationsOf } from './imports.ts';
import { ENDS, LAYERS } from './layers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = sourcesIn(root, 'src');

test('imports point one way', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap(({ file, text }) => violationsOf(file, text))).toEqual([]);
});

test('every source file belongs to a layer', () => {
  expect(sources.filter(({ file }) => !layerOf(file)).map(({ file }) => file)).toEqual([]);
});

test('nothing is exported under a star', () => {
  const starred = sources.filter(({ text }) => /^export \*/m.test(text));
  expect(starred.map(({ file }) => file)).toEqual([]);
});

test.each(LAYERS.filter(({ path }) => /stand-in/.test(path)))('$path names no sample and no truth', ({ path }) => {
  const own = sources.filter(({ file }) => file.startsWith(`${path}/`));
  expect(own.length).toBeGreaterThan(3);
  const named = own.filter(({ text }) => /samples\b|truth|\bprocess\.cwd|import\.meta/i.test(text));
  expect(named.map(({ file }) => file)).toEqual([]);
});

describe('the rules can fail', () => {
  // One line that breaks the rule, in a file of that layer.
  const broken: [file: string, line: string][] = [
    ['src/domain/x.ts', "import { verdictSignal } from '../messages.ts';"],
    ['src/domain/x.ts', "import type { Ports } from '../activities/ports.ts';"],
    ['src/domain/x.ts', "import { createHash } from 'node:crypto';"],
    ['src/canonical.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/countersignature/x.ts', "import type { Ports } from '../activities/ports.ts';"],
    ['src/countersignature/x.ts', "import { openLedger } from '../adapters/ledger/ledger.ts';"],
    ['src/failures.ts', "import { verdictSignal } from './messages.ts';"],
    ['src/messages.ts', "import { Client } from '@temporalio/client';"],
    ['src/workflows/x.ts', "import { ingest } from '../activities/ingest.ts';"],
    ['src/workflows/x.ts', "import { type Plan, ingest } from '../activities/ingest.ts';"],
    ['src/workflows/x.ts', "import type { ProcessPack } from '../packs/pack.ts';"],
    ['src/workflows/x.ts', "import OpenAI from 'openai';"],
    ['src/workflows/x.ts', "import 'node:fs';"],
    ['src/packs/x/pack.ts', "import { verdictSignal } from '../../messages.ts';"],
    ['src/packs/x/pack.ts', "import type { Ports } from '../../activities/ports.ts';"],
    ['src/packs/x/pack.ts', "import pg from 'pg';"],
    ['src/packs/x/pack.ts', "import { ApplicationFailure } from '@temporalio/common';"],
    ['src/activities/x.ts', "import { openLedger } from '../adapters/ledger/ledger.ts';"],
    ['src/activities/x.ts', "import { verdictSignal } from '../messages.ts';"],
    ['src/activities/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/adapters/x.ts', "import { ingest } from '../activities/ingest.ts';"],
    ['src/adapters/x.ts', "import { NONE } from '../activities/ports.ts';"],
    ['src/adapters/x.ts', "import { definePack } from '../packs/define-pack.ts';"],
    ['src/adapters/x.ts', "import type { CaseClient } from '../client/case-client.ts';"],
    ['src/client/x.ts', "import { openLedger } from '../adapters/ledger/ledger.ts';"],
    ['src/client/x.ts', "import type { Config } from '../worker/config.ts';"],
    ['src/profile/x.ts', "import { openLedger } from '../adapters/ledger/ledger.ts';"],
    ['src/cli/x.ts', "import { openLedger } from '../adapters/ledger/ledger.ts';"],
    ['src/cli/x.ts', "import { startStack } from '../dev/stack.ts';"],
    ['src/web/x.tsx', "import { CaseClient } from '../client/case-client.ts';"],
    ['src/worker/x.ts', "import { startStack } from '../dev/stack.ts';"],
    ['src/worker/x.ts', "import { table } from '../cli/table.ts';"],
    ['src/worker/x.ts', 'const pack = await import(name);'],
    ['src/dev/x.ts', "import { readConfig } from '../worker/config.ts';"],
    ['src/dev/x.ts', "const { ingest } = await import('../activities/ingest.ts');"],
    ['src/dev/x.ts', "import { truth } from '../../samples/truth.ts';"],
    ['src/dev/stand-in-model/x.ts', "import type { ProcessPack } from '../../packs/pack.ts';"],
    ['src/dev/stand-in-model/x.ts', "import { LOOPBACK } from '../ports.ts';"],
    ['src/dev/stand-in-model/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/dev/stand-in-model/x.ts', "import OpenAI from 'openai';"],
    ['src/dev/stand-in-business/x.ts', "import { caseIdOf } from '../../domain/case.ts';"],
    ['src/dev/stand-in-business/x.ts', "import pg from 'pg';"],
  ];

  test.each(broken)('%s: %s', (file, line) => {
    const found = violationsOf(file, `// a comment\n\n${line}\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(`${file}:3 -> `);
  });

  test('each rule has a line that breaks it', () => {
    const tried = new Set(broken.map(([file]) => layerOf(file)?.path));
    expect(LAYERS.map(({ path }) => path).filter((path) => !tried.has(path))).toEqual([]);
  });

  test.each(ENDS)('no other layer may import %s', (end) => {
    const others = LAYERS.filter(({ path }) => !path.startsWith(end) && path.endsWith('.ts') === false);
    for (const { path } of others) {
      const up = '../'.repeat(path.split('/').length - 1);
      expect(
        violationsOf(`${path}/x.ts`, `import type { X } from '${up}${end.slice('src/'.length)}/x.ts';`),
      ).toHaveLength(1);
    }
  });
});

test.each<[text: string, specifier: string, typeOnly: boolean]>([
  ["import { a } from './a.ts';", './a.ts', false],
  ["import type { a } from './a.ts';", './a.ts', true],
  ["import { type a } from './a.ts';", './a.ts', false],
  ["import type from './a.ts';", './a.ts', false],
  ["import {\n  a,\n  type b,\n} from './a.ts';", './a.ts', false],
  ["import a, * as b from './a.ts';", './a.ts', false],
  ["import './a.ts';", './a.ts', false],
  ["export { a } from './a.ts';", './a.ts', false],
  ["export * from './a.ts';", './a.ts', false],
  ["export type { a } from './a.ts';", './a.ts', true],
  ["const a = await import('./a.ts');", './a.ts', false],
  ["type A = typeof import('./a.ts');", './a.ts', true],
  ['await import(name);', '(computed)', false],
])('reads %j', (text, specifier, typeOnly) => {
  expect(importsOf(text)).toEqual([{ line: 1, specifier, typeOnly }]);
});

test.each([
  "// import { a } from './a.ts';",
  "/**\n * import { a } from './a.ts';\n */",
  "const url = 'https://host'; export const from = './a.ts';",
  "export const a = 1;\nexport const b = 'from';",
])('finds no import in %j', (text) => {
  expect(importsOf(text)).toEqual([]);
});
