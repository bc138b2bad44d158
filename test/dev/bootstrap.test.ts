import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const BOOTSTRAP = fileURLToPath(new URL('../../scripts/bootstrap.mjs', import.meta.url));

/** A project with one package of its own (a folder), so that installing it needs no network. */
async function project(): Promise<string> {
  const root = await temporaryFolder();
  await mkdir(join(root, 'scripts'));
  await cp(BOOTSTRAP, join(root, 'scripts', 'bootstrap.mjs'));
  await mkdir(join(root, 'part'));
  await writeFile(join(root, 'part', 'package.json'), JSON.stringify({ name: 'part', version: '1.0.0' }));
  await describe(root, '1.0.0');
  return root;
}

async function describe(root: string, version: string): Promise<void> {
  const manifest = { name: 'project', version, dependencies: { part: 'file:part' } };
  const packages = { '': manifest, 'node_modules/part': { resolved: 'part', link: true }, part: { version: '1.0.0' } };
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest));
  const lock = { name: 'project', version, lockfileVersion: 3, requires: true, packages };
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock));
}

async function bootstrap(root: string): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'scripts', 'bootstrap.mjs')], (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

const isInstalled = async (root: string) =>
  stat(join(root, 'node_modules', 'part')).then(
    () => true,
    () => false,
  );

test('packages are installed once, and again only when the lockfile changes or they are gone', async () => {
  const root = await project();
  expect(await bootstrap(root)).toMatchObject({ code: 0, stderr: expect.stringContaining('Installing packages') });
  expect(await isInstalled(root)).toBe(true);
  expect(await bootstrap(root)).toEqual({ code: 0, stderr: '' });

  await describe(root, '1.0.1');
  expect((await bootstrap(root)).stderr).toContain('Installing packages');

  await rm(join(root, 'node_modules'), { recursive: true });
  expect((await bootstrap(root)).stderr).toContain('Installing packages');
  expect(await isInstalled(root)).toBe(true);
}, 60_000);

test('a failed installation ends with what to do, leaves no stamp, and is tried again', async () => {
  const root = await project();
  const lockfile = join(root, 'package-lock.json');
  const good = await readFile(lockfile, 'utf8');
  await writeFile(lockfile, good.replace(/"node_modules\/part":\{[^}]*\},/, ''));
  const failed = await bootstrap(root);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('Installing the packages failed (npm ci ended with 1)');
  expect(failed.stderr).toContain('npm ping');
  await writeFile(lockfile, good);
  expect((await bootstrap(root)).code).toBe(0);
}, 60_000);

test('two commands at once install once', async () => {
  const root = await project();
  const results = await Promise.all([bootstrap(root), bootstrap(root)]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(results.filter(({ stderr }) => stderr.includes('Installing packages'))).toHaveLength(1);
}, 60_000);
