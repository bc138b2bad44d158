import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'src');

/** Above this something that does not belong into a workflow was bundled: a value import of openai or pg costs 1 MB. */
export const BUNDLE_LIMIT_BYTES = 2_000_000;

/**
 * Path of the workflow bundle, built once per state of the sources and kept in `.countersign/cache`. A production image
 * builds it while it is made (`node src/worker/bundle.ts`), so that a worker starts without webpack.
 */
export async function workflowBundle(logger?: Logger): Promise<string> {
  const folder = join(root, '.countersign', 'cache');
  const file = join(folder, `workflows-${stateOfSources()}.js`);
  if (existsSync(file)) return file;
  const workflowsPath = join(source, 'workflows', 'index.ts');
  const workflowInterceptorModules = [join(source, 'workflows', 'one-local-step.ts')];
  const options = { workflowsPath, workflowInterceptorModules, ...(logger ? { logger } : {}) };
  const { code } = await bundleWorkflowCode(options);
  if (code.length > BUNDLE_LIMIT_BYTES) {
    throw new Error(
      `workflow bundle: ${code.length} bytes, at most ${BUNDLE_LIMIT_BYTES}; look for a value import that does no workflow good`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, code);
  renameSync(temporary, file);
  return file;
}

function stateOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (/^(workflows|domain)\/|^(messages|failures)\.ts$/.test(name) && name.endsWith('.ts')) {
      hash.update(name).update(readFileSync(join(source, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await workflowBundle()}\n`);
