import { describe, expect, it } from 'vitest';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts, type Fakes } from '../support/fake-ports.ts';
import { called, callIdOf, CASE, failed, proposed, startOf } from './arrange.ts';

const HOUR = 3_600_000;
const SAYS = 'the supplier register is 61 hours old, at most 48 hours are allowed';

function age({ asOf, now }: Fakes, hours: number): void {
  asOf.set('suppliers', new Date(now.at.getTime() - hours * HOUR));
}

async function routed(fakes: Fakes) {
  const callId = callIdOf(await called(fakes));
  return await fakes.activities.validate({ caseId: CASE, packHash: fakes.pack.hash, taskNo: 1, callId, because: [] });
}

describe('a case that is read while a feed is too old', () => {
  it('goes to a person, naming the feed, its age and its limit, once', async () => {
    const fakes = fakePorts();
    age(fakes, 61);
    await fakes.activities.ingest({ caseId: CASE, start: startOf() });
    expect(fakes.ledger.case(CASE).input?.findings).toEqual([
      { name: 'stale-feed', severity: 'review', message: SAYS, feed: 'suppliers' },
    ]);
    fakes.now.at = new Date(fakes.now.at.getTime() + HOUR);
    const question = await routed(fakes);
    expect(question).toMatchObject({ kind: 'review', reasons: [{ code: 'data-quality', message: SAYS }] });
    expect(question).toHaveProperty('reasons.length', 1);
  });

  it('goes to a person also when the feed is loaded before it is judged: it was read with the old one', async () => {
    const fakes = fakePorts();
    age(fakes, 61);
    await fakes.activities.ingest({ caseId: CASE, start: startOf() });
    age(fakes, 0);
    expect(await routed(fakes)).toMatchObject({ kind: 'review' });
  });

  it('goes to a person when the feed was never loaded', async () => {
    const fakes = fakePorts();
    fakes.asOf.set('suppliers', undefined);
    await fakes.activities.ingest({ caseId: CASE, start: startOf() });
    expect(await routed(fakes)).toHaveProperty('reasons.0.message', 'the supplier register was never loaded');
  });
});

describe('a feed that grows old while a case waits', () => {
  it('stops straight-through when the case is judged', async () => {
    const { activities, ledger, callId, packHash, ...fakes } = await proposed();
    age({ ...fakes, activities, ledger }, 61);
    const question = await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    expect(question).toMatchObject({ kind: 'review', reasons: [{ code: 'data-quality', message: SAYS }] });
    expect(ledger.decisions).toEqual([]);
  });
});

it('new cases go straight through again when the feed was loaded anew', async () => {
  const fakes = fakePorts();
  age(fakes, 61);
  await fakes.activities.ingest({ caseId: 'case/test-pack/K-0', start: startOf({ caseKey: 'K-0' }) });
  age(fakes, 1);
  const documents = [{ name: 'b.txt', text: 'Pay 13' }];
  await fakes.activities.ingest({ caseId: CASE, start: startOf({ documents }) });
  expect(await routed(fakes)).toMatchObject({ kind: 'straight-through' });
});

it('a pack without feeds is never asked about their age', async () => {
  const fakes = fakePorts(testPack({ feeds: {}, facts: () => Promise.resolve({ blocked: false }) }));
  fakes.ports.feeds.asOf = () => Promise.reject(new TypeError('must not be asked'));
  await fakes.activities.ingest({ caseId: CASE, start: startOf() });
  expect(await routed(fakes)).toMatchObject({ kind: 'straight-through' });
});

it('a pack that reads a feed it does not declare fails the step, naming both', async () => {
  const fakes = fakePorts(testPack({ feeds: {} }));
  await fakes.activities.ingest({ caseId: CASE, start: startOf() });
  const { message } = await failed(routed(fakes));
  expect(message).toBe("pack test-pack: it reads the feed 'suppliers' but does not declare it; add it to 'feeds'");
});
