import { idempotencyKeyOf } from '../domain/decision.ts';
import { failure } from '../failures.ts';
import type { EffectRecord } from './effect-ports.ts';
import type { Ports, Sink } from './ports.ts';
import type { Compensated, Steps } from './steps.ts';
import { notSettled, outcomeOf, unsettledMs } from './write.ts';

/** Undoes one effect by a new effect under `<key>/undo`. An effect in doubt is settled first, as the sink allows. */
export const compensate =
  ({ effects, sinks, clock }: Pick<Ports, 'effects' | 'sinks' | 'clock'>): Steps['compensate'] =>
  async ({ caseId, decisionNo, effect: name, why }): Promise<Compensated> => {
    const key = idempotencyKeyOf(caseId, decisionNo, name);
    const record = await effects.get(key);
    if (!record || record.state === 'refused' || record.state === 'abandoned') return { kind: 'not-applied' };
    if (record.state === 'compensated') return { kind: 'compensated' };
    const sink = sinks.sink(record.effect.sink);
    const applied = await settled(sink, record, clock());
    if (applied.kind === 'refused') return applied;
    if (applied.kind === 'not-applied') {
      await effects.settle(key, 'abandoned', { reason: why });
      return applied;
    }
    const { collection, reversal } = record.effect;
    if (record.undoCalled) {
      if (sink.capability === 'neither') {
        return { kind: 'refused', reason: 'the undo was sent, its answer was lost, and the system cannot be asked' };
      }
      const undone = await undoneBefore(sink, key, collection);
      if (undone !== undefined) {
        await effects.settle(key, 'compensated', { reference: undone, reason: why });
        return { kind: 'compensated' };
      }
      const ms = sink.capability === 'look-up' ? unsettledMs(sink, record.undoCalledAt, clock()) : 0;
      if (ms > 0) throw notSettled(record.effect.sink, ms);
    }
    await effects.undoing(key);
    const reply = await sink.reverse({
      key,
      collection,
      reference: applied.reference,
      request: { ...reversal, reason: why },
    });
    if (reply.kind === 'refused') return reply;
    if (reply.kind === 'not-sent') {
      await effects.undoNotSent(key);
      throw failure('SinkUnavailable', `${record.effect.sink}: ${reply.reason}`);
    }
    await effects.settle(key, 'compensated', { reference: reply.reference, reason: why });
    return { kind: 'compensated' };
  };

/** The undo may have been applied and its answer lost: a sink that can be asked is asked before it is sent again. */
async function undoneBefore(sink: Sink, key: string, collection: string): Promise<string | undefined> {
  return sink.capability === 'look-up' ? await sink.lookUp({ key: `${key}/undo`, collection }) : undefined;
}

type Settled = { kind: 'applied'; reference: string } | { kind: 'not-applied' } | { kind: 'refused'; reason: string };

async function settled(sink: Sink, record: EffectRecord, now: Date): Promise<Settled> {
  const { key, effect, reference, state, called } = record;
  if (state === 'applied') return { kind: 'applied', reference: reference ?? '' };
  if (!called) return { kind: 'not-applied' };
  const found = await outcomeOf(sink, record, now);
  if (found.kind === 'wait') throw notSettled(effect.sink, found.ms);
  if (found.kind === 'applied') return found;
  if (found.kind === 'unknown') return { kind: 'refused', reason: 'it is unknown whether it was applied' };
  if (sink.capability === 'look-up') return { kind: 'not-applied' };
  // Only the key itself tells what became of it: the same call again returns the first result, or applies it now.
  const reply = await sink.apply({ key, collection: effect.collection, request: effect.request });
  if (reply.kind === 'refused')
    return {
      kind: 'refused',
      reason: `it is unknown whether it was applied; a repeated call was refused: ${reply.reason}`,
    };
  if (reply.kind === 'not-sent') throw failure('SinkUnavailable', `${effect.sink}: ${reply.reason}`);
  return reply;
}
