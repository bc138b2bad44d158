import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { EffectState } from '../../../src/activities/effect-ports.ts';
import { useLedger } from '../../support/postgres.ts';
import { EFFECT, approval, caseOf, decided, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

async function accepted(identity?: string): Promise<{ caseId: string; key: string; effect: typeof EFFECT }> {
  const caseId = await ingested(ledger);
  const effect = { ...EFFECT, identity: identity ?? `of ${caseId}` };
  await decided(ledger, caseId, effect);
  return { caseId, key: `${caseId}/1/post`, effect };
}

const claim = ({ caseId, effect }: Awaited<ReturnType<typeof accepted>>) => ledger.effects.claim(caseId, 1, effect);

describe('claim', () => {
  test('marks the call that follows, and tells a repeat that one may have been made', async () => {
    const one = await accepted();
    expect(await claim(one)).toMatchObject({
      kind: 'claimed',
      record: { key: one.key, state: 'pending', called: false },
    });
    expect(await claim(one)).toMatchObject({ kind: 'claimed', record: { effect: one.effect, called: true } });
    expect((await caseOf(ledger, one.caseId)).stage).toBe('writing');
    expect((await trail(ledger, one.caseId)).slice(3)).toEqual(['effect-pending']);
    expect(await ledger.effects.ofCase(one.caseId)).toHaveLength(1);
  });

  test('a call that was not sent is taken back, but not the one before it', async () => {
    const one = await accepted();
    await claim(one);
    await ledger.effects.notSent(one.key);
    expect((await ledger.effects.get(one.key))?.called).toBe(false);
    await claim(one);
    await claim(one);
    await ledger.effects.notSent(one.key);
    expect((await ledger.effects.get(one.key))?.called).toBe(true);
  });

  test('without a recorded decision there is no effect', async () => {
    const caseId = await ingested(ledger);
    await expect(ledger.effects.claim(caseId, 1, EFFECT)).rejects.toThrow('23503');
    expect(await ledger.effects.ofCase(caseId)).toEqual([]);
  });

  test('20 cases claim one identity at once: one gets it, nothing is left of the others', async () => {
    const cases = await Promise.all(Array.from({ length: 20 }, () => accepted('the same invoice')));
    const claims = await Promise.all(cases.map(claim));
    const winner = cases[claims.findIndex(({ kind }) => kind === 'claimed')];
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(claims.filter((one) => one.kind === 'identity-taken' && one.by === winner?.caseId)).toHaveLength(19);
    const effects = await Promise.all(cases.map(({ caseId }) => ledger.effects.ofCase(caseId)));
    expect(effects.flat()).toHaveLength(1);
  });

  test('one effect claimed by 10 workers at once is one effect, and only one may call without asking first', async () => {
    const one = await accepted();
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(one)));
    expect(claims.filter((it) => it.kind === 'claimed' && !it.record.called)).toHaveLength(1);
    expect((await trail(ledger, one.caseId)).slice(3)).toEqual(['effect-pending']);
  });

  test('the same identity may be held by the same key of another pack', async () => {
    const one = await accepted('shared by packs');
    await claim(one);
    const [document] = await ledger.documents.put([{ name: 'x', mediaType: 'text/plain', bytes: Buffer.from('x') }]);
    const name = { packId: 'other-pack', caseKey: 'x', revision: 1 };
    await ledger.cases.receive({
      name,
      documents: document ? [document] : [],
      submittedBy: null,
      owner: 'o',
      channel: 'api',
    });
    await decided(ledger, 'case/other-pack/x');
    expect((await ledger.effects.claim('case/other-pack/x', 1, one.effect)).kind).toBe('claimed');
  });

  test('an identity stays with its case for a later decision', async () => {
    const one = await accepted();
    await claim(one);
    await ledger.reviews.open(task(one.caseId));
    await ledger.reviews.record(approval(one.caseId, 'v1'));
    expect((await ledger.effects.claim(one.caseId, 2, one.effect)).kind).toBe('claimed');
    // The former effect no longer holds it, so its end does not free it.
    await ledger.effects.settle(one.key, 'refused', { reason: 'closed period' });
    expect(await claim({ ...(await accepted(one.effect.identity)) })).toEqual({
      kind: 'identity-taken',
      by: one.caseId,
    });
  });
});

describe('settle', () => {
  test.each<[EffectState, boolean]>([
    ['applied', false],
    ['unknown', false],
    ['refused', true],
    ['abandoned', true],
    ['compensated', true],
  ])('%s is recorded once; identity free afterwards: %s', async (state, free) => {
    const one = await accepted();
    await claim(one);
    await ledger.effects.settle(one.key, state, { reference: 'R-1', reason: 'why' });
    await ledger.effects.settle(one.key, state, { reference: 'R-2', reason: 'other' });
    expect(await ledger.effects.get(one.key)).toMatchObject({ state, reference: 'R-1' });
    expect(await trail(ledger, one.caseId)).toHaveLength(5);
    const other = await claim(await accepted(one.effect.identity));
    expect(other.kind).toBe(free ? 'claimed' : 'identity-taken');
  });

  test.each<[EffectState, EffectState, boolean]>([
    ['applied', 'compensated', true],
    ['applied', 'refused', false],
    ['applied', 'unknown', false],
    ['refused', 'applied', false],
    ['compensated', 'applied', false],
    ['unknown', 'applied', true],
    ['unknown', 'abandoned', true],
  ])('%s to %s: %s', async (from, to, allowed) => {
    const one = await accepted();
    await claim(one);
    await ledger.effects.settle(one.key, from, {});
    await ledger.effects.settle(one.key, to, {});
    expect((await ledger.effects.get(one.key))?.state).toBe(allowed ? to : from);
  });

  test('a repeated claim after a refusal does not take the identity again', async () => {
    const one = await accepted();
    await claim(one);
    await ledger.effects.settle(one.key, 'refused', { reason: 'closed' });
    expect(await claim(one)).toMatchObject({ record: { state: 'refused' } });
    expect((await claim(await accepted(one.effect.identity))).kind).toBe('claimed');
  });

  test('the last one closes the case as written, in the same transaction', async () => {
    const one = await accepted();
    await claim(one);
    await ledger.effects.settle(one.key, 'applied', { reference: 'R', last: true });
    expect(await caseOf(ledger, one.caseId)).toMatchObject({ stage: 'closed', outcome: 'written' });
    expect((await trail(ledger, one.caseId)).slice(-2)).toEqual(['effect-applied', 'closed']);
  });

  test('the last one of a case that ended otherwise leaves its end alone', async () => {
    const one = await accepted();
    await claim(one);
    await ledger.cases.close(one.caseId, { outcome: 'orphaned', by: 'sweep' });
    await ledger.effects.settle(one.key, 'applied', { reference: 'R', last: true });
    expect((await caseOf(ledger, one.caseId)).outcome).toBe('orphaned');
    expect((await ledger.effects.get(one.key))?.state).toBe('applied');
  });
});
