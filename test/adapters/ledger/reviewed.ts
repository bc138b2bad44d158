import { createActivities } from '../../../src/activities/index.ts';
import type { Ports } from '../../../src/activities/ports.ts';
import type { ReviewQuestion } from '../../../src/activities/question.ts';
import type { ModelCalled, Steps } from '../../../src/activities/steps.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { caseIdOf } from '../../../src/domain/case.ts';
import type { ProcessPack } from '../../../src/packs/pack.ts';
import { quietEnvironment } from '../../activities/arrange.ts';
import { fakePorts, replyOf, type Fakes } from '../../support/fake-ports.ts';

/** The real ledger, with everything else in memory. */
export type OnLedger = Omit<Fakes, 'ledger'> & { ledger: Ledger };

export function onLedger(ledger: Ledger, pack?: ProcessPack): OnLedger {
  const fakes = fakePorts(pack);
  const { documents, cases, modelCalls, reviews, information, effects, countersignatures } = ledger;
  // The ledger has its own clock: both tell the same day.
  fakes.now.at = new Date();
  const ports: Ports = {
    ...fakes.ports,
    documents,
    cases,
    modelCalls,
    reviews,
    information,
    effects,
    countersignatures,
  };
  return { ...fakes, ports, activities: createActivities(ports), ledger };
}

let count = 0;

/** A case after ingest and an answer of the model; `probability` below 0.8 asks a person. */
export async function proposedOn(on: OnLedger, { amount = 12, probability = 0.1 } = {}) {
  const { activities, pack, replies } = on;
  const caseKey = `signed-${(count += 1)}`;
  const caseId = caseIdOf({ packId: pack.id, caseKey, revision: 1 });
  const documents = [{ name: 'a.txt', text: `Pay ${amount} for ${caseKey}` }];
  await activities.ingest({ caseId, start: { packId: pack.id, caseKey, documents, submittedBy: 'sam' } });
  replies.splice(0, replies.length, replyOf({ amount, supplier: caseKey }, probability));
  const model = { provider: 'p', model: 'm-1', timeoutMs: 1000, attempts: 3 };
  const { asking } = pack.plan({ primary: model, fallback: undefined });
  const call = { caseId, packHash: pack.hash, model, turn: 'first', asking, interactive: false } as const;
  const made: ModelCalled = await quietEnvironment().run(
    (input: Parameters<Steps['callModel']>[0]): Promise<ModelCalled> => activities.callModel(input),
    call,
  );
  if (!('callId' in made)) throw new Error(`no call: ${made.outcome}`);
  const { callId } = made;
  const question = await activities.validate({ caseId, packHash: pack.hash, taskNo: 1, callId, because: [] });
  const write = (decisionNo = 1, effect = 'post', last = false) =>
    activities.write({ caseId, decisionNo, effect, last });
  return { ...on, caseId, callId, question, write };
}

/** A case whose question waits for a person. */
export async function askedOn(on: OnLedger, options: Parameters<typeof proposedOn>[1] = {}) {
  const all = await proposedOn(on, options);
  const question = questionIn(all.question);
  let said = 0;
  const judge = (verdict: Record<string, unknown> = {}, seen = question.seen) =>
    all.activities.judgeVerdict({
      caseId: all.caseId,
      channel: 'update',
      message: { verdictId: `v-${(said += 1)}`, verdict: 'approve', by: 'rita', seen, ...verdict },
    });
  return { ...all, question, judge };
}

/** The question that a step came to. */
export function questionIn(result: { kind: string }): ReviewQuestion {
  if (result.kind !== 'review') throw new TypeError(`expected a question, got ${result.kind}`);
  return result as ReviewQuestion;
}
