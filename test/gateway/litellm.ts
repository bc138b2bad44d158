import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startChild } from '../../src/dev/children.ts';
import { freePort } from '../../src/dev/ports.ts';

/** Tried with this version; another one may answer differently. */
export const LITELLM_VERSION = '1.101.6';

const run = promisify(execFile);
const MINUTE_MS = 60_000;

/** The program of the proxy, or why there is none. */
export type LiteLLM = { program: string } | { missing: string };

/**
 * LiteLLM's proxy in an environment of its own under the project's cache, installed from PyPI the first time: some
 * minutes and some 500 MB. Needs Python 3 with `venv`.
 */
export async function litellmProxy(log: (line: string) => void): Promise<LiteLLM> {
  const folder = join(import.meta.dirname, '../../.countersign/cache', `litellm-${LITELLM_VERSION}`);
  const program = join(folder, 'bin/litellm');
  const done = join(folder, 'installed');
  if (await exists(done)) return { program };
  const missing = async (what: string, error: unknown): Promise<LiteLLM> => {
    await rm(folder, { recursive: true, force: true });
    return { missing: `${what}: ${lastLine(error)}` };
  };
  try {
    await run('python3', ['-m', 'venv', '--clear', folder], { timeout: 5 * MINUTE_MS });
  } catch (error) {
    return await missing('no Python 3 with venv', error);
  }
  log(`installing LiteLLM ${LITELLM_VERSION} from PyPI into ${folder}; this takes minutes`);
  try {
    const wanted = `litellm[proxy]==${LITELLM_VERSION}`;
    const how = ['--quiet', '--no-input', '--disable-pip-version-check', '--prefer-binary'];
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...how, wanted], { timeout: 25 * MINUTE_MS });
  } catch (error) {
    return await missing('LiteLLM cannot be installed from PyPI', error);
  }
  await writeFile(done, '');
  return { program };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || (message ?? 'unknown')).split('\n').at(-1) ?? '';
}

/** A running proxy; `url` is the base URL for an OpenAI client. */
export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the proxy in front of a provider, with no retries, fallbacks or cooldowns of its own: Temporal's retries are the
 * only ones, and a model that is away for one case is not away for the next.
 */
export async function startLiteLLM(program: string, upstream: string, models: readonly string[]): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-litellm-'));
  const port = await freePort();
  const config = {
    model_list: models.map((model) => ({
      model_name: model,
      litellm_params: { model: `openai/${model}`, api_base: upstream, api_key: 'stand-in', max_retries: 0 },
    })),
    litellm_settings: { num_retries: 0, request_timeout: 60, telemetry: false },
    router_settings: { num_retries: 0, disable_cooldowns: true },
  };
  const file = join(folder, 'config.yaml');
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(config));
  // The ledger's address is none of its business: it would keep tables of its own there.
  const { DATABASE_URL: _, ...without } = process.env;
  const child = await startChild({
    name: 'litellm',
    command: program,
    args: ['--config', file, '--host', '127.0.0.1', '--port', String(port)],
    // Prices come with the package; it fetches newer ones when it starts.
    env: { ...without, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
    stateDir: folder,
  });
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const base = `http://127.0.0.1:${port}`;
  const gone = child.exited.then(() => true);
  for (const end = Date.now() + 5 * MINUTE_MS; Date.now() < end;) {
    const alive = await fetch(`${base}/health/liveliness`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (alive) return { url: `${base}/v1`, stop };
    if (await Promise.race([gone, sleep(500, false)])) break;
  }
  const said = await child.tail(20);
  await stop();
  throw new Error(`LiteLLM does not start:\n${said}`);
}
