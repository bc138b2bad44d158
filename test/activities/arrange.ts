import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ModelCalled } from '../../src/activities/steps.ts';
import { caseIdOf } from '../../src/domain/case.ts';
import type { DecideCaseInput } from '../../src/messages.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { failureTypeOf } from '../../src/failures.ts';
import { fakePorts, replyOf, type Fakes } from '../support/fake-ports.ts';

export const CASE = 'case/test-pack/K-1';

export function startOf(change: Partial<DecideCaseInput> = {}): DecideCaseInput {
  return { packId: 'test-pack', caseKey: 'K-1', documents: [{ name: 'a.txt', text: 'Pay 12' }], ...change };
}

export function idOf(start: DecideCaseInput): string {
  return caseIdOf({ packId: start.packId, caseKey: start.caseKey, revision: start.revision ?? 1 });
}

/** A case after `ingest` and one answered model call. */
export async function proposed(
  { answer = { amount: 12, supplier: 'ACME' }, probability = 0.99, submittedBy = 'sam' } = {},
  fakes: Fakes = fakePorts(),
) {
  const { activities, pack, replies } = fakes;
  await activities.ingest({ caseId: CASE, start: startOf({ submittedBy }) });
  replies.splice(0, replies.length, replyOf(answer, probability));
  const callId = callIdOf(await called(fakes));
  return { ...fakes, callId, packHash: pack.hash };
}

/** Without a line in the output for every failure that a test provokes. */
export function quietEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

type CallInput = Parameters<Fakes['activities']['callModel']>[0];

/** One model call, as Temporal runs the activity. */
export async function called(
  { activities, pack }: Fakes,
  env = quietEnvironment(),
  name = 'm-1',
  change: Partial<CallInput> = {},
): Promise<ModelCalled> {
  const model = { provider: 'p', model: name, timeoutMs: 1000, attempts: 3 };
  const { asking } = pack.plan({ primary: model, fallback: undefined });
  const input: CallInput = { caseId: CASE, packHash: pack.hash, model, turn: 'first', asking, interactive: false };
  return await env.run((given: CallInput) => activities.callModel(given), { ...input, ...change });
}

/** The id of the call that was made. */
export function callIdOf(made: ModelCalled): string {
  if (!('callId' in made)) throw new Error(`no call: ${made.outcome}`);
  return made.callId;
}

/** A case that waits for a verdict on task 1, by default because the confidence is low. */
export async function waiting(
  options: Parameters<typeof proposed>[0] = { probability: 0.1 },
  fakes: Fakes = fakePorts(),
) {
  const all = await proposed(options, fakes);
  const { activities, callId, packHash } = all;
  const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
  if (question.kind !== 'review') throw new TypeError(`expected a review, got ${question.kind}`);
  const judge = (verdict: Partial<Verdict> & Record<string, unknown>, channel: 'signal' | 'update' = 'update') =>
    activities.judgeVerdict({
      caseId: CASE,
      channel,
      message: { verdictId: 'v-1', verdict: 'approve', by: 'rita', seen: question.seen, ...verdict },
    });
  return { ...all, question, judge };
}

/** A case with an accepted decision 1 of two effects, nothing written yet. */
export async function decided(fakes: Fakes = fakePorts()) {
  const all = await proposed({}, fakes);
  const { activities, callId, packHash } = all;
  const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
  if (question.kind !== 'straight-through') throw new TypeError(`expected a decision, got ${question.kind}`);
  const write = (effect = 'post', last = false) => activities.write({ caseId: CASE, decisionNo: 1, effect, last });
  const undo = (effect = 'post') => activities.compensate({ caseId: CASE, decisionNo: 1, effect, why: 'a test' });
  const key = `${CASE}/1/post`;
  const stateOf = (name = 'post') => all.ledger.effects.get(`${CASE}/1/${name}`)?.state;
  return { ...all, write, undo, key, stateOf };
}

/** The failure type and message of what a promise is rejected with. */
export async function failed(promise: Promise<unknown>): Promise<{ type: string | undefined; message: string }> {
  const error: unknown = await promise.then(
    () => new TypeError('it did not fail'),
    (thrown: unknown) => thrown,
  );
  return { type: failureTypeOf(error), message: error instanceof Error ? error.message : String(error) };
}
