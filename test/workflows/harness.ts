import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Steps } from '../../src/activities/steps.ts';
import { findTemporal } from '../../src/dev/temporal-binary.ts';
import {
  getCase,
  SEARCH_ATTRIBUTES,
  startAttributes,
  submitVerdict,
  verdictSignal,
  type CaseView,
  type DecideCaseInput,
  type VerdictAnswer,
} from '../../src/messages.ts';
import { workflowBundle } from '../../src/worker/bundle.ts';
import { seenOf } from './scripted-steps.ts';

export const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const RECORD = process.env['RECORD_HISTORIES'] === '1';
// Nothing of the machine goes into a recorded history.
const identity = 'test';

export interface Server {
  env: TestWorkflowEnvironment;
  codePath: string;
}

/** Failures are what many of these tests are about; only what is really wrong is printed. */
export function quietRuntime(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
}

export function bundlePath(): Promise<string> {
  return workflowBundle(new DefaultLogger('ERROR'));
}

/** One server for a test file, with the real workflow bundle. */
export function useServer(create: () => Promise<TestWorkflowEnvironment> = createLocal): Server {
  const server = {} as Server;
  beforeAll(async () => {
    quietRuntime();
    [server.env, server.codePath] = await Promise.all([create(), bundlePath()]);
  });
  afterAll(() => server.env?.teardown());
  return server;
}

async function createLocal(): Promise<TestWorkflowEnvironment> {
  const { path } = await findTemporal({ log: () => undefined });
  return await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, searchAttributes: [...SEARCH_ATTRIBUTES] },
    client: { identity },
  });
}

export class Run {
  readonly #server: Server;
  readonly taskQueue: string;
  readonly handles: WorkflowHandle[] = [];

  constructor(server: Server, taskQueue: string) {
    this.#server = server;
    this.taskQueue = taskQueue;
  }

  get client() {
    return this.#server.env.client;
  }

  /** Starts a case as the client does, under a key of its own. */
  async start(change: Partial<DecideCaseInput> = {}, workflowId?: string): Promise<CaseHandle> {
    const caseKey = change.caseKey ?? randomUUID();
    const hash = 'a'.repeat(64);
    const documents = [{ hash, name: 'a.txt', mediaType: 'text/plain', size: 12 }];
    const input: DecideCaseInput = { packId: 'test-pack', caseKey, documents, ...change };
    const handle = await this.client.workflow.start('decideCase', {
      workflowId: workflowId ?? `case/test-pack/${caseKey}`,
      taskQueue: this.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      typedSearchAttributes: startAttributes('test-pack', 'olga'),
      staticSummary: `test-pack ${caseKey}`,
      workflowExecutionTimeout: '100 days',
    });
    this.handles.push(handle);
    return new CaseHandle(handle);
  }
}

export class CaseHandle {
  readonly handle: WorkflowHandle;

  constructor(handle: WorkflowHandle) {
    this.handle = handle;
  }

  view(): Promise<CaseView> {
    return this.handle.query(getCase);
  }

  /** Waits until a person is asked, by default anything at all. */
  async asked(taskNo?: number): Promise<NonNullable<CaseView['task']>> {
    const task = await until(async () => {
      const { task: open } = await this.view();
      return taskNo === undefined || open?.taskNo === taskNo ? open : undefined;
    });
    return task;
  }

  /** The same told from the history alone: a query in the middle of a local activity costs a workflow task of its own. */
  async askedUnseen(): Promise<void> {
    await until(async () => typesOf(await this.history()).includes('TIMER_STARTED') || undefined);
  }

  signal(message: unknown): Promise<void> {
    return this.handle.signal(verdictSignal, message);
  }

  update(message: unknown): Promise<VerdictAnswer> {
    return this.handle.executeUpdate(submitVerdict, { args: [message] });
  }

  /** Answers by either channel; the update's answer must be that it was taken. */
  async say(channel: 'signal' | 'update', message: unknown): Promise<void> {
    if (channel === 'signal') return await this.signal(message);
    const answer = await this.update(message);
    if (!answer.accepted) throw new Error(`the verdict was refused: ${answer.refusal.message}`);
  }

  async history(): Promise<HistoryEvent[]> {
    const { events } = await this.handle.fetchHistory();
    return (JSON.parse(historyToJSON({ events: events ?? [] })) as { events: HistoryEvent[] }).events;
  }
}

/** What the Temporal UI says of a running case, as Markdown. */
export async function detailsOf({ handle }: CaseHandle): Promise<string> {
  const told: { currentDetails: string } = await handle.query('__temporal_workflow_metadata');
  return told.currentDetails;
}

export type HistoryEvent = { eventType: string; userMetadata?: { summary?: Payload } } & Record<string, unknown>;
interface Payload {
  data: string;
}

/** What a verdict on a task looks like. */
export function verdict(said: 'approve' | 'amend' | 'reject' | 'confirm', taskNo: number, more: object = {}) {
  const reason = said === 'reject' || said === 'confirm' ? { reason: 'looked at it' } : {};
  const output = said === 'amend' ? { output: { amount: 13 } } : {};
  return {
    verdictId: `v-${said}-${taskNo}`,
    verdict: said,
    by: 'rita',
    seen: seenOf(taskNo),
    ...reason,
    ...output,
    ...more,
  };
}

/** Runs a worker of its own with these activities, and records the histories of what ran when asked to. */
export async function withWorker<T>(server: Server, steps: Steps, body: (run: Run) => Promise<T>): Promise<T> {
  const { env, codePath } = server;
  const taskQueue = `test-${randomUUID()}`;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    identity,
    workflowBundle: { codePath },
    activities: { ...steps },
    maxCachedWorkflows: 20,
    shutdownGraceTime: '1 second',
  });
  const run = new Run(server, taskQueue);
  const result = await worker.runUntil(() => body(run));
  if (RECORD) await record(run);
  return result;
}

async function record({ handles }: Run): Promise<void> {
  mkdirSync(HISTORIES, { recursive: true });
  const name = (expect.getState().currentTestName ?? 'unnamed').replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  for (const [at, handle] of handles.entries()) {
    const text = historyToJSON(await handle.fetchHistory());
    // Stacks name folders of this machine, and replay does not look at them.
    const clean = JSON.parse(text, (key, value: unknown) => (key === 'stackTrace' ? '' : value)) as unknown;
    const file = `${name.slice(0, 120)}${at > 0 ? `-${at + 1}` : ''}.json`;
    writeFileSync(new URL(file, `file://${HISTORIES}`), `${JSON.stringify(clean)}\n`);
  }
}

/** Polls until there is something. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined, timeoutMs = 15_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Text of every payload of a history, decoded. */
export function payloadsOf(events: readonly HistoryEvent[]): string {
  const texts: string[] = [];
  JSON.stringify(events, (key, value: unknown) => {
    if (key === 'data' && typeof value === 'string') texts.push(Buffer.from(value, 'base64').toString('utf8'));
    return value;
  });
  return texts.join('\n');
}

export function typesOf(events: readonly HistoryEvent[]): string[] {
  return events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', ''));
}

/** Summaries of activities and timers, in order. */
export function summariesOf(events: readonly HistoryEvent[]): string[] {
  return events.flatMap(({ eventType, userMetadata }) =>
    /(ACTIVITY_TASK_SCHEDULED|TIMER_STARTED)$/.test(eventType) && userMetadata?.summary
      ? [JSON.parse(Buffer.from(userMetadata.summary.data, 'base64').toString('utf8')) as string]
      : [],
  );
}
