import { OpenAI } from 'openai';
import { requestFor } from '../src/activities/model-request.ts';
import type { ModelRequest } from '../src/activities/ports.ts';
import { readyCases, type ModelWorker, type ReadyCase } from './model-worker.ts';
import type { World } from './world.ts';

/** How long each call took, in ms. */
export interface Overhead {
  bareMs: number[];
  stepMs: number[];
}

/** Connections, prepared statements and compiled code are there before anything is timed. */
const WARM_UP = 10;

/**
 * The model step beside the SDK alone: `calls` of each, one at a time and in turn, to the same endpoint with the same
 * instructions, schema and kind of message, every call with a message of its own.
 */
export async function overheadOf(world: World, worker: ModelWorker, calls: number): Promise<Overhead> {
  const openai = new OpenAI({
    baseURL: `${world.stack.modelUrl}/v1`,
    apiKey: 'stand-in',
    maxRetries: 0,
    logLevel: 'off',
  });
  const ready = await readyCases(worker, world, 2 * (calls + WARM_UP));
  const [bareMs, stepMs]: [number[], number[]] = [[], []];
  for (let at = 0; at < ready.length; at += 2) {
    const [one, other] = ready.slice(at, at + 2) as [ReadyCase, ReadyCase];
    const body = bodyOf(await requestOf(worker, one));
    const turns = [
      async () => bareMs.push(await timed(() => openai.responses.create(body))),
      async () => stepMs.push(await timed(() => answered(worker, other))),
    ];
    for (const turn of (at / 2) % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  return { bareMs: bareMs.slice(WARM_UP), stepMs: stepMs.slice(WARM_UP) };
}

async function answered(worker: ModelWorker, ready: ReadyCase): Promise<void> {
  const { outcome } = await worker.ask(ready);
  if (outcome !== 'ok') throw new Error(`${ready.caseId}: the model step came to '${outcome}'`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function requestOf({ ports }: ModelWorker, { caseId, plan }: ReadyCase): Promise<ModelRequest> {
  const [manifest, input] = await Promise.all([ports.cases.manifest(plan.packHash), ports.cases.input(caseId)]);
  if (!manifest || !input) throw new Error(`${caseId}: nothing was ingested`);
  return requestFor({ manifest, input, model: plan.models[0], caseId }, 'first', undefined);
}

/** The request as somebody would write it by hand with the SDK. */
function bodyOf({ model, instructions, input, schema, maxOutputTokens, metadata }: ModelRequest) {
  const { $schema: _, ...plain } = schema;
  return {
    ...{ model, instructions, input, metadata },
    text: { format: { type: 'json_schema', name: 'ticket', schema: plain, strict: true } },
    max_output_tokens: maxOutputTokens,
    store: false,
    include: ['message.output_text.logprobs'],
    top_logprobs: 3,
  } satisfies OpenAI.Responses.ResponseCreateParamsNonStreaming;
}
