import { idempotencyKeyOf } from '../domain/decision.ts';
import type { Reason } from '../domain/route.ts';
import { failure } from '../failures.ts';
import { clearedToWrite } from './before-write.ts';
import type { EffectRecord } from './effect-ports.ts';
import type { Ports, Sink } from './ports.ts';
import type { Steps, Written } from './steps.ts';

type Needs = Pick<
  Ports,
  'access' | 'countersignatures' | 'documents' | 'effects' | 'feeds' | 'packs' | 'signer' | 'sinks' | 'clock'
>;

/**
 * Writes one effect of a recorded decision downstream, once, if the ledger still yields what was countersigned. The
 * pending effect is committed before the call, the outcome after it; what a lost answer means depends on the sink's
 * capability.
 */
export const write =
  (ports: Needs): Steps['write'] =>
  async ({ caseId, decisionNo, effect: name, last }): Promise<Written> => {
    const { effects, sinks, clock } = ports;
    const key = idempotencyKeyOf(caseId, decisionNo, name);
    const cleared = await clearedToWrite(ports, { caseId, decisionNo, effect: name, key });
    if ('held' in cleared) return cleared.held;
    const { effect } = cleared;
    const sink = sinks.sink(effect.sink);
    const claimed = await effects.claim(caseId, decisionNo, effect);
    if (claimed.kind === 'identity-taken') return claimed;
    if (claimed.kind === 'not-decided') return { kind: 'held-back', because: [NOT_DECIDED] };
    const { record } = claimed;
    if (record.state === 'applied') return { kind: 'applied', reference: record.reference ?? '' };
    if (record.state === 'refused') return { kind: 'refused', reason: 'refused before' };
    // An undone effect is never written again under its key: the sink would answer with the first result.
    if (record.state === 'compensated' || record.state === 'abandoned')
      return { kind: 'refused', reason: 'undone before' };

    if (record.called) {
      const found = await outcomeOf(sink, record, clock());
      if (found.kind === 'applied') await effects.settle(key, 'applied', { reference: found.reference, last });
      if (found.kind === 'unknown') await effects.settle(key, 'unknown', {});
      if (found.kind === 'wait') {
        await effects.notSent(key);
        throw notSettled(effect.sink, found.ms);
      }
      if (found.kind !== 'call-again') return found;
      await effects.callingAgain(key);
    }
    const reply = await sink.apply({ key, collection: effect.collection, request: effect.request });
    switch (reply.kind) {
      case 'applied':
        await effects.settle(key, 'applied', { reference: reply.reference, last });
        return reply;
      case 'refused':
        // It speaks of this call. What an earlier one did, whose answer was lost, it does not tell.
        if (record.called && sink.capability === 'idempotency-key') {
          await effects.settle(key, 'unknown', { reason: reply.reason });
          return { kind: 'unknown' };
        }
        await effects.settle(key, 'refused', { reason: reply.reason });
        return reply;
      case 'not-sent':
        await effects.notSent(key);
        throw failure('SinkUnavailable', `${effect.sink}: ${reply.reason}`);
    }
  };

/** The ledger itself refuses to begin it, whatever this process believes. */
const NOT_DECIDED: Reason = {
  code: 'withdrawn',
  message: 'Nothing was written: the approval was taken back, or still may be',
};

type Found =
  { kind: 'applied'; reference: string } | { kind: 'unknown' } | { kind: 'call-again' } | { kind: 'wait'; ms: number };

/** What an earlier call may have done, found out the way the sink allows. */
export async function outcomeOf(sink: Sink, record: EffectRecord, now: Date): Promise<Found> {
  if (sink.capability === 'neither') return { kind: 'unknown' };
  if (sink.capability === 'idempotency-key') return { kind: 'call-again' };
  const reference = await sink.lookUp({ key: record.key, collection: record.effect.collection });
  if (reference !== undefined) return { kind: 'applied', reference };
  const ms = unsettledMs(sink, record.calledAt, now);
  return ms > 0 ? { kind: 'wait', ms } : { kind: 'call-again' };
}

/** How long 'not there' still proves nothing: a slow system may apply a call after we gave up on it. */
export function unsettledMs(sink: Sink, calledAt: Date | null | undefined, now: Date): number {
  if (!calledAt) return 0;
  return calledAt.getTime() + (sink.settlesWithinMs ?? 0) - now.getTime();
}

export function notSettled(sink: string, ms: number): Error {
  const message = `${sink}: not there yet; it is looked up again before anything is sent again`;
  return failure('SinkUnavailable', message, { nextRetryDelayMs: ms });
}
