import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { decided, EFFECT, ingested, INPUT, MANIFEST, PLAN, received } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

async function withBands(caseKey: string, bands: number[], text = caseKey): Promise<string> {
  const { caseId } = await received(ledger, caseKey);
  const input = { ...INPUT, sources: [{ name: 'a.txt', text }] };
  await ledger.cases.ingested(caseId, input, PLAN, MANIFEST, bands);
  return caseId;
}

const sharing = async (caseId: string, bands: number[], limit = 10) =>
  (await ledger.cases.withSharedBands(caseId, bands, limit)).map((found) => found.caseId);

describe('bands of a case', () => {
  test('are found by those that share one, with the text, most in common first, then the oldest', async () => {
    const one = await withBands('a1', [1, 2, -2_147_483_648], 'the text');
    const two = await withBands('a2', [1, 2, 3]);
    const three = await withBands('a3', [3, 4, 5]);
    const own = await withBands('a4', [1, 2, 3]);
    expect(await sharing(own, [1, 2, 3])).toEqual([two, one, three]);
    expect(await sharing(own, [1, 2, 3], 1)).toEqual([two]);
    expect(await ledger.cases.withSharedBands(own, [-2_147_483_648], 10)).toEqual([
      { caseId: one, sources: [{ name: 'a.txt', text: 'the text' }] },
    ]);
    expect(await sharing(own, [99])).toEqual([]);
  });

  test('of another pack are not found', async () => {
    const theirs = await withBands('b1', [7]);
    const documents = await ledger.documents.put([{ name: 'b', mediaType: 'text/plain', bytes: Buffer.from('b') }]);
    const name = { packId: 'tickets', caseKey: 'b2', revision: 1 };
    const other = await ledger.cases.receive({ name, documents, submittedBy: null, owner: 'o', channel: 'api' });
    if (other.kind === 'conflict') throw new TypeError(other.message);
    await ledger.cases.ingested(other.record.caseId, INPUT, PLAN, MANIFEST, [7]);
    expect(await sharing(other.record.caseId, [7])).toEqual([]);
    expect(await sharing(theirs, [7])).toEqual([]);
  });

  test('stay those of the first ingest, as its input does, and are none where none are given', async () => {
    const one = await withBands('c1', [11]);
    await ledger.cases.ingested(one, INPUT, PLAN, MANIFEST, [12]);
    const none = await ingested(ledger);
    expect(await sharing(none, [11, 12])).toEqual([one]);
    expect(await sharing(none, [12])).toEqual([]);
    expect(await sharing(one, [])).toEqual([]);
  });
});

test('a business identity is held by the case that claimed it, seen from any case of the pack', async () => {
  const [one, two] = [await ingested(ledger), await ingested(ledger)];
  const effect = { ...EFFECT, identity: 'DE1|held' };
  await decided(ledger, one, effect);
  expect(await ledger.effects.holder(two, 'DE1|held')).toBeUndefined();
  await ledger.effects.claim(one, 1, effect);
  expect(await ledger.effects.holder(two, 'DE1|held')).toBe(one);
  expect(await ledger.effects.holder(one, 'DE1|held')).toBe(one);
  await ledger.effects.settle(`${one}/1/post`, 'refused', { reason: 'closed' });
  expect(await ledger.effects.holder(two, 'DE1|held')).toBeUndefined();
});
