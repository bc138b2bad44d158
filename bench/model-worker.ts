import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { callModel } from '../src/activities/call-model.ts';
import { ingest } from '../src/activities/ingest.ts';
import type { ModelCalled } from '../src/activities/steps.ts';
import { caseIdOf } from '../src/domain/case.ts';
import type { Plan } from '../src/domain/plan.ts';
import { readConfig, type Config } from '../src/worker/config.ts';
import { compose, type Composition } from '../src/worker/ports.ts';
import { STRAIGHT } from './bench-pack.ts';
import type { World } from './world.ts';

/** A case that was received and ingested, so that the model is what comes next. */
export interface ReadyCase {
  caseId: string;
  plan: Plan;
}

/** Which attempt of which activity this is, as Temporal counts them. */
export interface Attempt {
  activityId: string;
  attempt: number;
}

/** The model step as a worker has it: the real activities over the real ports, run in this process, without Temporal. */
export interface ModelWorker {
  ports: Composition['ports'];
  ingest(message: { key: string; text: string }): Promise<ReadyCase>;
  /** One attempt of the activity `callModel` on the plan's first model. Throws what the activity throws. */
  ask(ready: ReadyCase, attempt?: Attempt, answersGoodForMs?: number): Promise<ModelCalled>;
  close(): Promise<void>;
}

const POOL = 10;
const quiet = new DefaultLogger('ERROR');

/** A worker of its own: its own connections to the ledger, its own client of the provider, these rates. */
export async function startModelWorker(world: World, rates: Config['COUNTERSIGN_RATES'] = {}): Promise<ModelWorker> {
  const config = readConfig({ ...process.env, ...world.stack.env });
  const own = { ...config, DATABASE_POOL: POOL, COUNTERSIGN_RATES: rates };
  const { ports, close } = await compose(own, world.temporal);
  const [take, call] = [ingest(ports), callModel(ports)];
  return {
    ports,
    close,
    async ingest({ key, text }) {
      const start = { packId: STRAIGHT, caseKey: key, documents: [{ name: 'message.txt', text }] };
      const caseId = caseIdOf({ packId: STRAIGHT, caseKey: key, revision: 1 });
      const ingested = await take({ caseId, start });
      if (ingested.kind !== 'ready') throw new Error(`${caseId}: ${ingested.kind}, not ready for the model`);
      return { caseId, plan: ingested.plan };
    },
    async ask({ caseId, plan }, { activityId, attempt } = { activityId: '1', attempt: 1 }, answersGoodForMs) {
      const workflowExecution = { workflowId: caseId, runId: caseId };
      const environment = new MockActivityEnvironment({ activityId, attempt, workflowExecution }, { logger: quiet });
      const asking = { ...plan.asking, ...(answersGoodForMs === undefined ? {} : { answersGoodForMs }) };
      const [model] = plan.models;
      const input = { caseId, packHash: plan.packHash, model, turn: 'first', asking, interactive: false } as const;
      return await environment.run(call, input);
    },
  };
}

/** Ingests so many new cases, several at a time. */
export async function readyCases(worker: ModelWorker, world: World, count: number): Promise<ReadyCase[]> {
  const { messages } = world.arms[0];
  const ready: ReadyCase[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) ready.push(await worker.ingest(messages.next()));
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return ready;
}
