import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { flags, startChild, type Child, type Exit, type Log } from './children.ts';
import { waitUntilGone } from './lock.ts';
import { freePorts, LOOPBACK, portOrFree, requireFreePort } from './ports.ts';
import { findTemporal, type TemporalBinary } from './temporal-binary.ts';

/** The types that `--search-attribute NAME=Type` knows. */
export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

/** How to start the development server. */
export interface TemporalServerOptions {
  /** Holds its database (temporal.db) and log; the next start on the same folder finds everything again. */
  stateDir: string;
  log: Log;
  /** gRPC port; any free one by default. */
  port?: number;
  /** Port of the Web UI; 8233 by default, or any free one when that is taken. */
  uiPort?: number;
  /** Registered in the namespace `default` before this returns. */
  searchAttributes?: Readonly<Record<string, SearchAttributeType>>;
  /** Server settings such as `{ 'matching.useNewMatcher': true }`; values are JSON. */
  dynamicConfig?: Readonly<Record<string, unknown>>;
}

/** A running development server with one namespace, `default`. */
export interface TemporalServer {
  /** host:port of its gRPC service. */
  address: string;
  uiUrl: string;
  /** Its own metrics as Prometheus text. */
  metricsUrl: string;
  pid: number;
  /** Server version, such as '1.29.1'. */
  version: string;
  exited: Promise<Exit>;
  /** Stops it cleanly and waits. */
  stop: () => Promise<void>;
  /** SIGKILL, for crash tests. */
  kill: () => Promise<void>;
}

const DEFAULT_UI_PORT = 8233;
const READY_MS = 60_000;
const ATTEMPTS = 3;
type Attributes = Readonly<Record<string, SearchAttributeType>>;
/** temporal.api.enums.v1.IndexedValueType, as the protocol numbers it. */
const ATTRIBUTE_CODES: Readonly<Record<SearchAttributeType, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/** How to reach the Temporal that the environment names (TEMPORAL_ADDRESS, or a profile), if it names one. */
export function temporalFromEnvironment(env: NodeJS.ProcessEnv = process.env): ClientConnectConfig | undefined {
  if (!env['TEMPORAL_ADDRESS'] && !env['TEMPORAL_PROFILE'] && !env['TEMPORAL_CONFIG_FILE']) return undefined;
  const overrideEnvVars = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  return loadClientConnectConfig({ overrideEnvVars: overrideEnvVars as Record<string, string> });
}

/**
 * Starts the official Temporal development server on 127.0.0.1, with its Web UI and with a database on disk. Returns
 * once it answers gRPC calls and knows the search attributes.
 *
 * @throws Error when a port that was asked for is taken, the folder is in use, or the server does not come up
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { stateDir, log, port, uiPort } = options;
  await mkdir(stateDir, { recursive: true });
  if (port !== undefined) await requireFreePort(port, 'the Temporal server');
  if (uiPort !== undefined) await requireFreePort(uiPort, 'the Temporal Web UI');
  const binary = await findTemporal({ log });
  await waitUntilGone(stateDir, 'temporal', 'temporal');
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options, binary);
    } catch (error) {
      // A port found free can be taken by the time the server binds it.
      if (attempt === ATTEMPTS || !/address already in use|can't (bind|set)/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: TemporalServerOptions, binary: TemporalBinary): Promise<TemporalServer> {
  const { stateDir, log, searchAttributes = {}, dynamicConfig = {} } = options;
  const [free = 0, metricsPort = 0, httpPort = 0] = await freePorts(3);
  const port = options.port ?? free;
  const ui = options.uiPort === undefined ? await portOrFree(DEFAULT_UI_PORT) : { port: options.uiPort, taken: false };
  if (ui.taken) log(`Port ${DEFAULT_UI_PORT} is taken; the Temporal Web UI uses ${ui.port} instead.`);
  const child = await startChild({
    name: 'temporal',
    command: binary.path,
    args: [
      'server',
      'start-dev',
      ...flags({
        '--ip': LOOPBACK,
        '--port': port,
        '--ui-port': ui.port,
        '--http-port': httpPort,
        '--metrics-port': metricsPort,
        '--db-filename': join(stateDir, 'temporal.db'),
        '--color': 'never',
      }),
      ...repeated('--search-attribute', searchAttributes, String),
      ...repeated('--dynamic-config-value', dynamicConfig, JSON.stringify),
    ],
    stateDir,
  });
  const address = `${LOOPBACK}:${port}`;
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  try {
    const version = await ready(address, searchAttributes, ended.signal);
    return {
      address,
      uiUrl: `http://${LOOPBACK}:${ui.port}`,
      metricsUrl: `http://${LOOPBACK}:${metricsPort}/metrics`,
      pid: child.pid,
      version,
      exited: child.exited,
      stop: async () => void (await child.stop()),
      kill: async () => void (await child.kill()),
    };
  } catch (error) {
    const message = `The Temporal server did not start: ${(error as Error).message}\n${await lastWords(child)}`;
    throw new Error(message, { cause: error });
  }
}

function repeated(flag: string, named: Readonly<Record<string, unknown>>, show: (value: unknown) => string): string[] {
  return Object.entries(named).flatMap(([name, value]) => [flag, `${name}=${show(value)}`]);
}

async function lastWords(child: Child): Promise<string> {
  await child.kill();
  return child.tail();
}

/** Asks until the server answers for its namespace, registers what is missing there, and returns its version. */
async function ready(address: string, attributes: Attributes, ended: AbortSignal): Promise<string> {
  const until = Date.now() + READY_MS;
  const waiting = async () => {
    if (ended.aborted) throw new Error('it ended');
    if (Date.now() > until) throw new Error(`it did not answer within ${READY_MS / 1000} s`);
    await sleep(20);
  };
  // gRPC waits a second after a refused connection; a bare connect finds the moment sooner.
  while (!(await accepts(address))) await waiting();
  const connection = await Connection.connect({ address, connectTimeout: READY_MS });
  try {
    while (!(await knownAttributes(connection))) await waiting();
    await registerMissing(connection, attributes);
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return serverVersion;
  } finally {
    await connection.close();
  }
}

/** Names and types of the custom attributes of namespace `default`; undefined while the server cannot say. */
async function knownAttributes(connection: Connection): Promise<Record<string, number> | undefined> {
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return customAttributes;
  } catch {
    return undefined;
  }
}

/** `--search-attribute` counts only when the database is new, so attributes that came later are added here. */
async function registerMissing(connection: Connection, wanted: Attributes): Promise<void> {
  const known = (await knownAttributes(connection)) ?? {};
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(wanted)) {
    const code = ATTRIBUTE_CODES[type];
    if (known[name] === undefined) missing[name] = code;
    else if (known[name] !== code) throw new Error(`search attribute ${name} exists with another type than ${type}`);
  }
  if (Object.keys(missing).length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: missing });
}

async function accepts(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host ?? LOOPBACK, port: Number(port) });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
