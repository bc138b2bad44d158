import { CancelledFailure } from '@temporalio/activity';
import { describe, expect, it, test, vi } from 'vitest';
import { failure } from '../../src/failures.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { called, callIdOf, CASE, failed, quietEnvironment, startOf } from './arrange.ts';

async function ingested() {
  const fakes = fakePorts();
  await fakes.activities.ingest({ caseId: CASE, start: startOf() });
  return fakes;
}

describe('callModel', () => {
  it('asks with the pinned instructions and schema, and returns no content', async () => {
    const fakes = await ingested();
    expect(await called(fakes)).toEqual({ callId: 'call-1', outcome: 'ok', model: 'm-1', costMicros: 70 });
    expect(fakes.asked[0]).toMatchObject({ instructions: 'Read it.', input: 'Pay 12', schemaName: 'test-pack' });
  });

  it('does not buy a good answer to the same request twice', async () => {
    const fakes = await ingested();
    const first = await called(fakes);
    expect(await called(fakes)).toEqual(first);
    expect(fakes.asked).toHaveLength(1);
  });

  it('asks again when the request differs, here by the model', async () => {
    const fakes = await ingested();
    await called(fakes);
    await called(fakes, quietEnvironment(), 'm-2');
    expect(fakes.asked.map((request) => request.model)).toEqual(['m-1', 'm-2']);
  });

  test.each(['refusal', 'truncated', 'filtered', 'invalid'] as const)(
    'records usage and cost of the outcome "%s", and does not buy it again after a crash',
    async (outcome) => {
      const fakes = await ingested();
      fakes.replies.splice(0, 1, replyOf('no', 1, outcome), replyOf({ amount: 1, supplier: 'A' }));
      const first = await called(fakes);
      expect(first).toMatchObject({ outcome, costMicros: 70 });
      expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome, costMicros: 70, usage: { inputTokens: 10 } });
      expect(await called(fakes)).toEqual(first);
      expect(fakes.asked).toHaveLength(1);
    },
  );

  it('keeps what the schema says about an answer, and tells the model on the repair call', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, replyOf({ amount: 'much' }), replyOf({ amount: 1, supplier: 'A' }));
    const first = await called(fakes);
    expect(first).toMatchObject({ outcome: 'invalid', costMicros: 70 });
    const { problems } = fakes.ledger.calls.get('call-1') ?? {};
    expect(problems).toEqual([expect.stringMatching(/^amount: /), expect.stringMatching(/^supplier: /)]);
    const repair = { turn: 'repair', after: callIdOf(first) } as const;
    expect(await called(fakes, quietEnvironment(), 'm-1', repair)).toMatchObject({ outcome: 'ok', callId: 'call-2' });
    expect(fakes.asked[1]?.instructions).toContain(problems?.[1]);
    expect(fakes.asked[1]?.input).toBe(fakes.asked[0]?.input);
  });

  it('gives an answer that was cut off twice the room', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, replyOf('{"am', 1, 'truncated'), replyOf({ amount: 1, supplier: 'A' }));
    const longer = { turn: 'longer', after: callIdOf(await called(fakes)) } as const;
    expect(await called(fakes, quietEnvironment(), 'm-1', longer)).toMatchObject({ outcome: 'ok' });
    expect(fakes.asked.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([100, 200]);
  });

  it('makes no call while the breaker is open, or past a budget, and says which', async () => {
    const fakes = await ingested();
    fakes.ledger.begins.push(
      { kind: 'away', retryInMs: 4_200, failure: 'ProviderUnavailable' },
      { kind: 'over-budget', budget: 'case', limitMicros: 50_000, spentMicros: 41_500 },
      {
        ...{ kind: 'over-budget', budget: 'day', limitMicros: 9_000_000, spentMicros: 8_999_000 },
        resetsAt: '2026-03-03T00:00:00Z',
      },
    );
    const messages = [];
    for (let at = 0; at < 3; at++) messages.push(await called(fakes));
    expect(messages).toEqual([
      { outcome: 'away', model: 'm-1', message: 'm-1: away (ProviderUnavailable), tried again in 5 s' },
      {
        ...{ outcome: 'over-budget', model: 'm-1' },
        message: 'The budget of the case is used up: 0.0415 of 0.0500 spent or reserved',
      },
      {
        ...{ outcome: 'over-budget', model: 'm-1' },
        message:
          'The budget of the pack for the day is used up: 8.9990 of 9.0000 spent or reserved; the next begins at 2026-03-03T00:00:00Z',
      },
    ]);
    expect(fakes.asked).toEqual([]);
  });

  it('waits for a turn that comes soon, and comes back for a later one', async () => {
    const fakes = await ingested();
    fakes.ledger.begins.push({ kind: 'wait', ms: 5 }, { kind: 'wait', ms: 7 });
    expect(await called(fakes)).toMatchObject({ outcome: 'ok' });
    fakes.ledger.begins.push({ kind: 'wait', ms: 20_000 });
    await expect(called(fakes, quietEnvironment(), 'm-2')).rejects.toMatchObject({
      ...{ type: 'ProviderBusy', nonRetryable: false, nextRetryDelay: 20_000 },
    });
    expect(fakes.asked).toHaveLength(1);
  });

  it('ends the retries with the last attempt, and after a crash on it', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, failure('ProviderUnavailable', '500'));
    for (const nonRetryable of [false, false, true, true]) {
      await expect(called(fakes)).rejects.toMatchObject({ type: 'ProviderUnavailable', nonRetryable });
      if (fakes.asked.length === 3) fakes.ledger.begins.push({ kind: 'tried', failure: null });
    }
    expect(fakes.asked).toHaveLength(3);
  });

  it('takes the most it may have cost for an answer without usage', async () => {
    const fakes = await ingested();
    const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };
    fakes.replies.splice(0, 1, { ...replyOf({ amount: 1, supplier: 'A' }), usage });
    expect(await called(fakes)).toMatchObject({ outcome: 'ok', costMicros: 90 });
  });

  it('counts a call as possibly paid when the provider may have answered', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, failure('ProviderUnavailable', 'timeout', { possiblyPaid: true }));
    await failed(called(fakes));
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'failed', possiblyPaid: true });
  });

  it('records a failure by its type, and passes it on', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, failure('ProviderBusy', 'slow down', { nextRetryDelayMs: 500 }));
    expect((await failed(called(fakes))).type).toBe('ProviderBusy');
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({
      ...{ outcome: 'failed', failureType: 'ProviderBusy', possiblyPaid: false },
    });
  });

  it('does not call an unknown error a cancellation', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, new TypeError('a bug'));
    await failed(called(fakes));
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ failureType: 'Unknown' });
  });

  it('passes the cancellation to the request, and records it', async () => {
    const fakes = await ingested();
    fakes.ports.model.ask = async (_, signal) => {
      await new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new CancelledFailure('cancelled')));
      });
      throw new TypeError('not cancelled');
    };
    const env = quietEnvironment();
    const running = called(fakes, env);
    setTimeout(() => env.cancel(), 10);
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'failed', failureType: 'Cancelled' });
  });

  it('keeps a paid answer while the ledger is away for its outcome', async () => {
    const fakes = await ingested();
    const away = failure('LedgerUnavailable', 'down');
    const finished = vi.spyOn(fakes.ports.modelCalls, 'finished').mockRejectedValueOnce(away);
    expect(await called(fakes)).toMatchObject({ outcome: 'ok', callId: 'call-1' });
    expect(finished).toHaveBeenCalledTimes(2);
    expect(fakes.asked).toHaveLength(1);
  });

  it('does not record a paid answer as failed when the ledger stays away', async () => {
    vi.useFakeTimers();
    const fakes = await ingested();
    vi.spyOn(fakes.ports.modelCalls, 'finished').mockRejectedValue(failure('LedgerUnavailable', 'down'));
    const end = failed(called(fakes));
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect((await end).type).toBe('LedgerUnavailable');
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'started' });
  });

  it('fails for good where nothing was ingested', async () => {
    expect((await failed(called(fakePorts()))).type).toBe('NotStarted');
  });
});
