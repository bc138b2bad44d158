import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const later = 'async function later() {}\n';

/** A file that breaks each rule once. Without its type information a linter passes the first four in silence. */
const BROKEN: [rule: string, file: string, text: string][] = [
  ['typescript(no-floating-promises)', 'src/floating.ts', `${later}export const go = () => { later(); };`],
  ['typescript(no-misused-promises)', 'src/misused.ts', `${later}export const go = () => [1].forEach(later);`],
  ['typescript(await-thenable)', 'src/awaited.ts', 'export const go = async () => { await 1; };'],
  [
    'typescript(switch-exhaustiveness-check)',
    'src/exhaustive.ts',
    "export function go(a: 'b' | 'c') { switch (a) { case 'b': return 1; } return 2; }",
  ],
  ['typescript(no-explicit-any)', 'src/any.ts', 'export const go = (a: any) => String(a);'],
  ['typescript(consistent-type-imports)', 'src/types.ts', "import { Go } from './go.ts';\nexport type A = Go;"],
  ['import(no-default-export)', 'src/default.ts', 'export default 1;'],
  ['import(no-cycle)', 'src/cycle-a.ts', "import { b } from './cycle-b.ts';\nexport const a = () => b;"],
  ['eslint(no-unused-vars)', 'src/unused.ts', 'const left = 1;\nexport const b = 2;'],
  ['eslint(eqeqeq)', 'src/equal.ts', 'export const go = (a: number) => a == 1;'],
  ['eslint(no-console)', 'src/console.ts', "console.log('x');"],
  ['eslint(max-lines)', 'src/long.ts', 'export const a = [\n' + '  1,\n'.repeat(250) + '];'],
  ['unicorn(filename-case)', 'src/camelCase.ts', 'export const a = 1;'],
];
const FINE: [file: string, text: string][] = [
  ['src/go.ts', 'export interface Go { a: 1 }'],
  ['src/cycle-b.ts', "import { a } from './cycle-a.ts';\nexport const b = () => a;"],
  ['src/cli/print.ts', "console.log('x');"],
  ['some.config.ts', 'export default 1;'],
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-lint-'));
let found: { rule: string; file: string }[] = [];

beforeAll(() => {
  for (const name of ['.oxlintrc.json', 'tsconfig.json']) cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of [...BROKEN.map(([, file, text]) => [file, text] as const), ...FINE]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  const { stdout, stderr } = spawnSync(
    join(root, 'node_modules', '.bin', 'oxlint'),
    ['--type-aware', '--deny-warnings', '--format=json'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (!stdout.startsWith('{')) throw new Error(`oxlint printed no report: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  found = diagnostics.map(({ code, filename }) => ({ rule: code, file: filename }));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test.each(BROKEN)('%s is found', (rule, file) => {
  expect(found).toContainEqual({ rule, file });
});

test('files that break no rule pass', () => {
  const fine = FINE.map(([file]) => file).filter((file) => file !== 'src/cycle-b.ts');
  expect(found.filter(({ file }) => fine.includes(file))).toEqual([]);
});
