import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { expect, onTestFinished, test } from 'vitest';
import { BUNDLE_LIMIT_BYTES, workflowBundle } from '../../src/worker/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const logger = new DefaultLogger('ERROR');
/** What the SDK itself brings. Anything else in a workflow is a value import that was meant to be one of types. */
const PACKAGES = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];
/** Modules of Node which the bundler replaces with its own for the sandbox. */
const REPLACED = ['assert', 'async_hooks', 'url', 'util'];

/** The packages and modules of Node whose code is in a bundle, by the names that webpack gives its modules. */
function contentsOf(code: string): { packages: string[]; builtins: string[]; sources: string[] } {
  const modules = [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map(([, name = '']) => name);
  const packages = modules.flatMap((name) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []);
  const builtins = modules.filter((name) => isBuiltin(name.replace(/^external /, '')));
  return {
    packages: [...new Set(packages)].toSorted(),
    builtins,
    sources: modules.flatMap((name) => /^\.\/(src\/.*\.ts)$/.exec(name)?.[1] ?? []),
  };
}

test('the workflow bundle holds our workflows and the SDK, and little else', async () => {
  const code = readFileSync(await workflowBundle(logger), 'utf8');
  expect(code.length).toBeLessThan(BUNDLE_LIMIT_BYTES);
  const { packages, builtins, sources } = contentsOf(code);
  expect(packages.filter((name) => !PACKAGES.includes(name))).toEqual([]);
  expect(packages).toContain('@temporalio/workflow');
  expect(builtins.filter((name) => !REPLACED.includes(name))).toEqual([]);
  expect(sources).toContain('src/workflows/decide-case.ts');
  expect(sources.filter((file) => !/^src\/(workflows|domain)\/|^src\/(messages|failures)\.ts$/.test(file))).toEqual([]);
});

async function bundleOf(source: string): Promise<string> {
  // Below the repository, so that it finds the packages.
  mkdirSync(join(root, '.countersign'), { recursive: true });
  const folder = mkdtempSync(join(root, '.countersign', 'workflow-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'index.ts'), source);
  return (await bundleWorkflowCode({ workflowsPath: join(folder, 'index.ts'), logger })).code;
}

test('a value import of openai would be seen', async () => {
  const code = await bundleOf("import OpenAI from 'openai';\nexport async function ask() { return String(OpenAI); }");
  expect(contentsOf(code).packages).toContain('openai');
});

test('a value import of pg, and so of Node, does not bundle', async () => {
  await expect(bundleOf("import pg from 'pg';\nexport async function ask() { return String(pg); }")).rejects.toThrow(
    /disallowed modules|dns|net/,
  );
});
