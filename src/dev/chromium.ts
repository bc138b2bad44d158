import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheDir } from './cache-dir.ts';
import type { Log } from './children.ts';
import { withLock } from './lock.ts';
import { run } from './run.ts';

/** A browser for playwright-core's `executablePath`, or why there is none on this machine. */
export type Chromium = { path: string; reason?: undefined } | { path: undefined; reason: string };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** No sandbox: it cannot run as root. No QUIC and nothing in the background: the browser is to talk to the page alone. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `CHROMIUM_PATH`, else Chromium or Chrome on the PATH or in /usr/bin, else installed by apt-get when that is allowed. */
export async function findChromium({
  log,
  env = process.env,
}: {
  log: Log;
  env?: NodeJS.ProcessEnv;
}): Promise<Chromium> {
  const named = env['CHROMIUM_PATH'];
  if (named) {
    return (await isExecutable(named))
      ? { path: named }
      : { path: undefined, reason: `CHROMIUM_PATH is ${named}, which is no program` };
  }
  const present = await installed(env);
  if (present) return present;
  if (process.getuid?.() !== 0) return { path: undefined, reason: 'Chromium is not installed (set CHROMIUM_PATH)' };
  if ((await run('apt-get', ['--version'], { env })).code !== 0) {
    return { path: undefined, reason: 'Chromium is not installed, and there is no apt-get to install it with' };
  }
  return withLock(
    join(cacheDir(env), 'chromium.lock'),
    async () => (await installed(env)) ?? (await install(log, env)),
  );
}

/** For `chromium.launchPersistentContext(userDataDir, options)` of playwright-core. */
export interface LaunchOptions {
  /** A fresh folder, so that nothing of an earlier run is in the browser. */
  userDataDir: string;
  options: { executablePath: string; headless: true; args: string[] };
  /** Deletes the folder; call it once the browser is closed. */
  cleanUp: () => Promise<void>;
}

/** Settings for a browser that is quiet, headless and new. */
export async function launchOptions(executablePath: string): Promise<LaunchOptions> {
  const userDataDir = await mkdtemp(join(tmpdir(), 'countersign-browser-'));
  return {
    userDataDir,
    options: { executablePath, headless: true, args: [...ARGS] },
    // The browser may still be writing its last files.
    cleanUp: async () => rm(userDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

async function installed(env: NodeJS.ProcessEnv): Promise<{ path: string } | undefined> {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  for (const path of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (await isExecutable(path)) return { path };
  }
  return undefined;
}

async function install(log: Log, env: NodeJS.ProcessEnv): Promise<Chromium> {
  const doing = 'Installing Chromium with apt-get (about 10 s, once)';
  log(`${doing} ...`);
  const options = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: 300_000,
    progress: { doing, say: log },
  };
  const args = ['install', '-y', '--no-install-recommends', 'chromium'];
  let result = await run('apt-get', args, options);
  if (result.code !== 0) {
    // A fresh image has no package lists.
    await run('apt-get', ['update'], options);
    result = await run('apt-get', args, options);
  }
  const reason = `apt-get could not install Chromium: ${result.output.trim().split('\n').at(-1) ?? ''}`;
  return (await installed(env)) ?? { path: undefined, reason };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
