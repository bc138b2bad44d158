import { CancelledFailure } from '@temporalio/activity';
import { describe, expect, it, test, vi } from 'vitest';
import { failure } from '../../src/failures.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { called, CASE, failed, quietEnvironment, startOf } from './arrange.ts';

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
    'records usage and cost of the outcome "%s", and does not take it for an answer later',
    async (outcome) => {
      const fakes = await ingested();
      fakes.replies.splice(0, 1, replyOf('no', 1, outcome), replyOf({ amount: 1, supplier: 'A' }));
      expect(await called(fakes)).toMatchObject({ outcome, costMicros: 70 });
      expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome, costMicros: 70, usage: { inputTokens: 10 } });
      expect(await called(fakes)).toMatchObject({ outcome: 'ok', callId: 'call-2' });
    },
  );

  it('records a failure by its type, and passes it on', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, failure('ProviderBusy', 'slow down', { nextRetryDelayMs: 500 }));
    expect((await failed(called(fakes))).type).toBe('ProviderBusy');
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'failed', failureType: 'ProviderBusy' });
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

  it('does not record a paid answer as failed when the ledger is away for its outcome', async () => {
    const fakes = await ingested();
    vi.spyOn(fakes.ports.modelCalls, 'finished').mockRejectedValueOnce(failure('LedgerUnavailable', 'down'));
    expect((await failed(called(fakes))).type).toBe('LedgerUnavailable');
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'started' });
    expect(await called(fakes)).toMatchObject({ outcome: 'ok' });
  });

  it('fails for good where nothing was ingested', async () => {
    expect((await failed(called(fakePorts()))).type).toBe('NotStarted');
  });
});
