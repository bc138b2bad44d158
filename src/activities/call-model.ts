import { Context } from '@temporalio/activity';
import { failure, failureTypeOf, isPossiblyPaid } from '../failures.ts';
import { digestOf } from '../packs/digest.ts';
import { firstGood } from './first-good.ts';
import type { CaseInput } from './case-ports.ts';
import type { CallBegun, CallTerms } from './model-call-ports.ts';
import { requestFor } from './model-request.ts';
import { readAnswer } from './read-answer.ts';
import type { ModelReply, Ports } from './ports.ts';
import type { CallInput, ModelCalled, Steps } from './steps.ts';

/** Calls shorter than this send no heartbeat: each recorded one is a billable action. */
const FIRST_BEAT_MS = 10_000;
/** A turn at the provider's rate that comes sooner is waited for here, for at most this long in all; others come back. */
const SHORT_WAIT_MS = 3_000;
const SHORT_WAITS_MS = 9_000;
/** An answer is paid for: while the ledger is away for a moment it is kept here. */
const KEPT_MS = 18_000;
const KEPT_EVERY_MS = 1_000;

type Needs = Pick<Ports, 'cases' | 'modelCalls' | 'model' | 'packs'>;

/**
 * One call to one model with the pinned prompt and schema. An answer that is stored is never bought again; breaker, rate
 * and budgets are asked first; usage and cost are recorded for every outcome.
 */
export const callModel =
  ({ cases, modelCalls, model, packs }: Needs): Steps['callModel'] =>
  async (input) => {
    const { caseId, packHash, model: ref, turn, after, asking, interactive } = input;
    const [ingested, manifest, former] = await Promise.all([
      cases.input(caseId),
      cases.manifest(packHash),
      after === undefined ? undefined : modelCalls.get(after),
    ]);
    if (!ingested || !manifest)
      throw failure('NotStarted', `${caseId}: nothing was ingested under pack version ${packHash.slice(0, 12)}`);
    const request = requestFor({ manifest, input: ingested, model: ref, caseId }, turn, former);
    const { metadata: _, timeoutMs, ...shaping } = request;
    const { info, cancellationSignal } = Context.current();
    const quote = model.quote(request);
    const terms: CallTerms = {
      ...{ caseId, turn, timeoutMs, interactive, packId: manifest.id, requestHash: digestOf(shaping) },
      ...{ provider: ref.provider, model: ref.model, attempts: ref.attempts, attempt: info.attempt },
      askedBy: `${info.workflowExecution?.runId} ${info.activityId}`,
      ...{ quote: quote.price, tokens: quote.tokens, budget: asking.budget, goodForMs: asking.answersGoodForMs },
    };

    // Hedging may be left out; a call that has begun must be made.
    const hedges = interactive && asking.hedge;
    const usualMs = hedges ? await modelCalls.usualMs(ref.provider, ref.model).catch(() => undefined) : undefined;
    const begun = await inTurn(terms);
    if (begun.kind !== 'begun') return withoutCall(begun, input);
    const beat = beating();
    try {
      if (usualMs === undefined || usualMs >= timeoutMs) return await answer(begun, cancellationSignal);
      // Both must end within the time that one call has.
      const second = (signal: AbortSignal) => hedge(signal, timeoutMs - usualMs);
      return await firstGood((signal) => answer(begun, signal), second, {
        afterMs: usualMs,
        isGood: ({ outcome }) => outcome === 'ok',
      });
    } finally {
      clearInterval(beat);
    }

    /** Asks for permission, and waits for its turn at the provider's rate where that is soon. */
    async function inTurn(asked: CallTerms): Promise<Admitted> {
      for (let left = SHORT_WAITS_MS; ;) {
        const said = await modelCalls.begin(asked);
        if (said.kind !== 'wait') return said;
        if (said.ms > SHORT_WAIT_MS || said.ms > left) {
          const message = `${ref.provider}: its rate is used up; this call stands in the queue`;
          throw failure('ProviderBusy', message, { nextRetryDelayMs: said.ms });
        }
        left -= said.ms;
        await Context.current().sleep(said.ms);
      }
    }

    /** Makes the call that has begun, and records what came of it. */
    async function answer({ callId, last }: Begun, signal: AbortSignal, withinMs = timeoutMs): Promise<ModelCalled> {
      let reply: ModelReply;
      try {
        reply = await model.ask({ ...request, timeoutMs: withinMs }, AbortSignal.any([cancellationSignal, signal]));
      } catch (error) {
        const superseded = signal.aborted && !cancellationSignal.aborted;
        const known = failureTypeOf(error);
        const type = known ?? (superseded ? 'Superseded' : cancellationSignal.aborted ? 'Cancelled' : 'Unknown');
        const message = error instanceof Error ? error.message : 'unknown';
        const possiblyPaid = signal.aborted || cancellationSignal.aborted || isPossiblyPaid(error);
        // Kept like an answer: a fault of the ledger must not hide what the provider said, and that nothing was paid.
        await kept(() => modelCalls.failed(callId, caseId, { type, message, possiblyPaid }));
        throw last && known ? failure(known, message, { final: true }) : error;
      }
      const problems = problemsOf(reply, ingested as CaseInput);
      const judged = problems.length > 0 ? { ...reply, outcome: 'invalid' as const } : reply;
      const costMicros = isMetered(reply)
        ? model.costMicros({ provider: ref.provider, model: ref.model }, reply.usage)
        : quote.price?.micros;
      // What was paid for is not recorded as failed when only the ledger is away.
      // What nobody here can judge is used for no other case.
      const goodForMs = packs.pinned(packHash) ? asking.answersGoodForMs : 0;
      const more = { costMicros, problems, goodForMs };
      await kept(() => modelCalls.finished(callId, caseId, judged, more));
      return { callId, outcome: judged.outcome, model: ref.model, costMicros: costMicros ?? null };
    }

    /** The second call, where breaker, rate and budget allow one. */
    async function hedge(signal: AbortSignal, withinMs: number): Promise<ModelCalled | undefined> {
      const second = await modelCalls.begin({ ...terms, turn: 'hedge' });
      if (second.kind !== 'begun') return undefined;
      if (!signal.aborted) return await answer(second, signal, withinMs);
      const message = 'the first call answered before it was made';
      await modelCalls.failed(second.callId, caseId, { type: 'Superseded', message, possiblyPaid: false });
      return undefined;
    }

    function problemsOf(reply: ModelReply, own: CaseInput): string[] {
      if (reply.outcome === 'invalid') return ['(whole): it is no JSON'];
      if (reply.outcome !== 'ok') return [];
      const pack = packs.pinned(packHash);
      // Without the pinned version's code the case is about to move, visibly; `validate` says so.
      if (!pack) return [];
      try {
        const read = readAnswer(pack, reply.text, own);
        return read.ok ? [] : read.problems.slice(0, 20);
      } catch (error) {
        // What was paid for is recorded, whatever the pack makes of it; thrown, it would be bought again.
        return [`(whole): the pack failed to read it (${error instanceof Error ? error.name : 'unknown'})`];
      }
    }
  };

