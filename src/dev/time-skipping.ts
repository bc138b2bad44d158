import { createHash, randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './cache-dir.ts';
import type { Log } from './children.ts';
import { withLock } from './lock.ts';
import { run } from './run.ts';

/** A program for `executable: { type: 'existing-path', path }`, or why there is none on this machine. */
export type TimeSkippingServer = { path: string; reason?: undefined } | { path: undefined; reason: string };

const POM = new URL('../../test/support/time-skipping/pom.xml', import.meta.url);
/** `exec` lets a signal to the wrapper end the JVM; the three options shorten its start to half a second. */
const WRAPPER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * The Java test server of Temporal, in which days pass at once. Fetched by Maven into the cache folder the first time
 * (about 10 s, 33 MB). It knows no list, no count and no schedules.
 */
export async function findTimeSkippingServer({
  log,
  env = process.env,
}: {
  log: Log;
  env?: NodeJS.ProcessEnv;
}): Promise<TimeSkippingServer> {
  if ((await run('java', ['-version'], { env })).code !== 0)
    return { path: undefined, reason: 'Java is not installed' };
  const pom = await readFile(POM);
  const home = join(cacheDir(env), `time-skipping-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`);
  const path = join(home, 'server.sh');
  const ready = async () => (await stat(path).catch(() => undefined)) !== undefined;
  if (await ready()) return { path };
  if ((await run('mvn', ['--version'], { env })).code !== 0)
    return { path: undefined, reason: 'Maven is not installed' };
  return withLock(`${home}.lock`, async () => {
    if (await ready()) return { path };
    const failure = await fetchInto(home, log, env);
    return failure === undefined ? { path } : { path: undefined, reason: failure };
  });
}

/** Fills a folder of another name first: one that has its name is complete. Returns why it failed, if it did. */
async function fetchInto(home: string, log: Log, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const partial = `${home}.${randomUUID()}`;
  await mkdir(partial, { recursive: true });
  try {
    await cp(fileURLToPath(POM), join(partial, 'pom.xml'));
    const doing = 'Fetching the time-skipping Temporal server with Maven (about 10 s, once)';
    log(`${doing} ...`);
    const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'];
    const { code, output } = await run('mvn', args, {
      cwd: partial,
      env,
      timeoutMs: 300_000,
      progress: { doing, say: log },
    });
    if (code !== 0) return `Maven could not fetch it: ${output.trim().split('\n')[0] ?? ''}`;
    await writeFile(join(partial, 'server.sh'), WRAPPER);
    await chmod(join(partial, 'server.sh'), 0o755);
    await rename(partial, home);
    return undefined;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
