import { describe, expect, it } from 'vitest';
import type { ModelReply } from '../../src/activities/ports.ts';
import { failure } from '../../src/failures.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { testPack } from '../support/fake-pack.ts';
import { called, CASE, failed, quietEnvironment, startOf } from './arrange.ts';

/** The first call answers when the test says so, the second at once. */
async function slowFirst(first: ModelReply | Error | 'never', second: ModelReply | Error) {
  const fakes = fakePorts(testPack({ asking: { hedge: true } }));
  await fakes.activities.ingest({ caseId: CASE, start: startOf() });
  fakes.ledger.usualMs = 10;
  const signals: AbortSignal[] = [];
  const limits: number[] = [];
  fakes.ports.model.ask = async ({ timeoutMs }, signal) => {
    signals.push(signal);
    limits.push(timeoutMs);
    const isFirst = signals.length === 1;
    const given = isFirst ? first : second;
    if (isFirst) {
      await new Promise<void>((resolve, reject) => {
        if (given !== 'never') setTimeout(resolve, 60);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }
    if (given instanceof Error) throw given;
    return given as ModelReply;
  };
  return { ...fakes, signals, limits };
}

const fast = replyOf({ amount: 12, supplier: 'FAST' });
const slow = replyOf({ amount: 12, supplier: 'SLOW' });
const interactive = { interactive: true };

describe('hedging an interactive call', () => {
  it('takes the second answer when the first is late, aborts the first and counts its cost', async () => {
    const fakes = await slowFirst('never', fast);
    expect(await called(fakes, quietEnvironment(), 'm-1', interactive)).toMatchObject({
      outcome: 'ok',
      callId: 'call-2',
    });
    expect(fakes.signals[0]?.aborted).toBe(true);
    expect(fakes.limits).toEqual([1_000, 990]);
    await expect
      .poll(() => fakes.ledger.calls.get('call-1'))
      .toMatchObject({ outcome: 'failed', failureType: 'Superseded', possiblyPaid: true });
    expect(fakes.ledger.terms.map(({ turn }) => turn)).toEqual(['first', 'hedge']);
  });

  it('waits for the first when the second is no good, in any way', async () => {
    for (const second of [replyOf('no', 1, 'refusal'), replyOf({ amount: 'x' }), failure('ProviderBusy', '429')]) {
      const fakes = await slowFirst(slow, second);
      expect(await called(fakes, quietEnvironment(), 'm-1', interactive)).toMatchObject({
        callId: 'call-1',
        outcome: 'ok',
      });
    }
  });

  it('says what the first came to when neither is good', async () => {
    const fakes = await slowFirst(failure('ProviderUnavailable', '500'), failure('ProviderBusy', '429'));
    expect((await failed(called(fakes, quietEnvironment(), 'm-1', interactive))).type).toBe('ProviderUnavailable');
  });

  it('makes no second call where the budget, the breaker or the pack forbids it, or nobody waits', async () => {
    const fakes = await slowFirst(slow, fast);
    expect(await called(fakes)).toMatchObject({ callId: 'call-1' });
    const forbidden = await slowFirst(slow, fast);
    const calls = { ...forbidden.ports.modelCalls };
    forbidden.ports.modelCalls.begin = async (terms) =>
      terms.turn === 'hedge' ? { kind: 'away', retryInMs: 1, failure: null } : await calls.begin(terms);
    expect(await called(forbidden, quietEnvironment(), 'm-1', interactive)).toMatchObject({ callId: 'call-1' });
    const unknown = await slowFirst(slow, fast);
    unknown.ledger.usualMs = undefined;
    expect(await called(unknown, quietEnvironment(), 'm-1', interactive)).toMatchObject({ callId: 'call-1' });
    for (const { signals } of [fakes, forbidden, unknown]) expect(signals).toHaveLength(1);
  });
});
