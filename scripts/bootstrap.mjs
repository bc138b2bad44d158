// Installs the packages when they are missing or stale, so that `npm start` is the only command a newcomer needs.
// Runs before every npm script, under whatever Node the machine has (>= 18), and therefore imports nothing but Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.countersign-stamp');
const lock = join(root, '.countersign', 'install.lock');

/** What decides which packages belong in node_modules: the lockfile, package.json and the platform's own binaries. */
function wanted() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const name of ['package-lock.json', 'package.json']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

const installed = (hash) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;

/** Ends with this message alone: whoever reads it wants to know what to do, not where it was thrown. */
class GiveUp extends Error {}

/**
 * The Node that npm itself runs on, never the one inside node_modules: `npm ci` deletes that file while it works, and
 * the install scripts of packages would then find no `node` to run.
 */
function outerNode() {
  const candidates = [process.env.npm_node_execpath, process.execPath];
  return candidates.find((path) => path && existsSync(path) && !realpathSync(path).startsWith(modules + sep));
}

function npmCi() {
  // Errors only: under an older Node npm warns about every package that wants the Node which is being installed.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules));
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path.join(delimiter) } };
  const npm = process.env.npm_execpath;
  const node = outerNode();
  if (npm && /\.c?js$/.test(npm) && node) return spawnSync(node, [npm, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** Two commands started at once must not delete each other's packages: the second waits until the first is done. */
function takeLock() {
  mkdirSync(join(root, '.countersign'), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      return writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderIsAlive()) rmSync(lock, { force: true });
    else if (!told) console.error('Another command is installing the packages; waiting for it ...');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function holderIsAlive() {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // An empty file belongs to a process that is about to write its id.
    return holder === 0 || process.kill(holder, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function install(hash) {
  takeLock();
  try {
    if (installed(hash)) return;
    console.error('Installing packages (about 30 s, once) ...');
    const startedAt = Date.now();
    const result = npmCi();
    if (result.error?.code === 'ENOENT')
      throw new GiveUp('npm was not found. Install Node.js with npm, then try again.');
    if (result.status !== 0) {
      throw new GiveUp(
        [
          `Installing the packages failed (npm ci ended with ${result.status ?? result.signal}). The reason stands above. What usually helps:`,
          '  - no network or a proxy: `npm ping` must answer; `npm config get registry` names the registry in use',
          '  - "can only install packages when ... are in sync": `git checkout package.json package-lock.json`',
          '  - a full disk, or files of another user in node_modules: free space, or delete the folder node_modules',
          'Then run the same command again.',
        ].join('\n'),
      );
    }
    mkdirSync(modules, { recursive: true });
    writeFileSync(stamp, hash);
    console.error(`Packages installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  } finally {
    rmSync(lock, { force: true });
  }
}

try {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new GiveUp(
      `Node ${process.versions.node} is too old to start from. Install Node 18 or newer, then try again.`,
    );
  }
  if (!existsSync(join(root, 'package-lock.json'))) throw new GiveUp(`package-lock.json is missing in ${root}.`);
  const hash = wanted();
  if (!installed(hash)) install(hash);
} catch (error) {
  if (!(error instanceof GiveUp)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
