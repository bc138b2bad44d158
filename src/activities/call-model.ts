import { Context } from '@temporalio/activity';
import { failure, failureTypeOf } from '../failures.ts';
import { digestOf } from '../packs/digest.ts';
import type { ModelReply, ModelRequest, Ports } from './ports.ts';
import type { ModelCalled, Steps } from './steps.ts';

/** Calls shorter than this send no heartbeat: each recorded one is a billable action. */
const FIRST_BEAT_MS = 10_000;

/**
 * One call to one model with the pinned prompt and schema. Usage and cost are recorded for every outcome before it is
 * judged; a good answer to exactly this request is never bought twice for a case.
 */
export const callModel =
  ({ cases, modelCalls, model }: Pick<Ports, 'cases' | 'modelCalls' | 'model'>): Steps['callModel'] =>
  async ({ caseId, packHash, model: ref }) => {
    const [record, manifest] = await Promise.all([cases.get(caseId), cases.manifest(packHash)]);
    if (!record?.input || !manifest)
      throw failure('NotStarted', `${caseId}: nothing was ingested under pack version ${packHash.slice(0, 12)}`);
    const request: ModelRequest = {
      provider: ref.provider,
      model: ref.model,
      instructions: manifest.instructions,
      input: record.input.present,
      schemaName: manifest.id,
      schema: manifest.answerSchema,
      maxOutputTokens: manifest.maxOutputTokens,
      timeoutMs: ref.timeoutMs,
      metadata: { caseId, packVersion: manifest.version },
    };
    const { metadata: _, timeoutMs: __, ...shaping } = request;
    const requestHash = digestOf(shaping);
    const before = await modelCalls.answered(caseId, requestHash);
    if (before) return calledOf(before.callId, 'ok', ref.model, before.costMicros);

    const { info, cancellationSignal } = Context.current();
    const { provider, model: name } = ref;
    const callId = await modelCalls.started({ caseId, requestHash, provider, model: name, attempt: info.attempt });
    const beat = beating();
    try {
      const reply = await asked();
      const costMicros = model.costMicros({ provider, model: name }, reply.usage);
      // What was paid for is not recorded as failed when only the ledger is away.
      await modelCalls.finished(callId, caseId, reply, costMicros);
      return calledOf(callId, reply.outcome, name, costMicros ?? null);
    } finally {
      clearInterval(beat);
    }

    async function asked(): Promise<ModelReply> {
      try {
        return await model.ask(request, cancellationSignal);
      } catch (error) {
        const type = failureTypeOf(error) ?? (cancellationSignal.aborted ? 'Cancelled' : 'Unknown');
        await modelCalls.failed(callId, caseId, type, error instanceof Error ? error.message : 'unknown');
        throw error;
      }
    }
  };

function beating(): NodeJS.Timeout {
  const context = Context.current();
  return setInterval(() => context.heartbeat(), FIRST_BEAT_MS);
}

function calledOf(
  callId: string,
  outcome: ModelCalled['outcome'],
  model: string,
  costMicros: number | null,
): ModelCalled {
  return { callId, outcome, model, costMicros };
}
