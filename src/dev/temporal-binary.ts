import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './cache-dir.ts';
import type { Log } from './children.ts';
import { withLock } from './lock.ts';
import { run } from './run.ts';

/** The official Temporal command line program, which contains the development server. */
export interface TemporalBinary {
  path: string;
  /** Version of the server inside, such as '1.29.1'. */
  serverVersion: string;
}

/** The oldest server whose features Countersign relies on. */
const OLDEST_SERVER = '1.29.1';
/** The newest version that `go install` can build: later ones carry a replace directive. It holds server 1.29.1. */
const GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const BUILT = 'temporal-cli-v1.5.1';
/** The SDK names its downloads so. */
const DOWNLOADED = /^temporal-sdk-typescript-[\d.]+$/;
const DOWNLOAD_SITE = 'https://temporal.download/';
const PROBE_MS = 4_000;
const DOWNLOAD_MS = 180_000;

/** The two ways to a binary that is not there yet; each leaves it in the cache folder. Replaced in tests. */
export interface Makers {
  /** False when it could not be had this way. */
  download: (cache: string, log: Log) => Promise<boolean>;
  build: (cache: string, log: Log, env: NodeJS.ProcessEnv) => Promise<void>;
}

/**
 * Finds the Temporal program, or gets it once: `TEMPORAL_CLI_PATH`; `temporal` on the PATH; the cached copy; Go's bin
 * folder; the SDK's own download; built with Go. A server older than 1.29.1 is passed over, with a line saying so.
 *
 * @throws Error that says what to install when there is no way to one
 */
export async function findTemporal(options: {
  log: Log;
  env?: NodeJS.ProcessEnv;
  makers?: Makers;
}): Promise<TemporalBinary> {
  const { log, env = process.env, makers = { download: downloadWithSdk, build: buildWithGo } } = options;
  const named = env['TEMPORAL_CLI_PATH'];
  if (named) {
    const serverVersion = await serverVersionOf(named);
    if (serverVersion === undefined) throw new Error(`TEMPORAL_CLI_PATH is ${named}, which is not a Temporal program`);
    return { path: named, serverVersion };
  }
  const cache = cacheDir(env);
  const present = await firstUsable([...onPath(env), ...(await cached(cache)), ...inGoBin(env)], log);
  if (present) return present;

  return withLock(
    join(cache, 'temporal.lock'),
    async () => {
      // Another process may have got it while this one waited.
      const now = await firstUsable(await cached(cache), log);
      if (now) return now;
      if (!(await makers.download(cache, log))) await makers.build(cache, log, env);
      const made = await firstUsable(await cached(cache), log);
      if (!made) throw new Error(`the Temporal program made in ${cache} does not run`);
      return made;
    },
    { onWait: (pid) => log(`Process ${pid} is getting the Temporal server; waiting for it ...`) },
  );
}

function onPath(env: NodeJS.ProcessEnv): string[] {
  return (env['PATH'] ?? '').split(delimiter).flatMap((folder) => (folder ? [join(folder, 'temporal')] : []));
}

async function cached(cache: string): Promise<string[]> {
  const names = await readdir(cache).catch(() => []);
  return names.filter((name) => name === BUILT || DOWNLOADED.test(name)).map((name) => join(cache, name));
}

function inGoBin(env: NodeJS.ProcessEnv): string[] {
  const paths = env['GOPATH'] || join(env['HOME'] || homedir(), 'go');
  const bins = env['GOBIN'] ? [env['GOBIN']] : paths.split(delimiter).map((path) => join(path, 'bin'));
  return bins.map((bin) => join(bin, 'temporal'));
}

async function firstUsable(candidates: readonly string[], log: Log): Promise<TemporalBinary | undefined> {
  for (const path of candidates) {
    const serverVersion = await serverVersionOf(path);
    if (serverVersion === undefined) continue;
    if (isAtLeast(serverVersion, OLDEST_SERVER)) return { path, serverVersion };
    log(`${path} holds Temporal server ${serverVersion}, older than ${OLDEST_SERVER}: not used`);
  }
  return undefined;
}

async function serverVersionOf(path: string): Promise<string | undefined> {
  const executable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) return undefined;
  const { output } = await run(path, ['--version'], { timeoutMs: 10_000 });
  return /Server (\d+\.\d+\.\d+)/.exec(output)?.[1];
}

function isAtLeast(version: string, floor: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) >= 0;
}

/**
 * The SDK offers its download only as part of starting a server, so a process of its own starts one and stops it. A
 * machine without a way out finds that out by the short probe, not by the SDK's long patience.
 */
async function downloadWithSdk(cache: string, log: Log): Promise<boolean> {
  try {
    await fetch(DOWNLOAD_SITE, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
  } catch {
    log('The Temporal server cannot be downloaded from here.');
    return false;
  }
  const doing = 'Downloading the Temporal server (about 100 MB, once)';
  log(`${doing} ...`);
  const script = fileURLToPath(new URL('./temporal-download.ts', import.meta.url));
  const { code } = await run(process.execPath, [script, cache], {
    timeoutMs: DOWNLOAD_MS,
    progress: { doing, say: log },
  });
  if (code !== 0) log('The download of the Temporal server failed.');
  return code === 0;
}

/** Builds it from the Go module proxy. */
export async function buildWithGo(cache: string, log: Log, env: NodeJS.ProcessEnv): Promise<void> {
  if ((await run('go', ['version'], { env })).code !== 0) {
    throw new Error(
      'There is no Temporal server on this machine, and no Go to build one with. Do one of these, then try again:\n' +
        '  - install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH\n' +
        '  - set TEMPORAL_CLI_PATH to it, or TEMPORAL_ADDRESS to a server that runs already\n' +
        '  - install Go (https://go.dev/dl): the server is then built from source',
    );
  }
  const bin = join(cache, `build-${randomUUID()}`);
  await mkdir(bin, { recursive: true });
  try {
    const doing = 'Building the Temporal server with Go (about 2.5 minutes, once)';
    log(`${doing} ...`);
    const { code, output } = await run('go', ['install', GO_MODULE], {
      env: { ...env, GOBIN: bin },
      progress: { doing, say: log },
    });
    if (code !== 0) throw new Error(`go install ${GO_MODULE} failed:\n${output}`);
    await rename(join(bin, 'temporal'), join(cache, BUILT));
    log(`The Temporal server is built: ${join(cache, BUILT)}`);
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
}
