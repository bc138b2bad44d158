import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../../.ci/run', import.meta.url));

/** Runs .ci/run with an npm that prints these lines and ends so: first for `test`, then for `run test:full`. */
function run(quick: { prints: string; code: number }, full: { prints: string; code: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-ci-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, '.ci'));
  cpSync(script, join(folder, '.ci', 'run'));
  const answer = ({ prints, code }: typeof quick) => `echo '${prints}'; exit ${code}`;
  writeFileSync(
    join(folder, 'npm'),
    `#!/bin/sh\ncase "$*" in test) ${answer(quick)};; 'run test:full') ${answer(full)};; *) exit 99;; esac\n`,
  );
  chmodSync(join(folder, 'npm'), 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const { stdout, status } = spawnSync(join(folder, '.ci', 'run'), { encoding: 'utf8', env });
  return { status, stdout, closing: stdout.trimEnd().split('\n').at(-1) };
}

test.each([
  ['both pass', ['7 passed, 0 failed', 0], ['2 passed, 0 failed', 0], 0, '9 passed, 0 failed'],
  [
    'skipped are summed',
    ['7 passed, 0 failed, 1 skipped', 0],
    ['2 passed, 0 failed, 2 skipped', 0],
    0,
    '9 passed, 0 failed, 3 skipped',
  ],
  ['the long ones run after a failure', ['7 passed, 1 failed', 1], ['2 passed, 0 failed', 0], 1, '9 passed, 1 failed'],
  ['a run that says nothing', ['nothing', 1], ['2 passed, 0 failed', 0], 1, '2 passed, 1 failed'],
  ['a run that says nothing and ends well', ['nothing', 0], ['2 passed, 0 failed', 0], 1, '2 passed, 1 failed'],
  [
    'a run that ends badly without a failure',
    ['7 passed, 0 failed', 3],
    ['2 passed, 0 failed', 0],
    1,
    '9 passed, 1 failed',
  ],
] as const)('%s', (_name, [prints, code], [fullPrints, fullCode], status, closing) => {
  expect(run({ prints, code }, { prints: fullPrints, code: fullCode })).toMatchObject({ status, closing });
});

test('what failed is told again at the end, of both runs', () => {
  const quick = { prints: 'FAILED unit: a.test.ts > adds: wrong\nFAILED lint: bad\n7 passed, 2 failed', code: 1 };
  const full = { prints: 'FAILED drill: lost a case\n1 passed, 1 failed', code: 1 };
  expect(run(quick, full).stdout).toMatch(
    /\n\nFAILED unit: a.test.ts > adds: wrong\nFAILED lint: bad\nFAILED drill: lost a case\n8 passed, 3 failed\n$/,
  );
});
