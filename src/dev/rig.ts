import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { openLedger, type Ledger } from '../adapters/ledger/ledger.ts';
import { createApiClient } from '../client/api-client.ts';
import { readBooks, type BookEntry } from './books.ts';
import type { Log } from './children.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { jsonLine, startNodeProcess, type NodeProcess } from './processes.ts';
import { DYNAMIC_CONFIG, startStack, type Stack } from './stack.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

/** What a rig is made of: the running stack and the ways into it. */
export interface RigParts {
  stack: Stack;
  ledger: Ledger;
  connection: Connection;
  log: Log;
}

/** A short sweep, so that a run of minutes sees what takes a minute in operation. */
const SWEEP = { COUNTERSIGN_SWEEP_EVERY: '3 seconds', COUNTERSIGN_SWEEP_AFTER: '4 seconds' };
const API = fileURLToPath(new URL('../worker/api.ts', import.meta.url));

/** Starts the stack without a worker on throwaway state. `env` is for worker and API. */
export async function startRigParts(options: {
  stateDir: string;
  log: Log;
  env?: Record<string, string>;
}): Promise<RigParts> {
  const { stateDir, log, env = {} } = options;
  const stack = await startStack({ stateDir, log, env: { ...SWEEP, ...env }, worker: false });
  try {
    const ledger = openLedger({ url: stack.databaseUrl, poolSize: 5 });
    return { stack, ledger, log, connection: await Connection.connect({ address: stack.temporalAddress }) };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** The real stack with everything in it that can be killed and started again on the same state. */
export class Rig {
  readonly stack: Stack;
  readonly ledger: Ledger;
  readonly temporal: Client;
  protected readonly log: Log;
  readonly #connection: Connection;
  #worker: Stack['worker'];
  #api: NodeProcess<{ url: string }>;
  #server: TemporalServer | undefined;
  #postgres: Postgres | undefined;

  constructor({ stack, ledger, connection, log }: RigParts) {
    this.stack = stack;
    this.ledger = ledger;
    this.temporal = new Client({ connection, namespace: stack.namespace });
    this.log = log;
    this.#connection = connection;
    this.#api = stack.api;
    this.#server = stack.temporal;
    this.#postgres = stack.postgres;
  }

  async stop(): Promise<void> {
    // A crash may have left steps that would be waited for; nobody needs them any more.
    await this.#worker?.kill();
    await this.#api.kill();
    await this.ledger.close();
    await this.#connection.close().catch(() => undefined);
    await this.stack.stop();
    await this.#server?.kill();
    await this.#postgres?.stop();
  }

  async killWorker(): Promise<void> {
    await this.#worker?.kill();
  }

  async launchWorker(env: Record<string, string> = {}): Promise<void> {
    this.#worker = await this.stack.startWorker(env);
  }

  async killApi(): Promise<void> {
    await this.#api.kill();
  }

  async startApi(): Promise<void> {
    const { stateDir, env } = this.stack;
    const ready = (line: string) => {
      const said = jsonLine<{ ready?: string; url?: string }>(line);
      return said?.ready === 'api' && said.url !== undefined ? { url: said.url } : undefined;
    };
    this.#api = await startNodeProcess({ name: 'api', file: API, env, stateDir, log: this.log, ready });
  }

  async killTemporal(): Promise<void> {
    await this.#server?.kill();
  }

  async startTemporal(): Promise<void> {
    const port = Number(this.stack.temporalAddress.split(':')[1]);
    const { stateDir } = this.stack;
    this.#server = await startTemporalServer({ stateDir, log: this.log, port, dynamicConfig: DYNAMIC_CONFIG });
  }

  async killPostgres(): Promise<void> {
    await this.#postgres?.kill();
  }

  async startPostgres(): Promise<void> {
    const port = Number(new URL(this.stack.databaseUrl).port);
    this.#postgres = await startPostgres({ stateDir: this.stack.stateDir, log: this.log, port });
  }

  get apiUrl(): string {
    return this.#api.ready.url;
  }

  get api() {
    return createApiClient({ url: this.apiUrl });
  }

  /** Tells the stand-in model how to misbehave; without an argument it does its best again. */
  async model(behaviour: Record<string, unknown> = {}): Promise<void> {
    await put(`${this.stack.modelUrl}/admin/behaviour`, behaviour);
  }

  /** The same for one collection of the stand-in business system, or for all that have no rule of their own. */
  async business(behaviour: Record<string, unknown>): Promise<void> {
    await put(`${this.stack.businessUrl}/admin/behaviour`, behaviour);
  }

  async honourKeys(collection: string, honourIdempotencyKey: boolean): Promise<void> {
    await put(`${this.stack.businessUrl}/admin/settings`, { collection, honourIdempotencyKey });
  }

  /** Both stand-ins do their best again. */
  async calm(): Promise<void> {
    await this.model();
    await fetch(`${this.stack.businessUrl}/admin/behaviour`, { method: 'DELETE' });
  }

  books(): Promise<BookEntry[]> {
    return readBooks(this.stack.businessUrl ?? '');
  }

  /** What Temporal holds of a run, or undefined when it knows none. */
  async run(caseId: string) {
    try {
      return await this.temporal.workflow.getHandle(caseId).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

/** Puts a JSON body to an admin address of a stand-in. Throws with its answer when it refuses. */
export async function put(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
}
