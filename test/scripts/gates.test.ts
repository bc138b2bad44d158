import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Gate } from '../../scripts/test/gates.ts';

const gatesUrl = new URL('../../scripts/test/gates.ts', import.meta.url).href;
const node = (code: string): readonly [string, ...string[]] => [process.execPath, '-e', code];
const passes: Gate = { name: 'fine', kind: 'command', command: node('') };
const fails: Gate = { name: 'bad', kind: 'command', command: node("console.log('the reason'); process.exit(3)") };

/** Runs the gates in a process of their own, as `npm test` does. */
function run(gates: readonly Gate[], only: readonly string[] = [], limitMs = 60_000) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-gates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'run.mjs');
  const call = [gates, only, limitMs].map((value) => JSON.stringify(value)).join(', ');
  writeFileSync(file, `import { runGates } from ${JSON.stringify(gatesUrl)};\nawait runGates(${call});\n`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [pathToFileURL(file).pathname], { encoding: 'utf8' });
  return { stdout, stderr, status, closing: stdout.trimEnd().split('\n').at(-1) };
}

test('all pass', () => {
  expect(run([passes, passes])).toMatchObject({ status: 0, closing: '2 passed, 0 failed' });
});

test('the gates after a failure run too, and its output is shown', () => {
  const { stdout, ...rest } = run([fails, passes]);
  expect(rest).toMatchObject({ status: 1, closing: '1 passed, 1 failed' });
  expect(stdout).toMatch(/^bad +FAILED.*\n {4}the reason$/m);
  expect(stdout).toMatch(/\n\nFAILED bad: the reason\n1 passed, 1 failed\n$/);
  expect(stdout).toMatch(/^fine +passed/m);
});

test('quick gates count one each, also side by side', () => {
  const quick = [passes, fails, passes, fails].map((gate) => ({ ...gate, quick: true })) as Gate[];
  expect(run(quick)).toMatchObject({ status: 1, closing: '2 passed, 2 failed' });
});

test('a program that does not exist fails', () => {
  const { stdout, ...rest } = run([{ name: 'gone', kind: 'command', command: ['/nowhere/program'] }]);
  expect(rest).toMatchObject({ status: 1, closing: '0 passed, 1 failed' });
  expect(stdout).toMatch('ENOENT');
});

test('a gate without its file is skipped and says so', () => {
  const { stdout, ...rest } = run([passes, { ...passes, name: 'later', needs: 'src/not-there.ts' }]);
  expect(rest).toMatchObject({ status: 0, closing: '1 passed, 0 failed, 1 skipped' });
  expect(stdout).toMatch(/^later +skipped +there is no src\/not-there.ts$/m);
});

test('only the gates that are named run; a name that is none is an error', () => {
  expect(run([passes, fails], ['fine'])).toMatchObject({ status: 0, closing: '1 passed, 0 failed' });
  expect(run([passes, fails], ['fien'])).toMatchObject({ status: 2, stderr: 'No gate fien; there are: fine, bad\n' });
});

test('at the time limit the running gate is stopped, and the rest has failed', () => {
  const hangs: Gate = { name: 'hangs', kind: 'command', command: node('setInterval(() => {}, 1000)') };
  const { stdout, ...rest } = run([hangs, passes], [], 500);
  expect(rest).toMatchObject({ status: 1, closing: '0 passed, 2 failed' });
  expect(stdout).toMatch(/^fine +FAILED +not started/m);
});