type Admitted = Exclude<CallBegun, { kind: 'wait' }>;
type Begun = Extract<Admitted, { kind: 'begun' }>;

function withoutCall(said: Exclude<Admitted, Begun>, { model: ref }: CallInput): ModelCalled {
  const { model } = ref;
  switch (said.kind) {
    case 'answered':
      return { callId: said.callId, outcome: said.outcome, model, costMicros: said.costMicros };
    case 'away': {
      const seconds = Math.ceil(said.retryInMs / 1_000);
      return {
        outcome: 'away',
        model,
        message: `${model}: away (${said.failure ?? 'unknown'}), tried again in ${seconds} s`,
      };
    }
    case 'over-budget':
      return { outcome: 'over-budget', model, message: budgetMessage(said) };
    case 'tried':
      throw failure(failureTypeNamed(said.failure), `${model}: no answer in ${ref.attempts} attempts`, { final: true });
  }
}

function budgetMessage({
  budget,
  limitMicros,
  spentMicros,
  resetsAt,
}: Extract<CallBegun, { kind: 'over-budget' }>): string {
  const spent = `${money(spentMicros)} of ${money(limitMicros)} spent or reserved`;
  return budget === 'case'
    ? `The budget of the case is used up: ${spent}`
    : `The budget of the pack for the day is used up: ${spent}; the next begins at ${resetsAt}`;
}

function money(micros: number): string {
  return (micros / 1_000_000).toFixed(4);
}

/** A crash leaves attempts without a failure: then nothing is known of the provider but that it did not answer. */
function failureTypeNamed(name: string | null): 'ProviderBusy' | 'ProviderUnavailable' {
  return name === 'ProviderBusy' ? name : 'ProviderUnavailable';
}

/** Some gateways leave the usage out; what they answered was paid for all the same. */
function isMetered({ outcome, usage }: ModelReply): boolean {
  return outcome === 'filtered' || usage.inputTokens + usage.outputTokens > 0;
}

/** Tries again while the ledger does not answer, for as long as an answer is kept. */
async function kept(record: () => Promise<void>): Promise<void> {
  // By the clock: a ledger that hangs takes seconds to fail, and the activity's time is over soon after this.
  const until = Date.now() + KEPT_MS;
  for (;;) {
    try {
      return await record();
    } catch (error) {
      if (failureTypeOf(error) !== 'LedgerUnavailable' || Date.now() >= until) throw error;
      await Context.current().sleep(KEPT_EVERY_MS);
    }
  }
}

function beating(): NodeJS.Timeout {
  const context = Context.current();
  return setInterval(() => context.heartbeat(), FIRST_BEAT_MS);
}
