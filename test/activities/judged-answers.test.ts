import { describe, expect, it } from 'vitest';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { called, CASE, startOf } from './arrange.ts';

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
});
