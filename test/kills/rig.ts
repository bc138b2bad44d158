import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { openLedger, type Ledger } from '../../src/adapters/ledger/ledger.ts';
import { createApiClient } from '../../src/client/api-client.ts';
import { readBooks, type BookEntry } from '../../src/dev/books.ts';
import { startPostgres, type Postgres } from '../../src/dev/postgres.ts';
import { jsonLine, startNodeProcess, type NodeProcess } from '../../src/dev/processes.ts';
import type { Sample } from '../../src/dev/samples.ts';
import { DYNAMIC_CONFIG, startStack, type Stack } from '../../src/dev/stack.ts';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server.ts';
import type { CaseOutcome } from '../../src/domain/case.ts';
import { Supply } from './supply.ts';
import { Wire } from './wire.ts';

type Log = (line: string) => void;

/** What the API said to one line: a receipt, or why it was refused. */
export interface Receipt {
  line: number;
  caseId?: string;
  created?: boolean;
  started?: boolean;
  outcome?: CaseOutcome | null;
  refused?: string;
}

type Capability = 'idempotency-key' | 'look-up' | 'neither';
export type Sinks = Record<'accounts-payable' | 'payments' | 'help-desk', Capability>;

/** As the stack has them: accounts payable honours keys, the others can be looked up. */
const SINKS: Sinks = { 'accounts-payable': 'idempotency-key', payments: 'look-up', 'help-desk': 'look-up' };
const API = fileURLToPath(new URL('../../src/worker/api.ts', import.meta.url));

/** The real stack on throwaway state, with everything in it that can be killed and started again on the same state. */
export class Rig {
  readonly stack: Stack;
  readonly ledger: Ledger;
  readonly temporal: Client;
  readonly wire: Wire;
  readonly supply: Supply;
  readonly #connection: Connection;
  readonly #wireUrl: string;
  readonly #log: Log;
  #worker: Stack['worker'];
  #api: NodeProcess<{ url: string }>;
  #server: TemporalServer | undefined;
  #postgres: Postgres | undefined;

  private constructor(
    stack: Stack,
    parts: { ledger: Ledger; connection: Connection; wire: Wire; wireUrl: string; supply: Supply; log: Log },
  ) {
    this.stack = stack;
    this.ledger = parts.ledger;
    this.wire = parts.wire;
    this.supply = parts.supply;
    this.temporal = new Client({ connection: parts.connection, namespace: stack.namespace });
    this.#connection = parts.connection;
    this.#wireUrl = parts.wireUrl;
    this.#log = parts.log;
    this.#api = stack.api;
    this.#server = stack.temporal;
    this.#postgres = stack.postgres;
  }

  static async start(stateDir: string, log: Log): Promise<Rig> {
    const env = { COUNTERSIGN_SWEEP_EVERY: '3 seconds', COUNTERSIGN_SWEEP_AFTER: '4 seconds' };
    const stack = await startStack({ stateDir, log, env, worker: false });
    try {
      const wire = new Wire(stack.businessUrl ?? '');
      const wireUrl = await wire.listen();
      const ledger = openLedger({ url: stack.databaseUrl, poolSize: 5 });
      const connection = await Connection.connect({ address: stack.temporalAddress });
      const rig = new Rig(stack, { ledger, connection, wire, wireUrl, supply: await Supply.open(), log });
      await rig.startWorker();
      return rig;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.wire.close();
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

  async startWorker(sinks: Partial<Sinks> = {}): Promise<void> {
    this.#worker = await this.stack.startWorker({ COUNTERSIGN_SINKS: this.#sinks({ ...SINKS, ...sinks }) });
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
    this.#api = await startNodeProcess({ name: 'api', file: API, env, stateDir, log: this.#log, ready });
  }

  async killTemporal(): Promise<void> {
    await this.#server?.kill();
  }

  async startTemporal(): Promise<void> {
    const port = Number(this.stack.temporalAddress.split(':')[1]);
    const { stateDir } = this.stack;
    this.#server = await startTemporalServer({ stateDir, log: this.#log, port, dynamicConfig: DYNAMIC_CONFIG });
  }

  async killPostgres(): Promise<void> {
    await this.#postgres?.kill();
  }

  async startPostgres(): Promise<void> {
    const port = Number(new URL(this.stack.databaseUrl).port);
    this.#postgres = await startPostgres({ stateDir: this.stack.stateDir, log: this.#log, port });
  }

  get api() {
    return createApiClient({ url: this.#api.ready.url });
  }

  /** One stream to the API; its receipts. */
  async submit(samples: readonly Sample[], revision = 1): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    for await (const receipt of this.api.submitAll(samples.map((one) => submissionOf(one, revision)))) {
      if ('error' in receipt) receipts.push({ line: receipt.line, refused: receipt.error.detail });
      else receipts.push(receipt);
    }
    return receipts;
  }

  /** Tells the stand-in model how to misbehave; without an argument it does its best again. */
  async model(behaviour: Record<string, unknown> = {}): Promise<void> {
    await put(`${this.stack.modelUrl}/admin/behaviour`, behaviour);
  }

  /** The same for one collection of the stand-in business system. */
  async business(behaviour: Record<string, unknown>): Promise<void> {
    await put(`${this.stack.businessUrl}/admin/behaviour`, behaviour);
  }

  async honourKeys(collection: string, honourIdempotencyKey: boolean): Promise<void> {
    await put(`${this.stack.businessUrl}/admin/settings`, { collection, honourIdempotencyKey });
  }

  /** Both stand-ins do their best again, and the wire lets everything pass. */
  async calm(): Promise<void> {
    this.wire.cut();
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

  #sinks(capabilities: Sinks): string {
    const url = { 'accounts-payable': 'accounts-payable', payments: 'accounts-payable', 'help-desk': 'help-desk' };
    const sinks = Object.entries(capabilities).map(([name, capability]) => {
      return [name, { url: `${this.#wireUrl}/${url[name as keyof Sinks]}`, capability }];
    });
    return JSON.stringify(Object.fromEntries(sinks));
  }
}

/** A sample as the API takes it. */
export function submissionOf({ packId, caseKey, document }: Sample, revision = 1) {
  const { name, mediaType, bytes } = document;
  return {
    packId,
    caseKey,
    submittedBy: 'feeder',
    documents: [{ name, mediaType, base64: Buffer.from(bytes).toString('base64') }],
    ...(revision > 1 ? { revision } : {}),
  };
}

async function put(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
}
