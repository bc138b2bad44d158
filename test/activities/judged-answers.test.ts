import { describe, expect, it, vi } from 'vitest';
import { failure } from '../../src/failures.ts';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { called, callIdOf, CASE, failed, quietEnvironment, startOf } from './arrange.ts';

async function ingested(pack = testPack()) {
  const fakes = fakePorts(pack);
  await fakes.activities.ingest({ caseId: CASE, start: startOf() });
  return fakes;
}

describe('an answer that was paid for', () => {
  it('is recorded and not bought again when the pack fails to read it', async () => {
    const broken = () => {
      throw new TypeError('a bug of the pack');
    };
    const fakes = await ingested(testPack({ interpret: broken }));
    const first = await called(fakes);
    expect(first).toMatchObject({ outcome: 'invalid', costMicros: 70 });
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'invalid', costMicros: 70 });
    expect(await called(fakes)).toEqual(first);
    expect(fakes.asked).toHaveLength(1);
  });

  it('is used for no other case while nothing here can judge it', async () => {
    const fakes = await ingested();
    const finished = vi.spyOn(fakes.ports.modelCalls, 'finished');
    vi.spyOn(fakes.ports.packs, 'pinned').mockReturnValue(undefined);
    fakes.replies.splice(0, 1, replyOf({ amount: 'much' }));
    await called(fakes);
    expect(finished.mock.calls[0]?.[3]).toMatchObject({ goodForMs: 0 });
  });

  it('and is no JSON is repaired by a call that says so', async () => {
    const fakes = await ingested();
    const noJson = { ...replyOf('', 1, 'invalid'), text: 'Sure! Here it is: {' };
    fakes.replies.splice(0, 1, noJson, replyOf({ amount: 1, supplier: 'A' }));
    const repair = { turn: 'repair', after: callIdOf(await called(fakes)) } as const;
    await called(fakes, quietEnvironment(), 'm-1', repair);
    expect(fakes.asked[1]?.instructions).toMatch(/could not be used:\n- .*JSON/);
  });

  it('is kept for no longer than the activity lasts when the ledger hangs', async () => {
    vi.useFakeTimers();
    const fakes = await ingested();
    const hangs = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      throw failure('LedgerUnavailable', 'no connection within 5 s');
    };
    vi.spyOn(fakes.ports.modelCalls, 'finished').mockImplementation(hangs);
    const startedAt = Date.now();
    const end = failed(called(fakes)).then(() => Date.now() - startedAt);
    await vi.advanceTimersByTimeAsync(300_000);
    vi.useRealTimers();
    expect(await end).toBeLessThan(30_000);
  });
});

describe('a call that failed', () => {
  it('fails with what the provider said when the ledger is away for a moment', async () => {
    const fakes = await ingested();
    fakes.replies.splice(0, 1, failure('ProviderAuth', '401'));
    vi.spyOn(fakes.ports.modelCalls, 'failed').mockRejectedValueOnce(failure('LedgerUnavailable', 'down'));
    expect((await failed(called(fakes))).type).toBe('ProviderAuth');
    expect(fakes.ledger.calls.get('call-1')).toMatchObject({ outcome: 'failed', possiblyPaid: false });
  });
});
