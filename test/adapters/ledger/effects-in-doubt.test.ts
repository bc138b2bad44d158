import { describe, expect, test } from 'vitest';
import type { EffectState } from '../../../src/activities/effect-ports.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { TaskKind, Verdict } from '../../../src/domain/verdict.ts';
import { useLedger } from '../../support/postgres.ts';
import { EFFECT, approval, caseOf, decided, ingested, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const rejection: Verdict = { verdict: 'reject', verdictId: 'no', by: 'berta', seen: 'abc123', reason: 'not ours' };

describe('a person settles an effect in doubt', () => {
  const key = (caseId: string) => `${caseId}/1/post`;

  async function inDoubt(kind: TaskKind, state: EffectState): Promise<string> {
    const caseId = await ingested(ledger);
    const effect = { ...EFFECT, identity: `identity of ${caseId}` };
    await decided(ledger, caseId, effect);
    await ledger.effects.claim(caseId, 1, effect);
    await ledger.effects.settle(key(caseId), state, { reference: 'r' });
    if (kind === 'compensation') await ledger.effects.undoing(key(caseId));
    await ledger.reviews.open(task(caseId, { kind, effects: [effect], effectKey: key(caseId) }));
    return caseId;
  }
  const identities = async (caseId: string) =>
    (await ledger.db.selectFrom('business_identities').select('key').where('case_id', '=', caseId).execute()).length;
  const answer = (caseId: string, how: 'confirm' | 'retry') => {
    const { decide: _, ...rest } = approval(caseId, 'v1');
    const verdict: Verdict = { ...rejection, verdict: how === 'confirm' ? 'confirm' : 'reject', verdictId: 'v1' };
    const approve: Verdict = { verdict: 'approve', verdictId: 'v1', by: 'berta', seen: 'abc123' };
    return { ...rest, verdict: how === 'confirm' ? verdict : approve, [how]: { taskNo: 1 } };
  };

  test.each([
    [
      'effect-unknown',
      'unknown',
      'confirm',
      { state: 'applied', reference: 'confirmed by hand' },
      1,
      'by-hand',
      'effect-applied',
    ],
    ['effect-unknown', 'unknown', 'retry', { state: 'pending', called: false }, 1, 'try-again', 'effect-retry'],
    ['compensation', 'applied', 'confirm', { state: 'compensated' }, 0, 'by-hand', 'compensated'],
    ['compensation', 'applied', 'retry', { state: 'applied', undoCalled: false }, 1, 'try-again', 'effect-retry'],
  ] as const)('%s: %s, %s', async (kind, state, how, becomes, held, settled, entry) => {
    const caseId = await inDoubt(kind, state);
    const judged = await ledger.reviews.record(answer(caseId, how));
    expect(judged).toEqual({ kind: 'accepted', decision: null, settled });
    expect(await ledger.reviews.record(answer(caseId, how))).toEqual(judged);
    expect(await ledger.effects.get(key(caseId))).toMatchObject(becomes);
    expect(await identities(caseId)).toBe(held);
    expect(await ledger.reviews.openTask(caseId)).toBeUndefined();
    expect((await trail(ledger, caseId)).slice(-2)).toEqual(['verdict-accepted', entry]);
  });

  test('rejecting an unknown one abandons it, frees its identity and ends the case', async () => {
    const caseId = await inDoubt('effect-unknown', 'unknown');
    const decide = { taskNo: 1, kind: 'reject' as const, output: null, effects: [] };
    await ledger.reviews.record(approval(caseId, 'no', { verdict: rejection, decide }));
    expect((await ledger.effects.get(key(caseId)))?.state).toBe('abandoned');
    expect(await identities(caseId)).toBe(0);
    expect((await caseOf(ledger, caseId)).outcome).toBe('rejected');
    expect((await trail(ledger, caseId)).slice(-4)).toEqual([
      'verdict-accepted',
      'effect-abandoned',
      'decision',
      'closed',
    ]);
  });

  test('a task of an ended case shows it in review, and closed again once it is answered', async () => {
    const caseId = await inDoubt('compensation', 'applied');
    await ledger.cases.close(caseId, { outcome: 'rejected', by: 'berta' });
    await ledger.reviews.open(task(caseId, { kind: 'compensation', taskNo: 2, effectKey: key(caseId) }));
    expect(await caseOf(ledger, caseId)).toMatchObject({ stage: 'review', outcome: 'rejected' });
    await ledger.reviews.record({ ...answer(caseId, 'confirm'), confirm: { taskNo: 2 } });
    expect(await caseOf(ledger, caseId)).toMatchObject({ stage: 'closed', outcome: 'rejected' });
  });
});
