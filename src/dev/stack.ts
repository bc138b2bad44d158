import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { openLedger } from '../adapters/ledger/ledger.ts';
import { migrate } from '../adapters/ledger/migrate.ts';
import type { FeedItem } from '../packs/pack.ts';
import type { Log } from './children.ts';
import { addDemoPeople } from './demo-people.ts';
import { portIsFree, portTakenMessage } from './ports.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { jsonLine, startNodeProcess, type NodeProcess } from './processes.ts';
import { sampleFeeds } from './samples.ts';
import { startTemporalServer, temporalFromEnvironment, type TemporalServer } from './temporal-server.ts';
import { buildWeb } from './web-build.ts';

/** How to bring up everything that Countersign needs on one machine. */
export interface StackOptions {
  stateDir: string;
  log: Log;
  /** Preferred port; another is used, and named, when it is taken. Default: any free one. */
  apiPort?: number;
  /** More environment for worker and API, e.g. COUNTERSIGN_PACKS. */
  env?: Record<string, string>;
  /** Default true: start the worker; tests start their own. */
  worker?: boolean;
  /** Build the web app first, where it is missing or older than its sources. Default: the API serves what is there. */
  web?: boolean;
}

type Program = NodeProcess<{ url: string; healthUrl: string }>;

/** The running stack. Every part of it is a process of its own, so each can be killed by itself. */
export interface Stack {
  stateDir: string;
  temporalAddress: string;
  temporalUiUrl: string;
  namespace: string;
  databaseUrl: string;
  apiUrl: string;
  /** Base address of the stand-in model (`/v1` under it), or undefined when a real provider answers. */
  modelUrl: string | undefined;
  /** Base address of the stand-in business system, or undefined when real sinks are configured. */
  businessUrl: string | undefined;
  /** Environment of the worker and the API: enough to start another one. */
  env: Record<string, string>;
  temporal: TemporalServer | undefined;
  postgres: Postgres | undefined;
  worker: Program | undefined;
  api: Program;
  startWorker(env?: Record<string, string>, name?: string): Promise<Program>;
  stop(): Promise<void>;
}

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts what the environment does not name already, in the order in which the parts need each other. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateDir, log } = options;
  await mkdir(stateDir, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).toReversed())
      await end().catch((error: unknown) => log(`while stopping: ${String(error)}`));
  };
  try {
    const named = temporalFromEnvironment();
    const web = options.web ? buildWeb(log) : Promise.resolve();
    // It is awaited once what was started meanwhile can be stopped.
    web.catch(() => undefined);
    const [temporal, postgres] = await Promise.all([
      named
        ? undefined
        : startTemporalServer({
            stateDir,
            log,
            dynamicConfig: DYNAMIC_CONFIG,
          }),
      process.env['DATABASE_URL'] ? undefined : startPostgres({ stateDir, log }),
    ]);
    if (temporal) stops.push(() => temporal.stop());
    if (postgres) stops.push(() => postgres.stop());
    await web;
    const databaseUrl = process.env['DATABASE_URL'] ?? postgres?.url ?? '';
    const temporalAddress = temporal?.address ?? process.env['TEMPORAL_ADDRESS'] ?? '';
    const namespace = named?.namespace ?? 'default';
    await prepareLedger(databaseUrl, log);

    const model = process.env['OPENAI_API_KEY']
      ? undefined
      : await startProgram(options, 'stand-in-model', source('./stand-in-model/main.ts'), []);
    if (model) stops.push(() => model.stop());
    const business = process.env['COUNTERSIGN_SINKS']
      ? undefined
      : await startProgram(options, 'stand-in-business', source('./stand-in-business/main.ts'), [
          '--state-dir',
          join(stateDir, 'business'),
        ]);
    if (business) {
      stops.push(() => business.stop());
      // Accounts payable honours idempotency keys; payments and the help desk can only be looked up.
      await put(`${business.ready.url}/admin/settings`, { collection: 'postings', honourIdempotencyKey: true });
    }

    const env: Record<string, string> = {
      ...(temporal ? { TEMPORAL_ADDRESS: temporal.address } : {}),
      DATABASE_URL: databaseUrl,
      COUNTERSIGN_ACCESS: 'local',
      COUNTERSIGN_SIGNING_KEY_FILE: await signingKey(stateDir),
      ...(model
        ? {
            OPENAI_BASE_URL: model.ready.url,
            OPENAI_API_KEY: 'stand-in',
            COUNTERSIGN_MODEL: 'openai/stand-in-large',
            COUNTERSIGN_FALLBACK_MODEL: 'openai/stand-in-small',
          }
        : {}),
      ...(business
        ? { COUNTERSIGN_SINKS: sinksOf(business.ready.url), COUNTERSIGN_NOTICES_URL: `${business.ready.url}/notices` }
        : {}),
      ...(temporal ? { TEMPORAL_UI_URL: temporal.uiUrl } : {}),
      COUNTERSIGN_API_PORT: String(await apiPort(options.apiPort, log)),
      ...options.env,
    };
    const startWorker = async (more: Record<string, string> = {}, name = 'worker') => {
      const worker = await startProgram(
        { ...options, env: { ...env, ...more } },
        name,
        source('../worker/main.ts'),
        [],
      );
      stops.push(() => worker.stop(100_000));
      return worker;
    };
    const worker = options.worker === false ? undefined : await startWorker();
    const api = await startProgram({ ...options, env }, 'api', source('../worker/api.ts'), []);
    stops.push(() => api.stop());
    return {
      stateDir,
      temporalAddress,
      namespace,
      databaseUrl,
      env,
      temporal,
      postgres,
      worker,
      api,
      startWorker,
      stop,
      temporalUiUrl: temporal?.uiUrl ?? process.env['TEMPORAL_UI_URL'] ?? '',
      apiUrl: api.ready.url,
      modelUrl: model?.ready.url.replace(/\/v1$/, ''),
      businessUrl: business?.ready.url,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Next tasks go to a worker that already asked: fewer hops between server and worker. Any server may be set so. */
export const DYNAMIC_CONFIG = { 'system.enableActivityEagerExecution': true } as const;

async function startProgram(options: StackOptions, name: string, file: string, args: string[]): Promise<Program> {
  const { stateDir, log, env = {} } = options;
  return await startNodeProcess({ name, file, args, env, stateDir, log, ready: (line) => readyLine(line) });
}

function readyLine(line: string): { url: string; healthUrl: string } | undefined {
  const said = jsonLine<{ url?: string; healthUrl?: string; level?: number }>(line);
  if (!said || said.level !== undefined || (said.url === undefined && said.healthUrl === undefined)) return undefined;
  return { url: said.url ?? '', healthUrl: said.healthUrl ?? '' };
}

/** The key of this state, made at its first start. */
async function signingKey(stateDir: string): Promise<string> {
  const named = process.env['COUNTERSIGN_SIGNING_KEY_FILE'];
  if (named) return named;
  const file = join(stateDir, 'signing-key.pem');
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return file;
}

function sinksOf(base: string): string {
  return JSON.stringify({
    'accounts-payable': { url: `${base}/accounts-payable`, capability: 'idempotency-key' },
    payments: { url: `${base}/accounts-payable`, capability: 'look-up' },
    'help-desk': { url: `${base}/help-desk`, capability: 'look-up' },
  });
}

/**
 * Migrates the ledger, adds people to log in as, and loads the sample feeds as of now, where there are none or the samples themselves: those of
 * yesterday's start would be too old by tomorrow. A feed that somebody loaded stays as it is.
 */
async function prepareLedger(url: string, log: Log): Promise<void> {
  await migrate(url, log);
  const ledger = openLedger({ url, poolSize: 2 });
  try {
    for (const [feed, items] of Object.entries(await sampleFeeds())) {
      const query = ledger.db.selectFrom('feed_items').select(['key', 'text', 'data']).where('feed', '=', feed);
      const there = await query.execute();
      if (there.length > 0 && !sameItems(there, items)) {
        log(`feed ${feed}: it holds other items than the samples and stays as it is`);
        continue;
      }
      await ledger.feedLoader.load(feed, items, new Date());
      log(`feed ${feed}: ${items.length} items loaded`);
    }
    await addDemoPeople(ledger.people);
  } finally {
    await ledger.close();
  }
}

function sameItems(one: readonly FeedItem[], other: readonly FeedItem[]): boolean {
  const byKey = new Map(one.map((item) => [item.key, item]));
  return one.length === other.length && other.every((item) => isDeepStrictEqual(byKey.get(item.key), item));
}

async function apiPort(wanted: number | undefined, log: Log): Promise<number> {
  if (wanted === undefined || (await portIsFree(wanted))) return wanted ?? 0;
  log(`${portTakenMessage(wanted, 'the API')} Another port is used.`);
  return 0;
}

async function put(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
}
