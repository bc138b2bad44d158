import { describe, expect, it } from 'vitest';
import type { DecideCaseInput } from '../../src/messages.ts';
import { fakePorts, type Fakes } from '../support/fake-ports.ts';
import { testPack } from '../support/fake-pack.ts';
import { CASE, decided, idOf, startOf } from './arrange.ts';

const BODY = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');
const numberOf = (sources: readonly { text: string }[]) => /No\. (\d+)/.exec(sources[0]?.text ?? '')?.[1];
const alike = {
  least: 0.7,
  differ: (a: readonly { text: string }[], b: readonly { text: string }[]) => numberOf(a) !== numberOf(b),
};

async function findings(fakes: Fakes, text: string, change: Partial<DecideCaseInput> = {}) {
  const start = startOf({ ...change, documents: [{ name: 'a.txt', text }] });
  await fakes.activities.ingest({ caseId: idOf(start), start });
  return fakes.ledger.case(idOf(start)).input?.findings;
}

describe('a text that came before, nearly the same,', () => {
  it('is a finding for a person that names the case and says how alike they are', async () => {
    const fakes = fakePorts(testPack({ alike }));
    expect(await findings(fakes, `2026-01-02 ${BODY}`)).toEqual([]);
    expect(await findings(fakes, `RECEIVED 2026-02-03 ${BODY}`, { caseKey: 'K-2' })).toEqual([
      {
        name: 'near-duplicate',
        severity: 'review',
        message: `Nearly the same text came before, as ${CASE} (98 % alike)`,
      },
    ]);
  });

  it('names the one that is most alike', async () => {
    const fakes = fakePorts(testPack({ alike }));
    await findings(fakes, `${BODY} and six other words at the end`);
    await findings(fakes, `${BODY} once more`, { caseKey: 'K-2' });
    expect(await findings(fakes, `${BODY} once`, { caseKey: 'K-3' })).toMatchObject([
      { message: expect.stringContaining('case/test-pack/K-2 ') },
    ]);
  });

  it.each([
    ['the pack does not look for it', {}, 'No. 7'],
    ['the pack says that the two differ', { alike }, 'No. 8'],
    ['the pack asks for more likeness', { alike: { ...alike, least: 0.99 } }, 'No. 7'],
  ])('is none where %s', async (_, change, number) => {
    const fakes = fakePorts(testPack(change));
    await findings(fakes, `No. 7 ${BODY}`);
    expect(await findings(fakes, `${number} ${BODY} again`, { caseKey: 'K-2' })).toEqual([]);
  });

  it('is not the former revision of the case, nor the whole that it is a part of, nor its part', async () => {
    for (const [first, second] of [
      [{}, { revision: 2 }],
      [{}, { caseKey: 'K-1#1' }],
      [{ caseKey: 'K-1#1' }, {}],
    ]) {
      const fakes = fakePorts(testPack({ alike }));
      await findings(fakes, `one ${BODY}`, first);
      expect(await findings(fakes, `two ${BODY}`, second)).toEqual([]);
    }
  });

  it('is the same document where it is that', async () => {
    const fakes = fakePorts(testPack({ alike }));
    await findings(fakes, BODY);
    expect(await findings(fakes, BODY, { caseKey: 'K-2' })).toMatchObject([{ name: 'same-document' }]);
  });
});

describe('a business identity that was written before', () => {
  it('sends the case to a person at once, naming the case', async () => {
    const { activities, write, packHash, ledger } = await decided();
    await write();
    const second = startOf({ caseKey: 'K-2', documents: [{ name: 'b.txt', text: 'Pay 12 again' }] });
    await activities.ingest({ caseId: idOf(second), start: second });
    const [first] = ledger.calls.values();
    if (!first) throw new TypeError('no call');
    ledger.calls.set('call-2', { ...first, callId: 'call-2', caseId: idOf(second) });
    const input = { caseId: idOf(second), packHash, taskNo: 1, callId: 'call-2', because: [] };
    expect(await activities.validate(input)).toMatchObject({
      kind: 'review',
      reasons: [{ code: 'identity-taken', message: `Already written by ${CASE}` }],
    });
  });

  it('is no reason for the case that holds it, nor a second one where it is known', async () => {
    const { activities, write, packHash, ledger, callId } = await decided();
    await write();
    ledger.decisions.splice(0);
    const again = { caseId: CASE, packHash, taskNo: 1, callId, because: [] };
    expect((await activities.validate(again)).kind).toBe('straight-through');
    ledger.decisions.splice(0);
    ledger.identities.set('ACME|12', 'case/test-pack/other');
    const because = [{ code: 'identity-taken', message: 'known' }] as const;
    expect(await activities.validate({ ...again, because: [...because] })).toMatchObject({ reasons: because });
  });
});
