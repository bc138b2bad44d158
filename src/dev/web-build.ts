import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from './children.ts';
import { withLock } from './lock.ts';
import { run } from './run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'dist', 'web');
const stamp = join(built, 'sources.sha256');

/**
 * Builds the web app into dist/web when it is missing or its sources have changed since, and says so. Safe to call from
 * many processes at once.
 *
 * @throws Error with the last lines of the build when it fails
 */
export async function buildWeb(log: Log): Promise<void> {
  if (await isFresh()) return;
  await withLock(join(root, '.countersign', 'web-build.lock'), async () => {
    if (await isFresh()) return;
    const hash = await hashOfSources();
    log('Building the web app (about 10 s, once per change) ...');
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const { code, output } = await run(process.execPath, [vite, 'build', join('src', 'web')], {
      cwd: root,
      // Tests have another one, and would get a slow build for developers.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    if (code !== 0) throw new Error(`The web app cannot be built:\n${output}`);
    await writeFile(stamp, hash);
  });
}

async function isFresh(): Promise<boolean> {
  const before = await readFile(stamp, 'utf8').catch(() => '');
  return before !== '' && before === (await hashOfSources());
}

/** By content: after a clone or a change of branch, times tell nothing. */
async function hashOfSources(): Promise<string> {
  const folder = join(root, 'src', 'web');
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [...files.toSorted(), join(root, 'package-lock.json')])
    hash.update(file.slice(root.length)).update(await readFile(file));
  return hash.digest('hex');
}
