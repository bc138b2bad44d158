import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, INPUT, MANIFEST, PLAN, received, task } from './fixtures.ts';

const START = new Date('2030-01-01T00:00:00Z');
let now = START;
let ledger: Ledger;
useLedger(
  (server) => {
    ({ ledger } = server);
  },
  { clock: () => now },
);

const UNTIL = '2030-01-01T01:00:00.000Z';
const UNDO = { until: UNTIL, seen: 'abc123' };

async function waiting(caseKey: string): Promise<string> {
  const { caseId } = await received(ledger, caseKey);
  await ledger.cases.ingested(caseId, INPUT, PLAN, MANIFEST);
  await ledger.reviews.open(task(caseId));
  return caseId;
}

async function approved(caseKey: string, by: string, undo?: typeof UNDO): Promise<string> {
  const caseId = await waiting(caseKey);
  now = new Date(now.getTime() + 1_000);
  const { verdict, decide, ...given } = approval(caseId, `v-${caseKey}`);
  if (!decide) throw new Error('an approval decides');
  await ledger.reviews.record({
    ...given,
    verdict: { ...verdict, by },
    decide: { ...decide, ...(undo ? { undo } : {}) },
  });
  return caseId;
}

const keysOf = async (filter: Parameters<Ledger['desk']['search']>[0], limit = 10) =>
  (await ledger.desk.search(filter, limit)).map(({ caseKey }) => caseKey);

describe('the search', () => {
  it('finds by key, stage, pack and who answered; what somebody answered last comes first', async () => {
    await waiting('open-1');
    await approved('undo-100%', 'rosa', UNDO);
    await approved('undo-1002', 'kim', UNDO);
    const writing = await approved('write-1', 'rosa');
    await ledger.cases.stage(writing, 'writing');
    expect(await keysOf({})).toEqual(['write-1', 'undo-1002', 'undo-100%', 'open-1']);
    expect(await keysOf({}, 2)).toEqual(['write-1', 'undo-1002']);
    expect(await keysOf({ text: 'UNDO-100%' })).toEqual(['undo-100%']);
    expect(await keysOf({ stage: 'undo-window' })).toEqual(['undo-1002', 'undo-100%']);
    expect(await keysOf({ stage: 'writing' })).toEqual(['write-1']);
    expect(await keysOf({ stage: 'review' })).toEqual(['open-1']);
    expect(await keysOf({ answeredBy: 'rosa' })).toEqual(['write-1', 'undo-100%']);
    expect(await keysOf({ answeredBy: 'rosa', stage: 'undo-window' })).toEqual(['undo-100%']);
    expect(await keysOf({ answeredBy: 'nobody' })).toEqual([]);
    expect(await keysOf({ packs: ['invoices'] })).toHaveLength(4);
    expect(await keysOf({ packs: ['tickets'] })).toEqual([]);
    expect(await keysOf({ packs: [] })).toEqual([]);
  });

  it('tells until when an approval can be taken back, and on what, only while it can', async () => {
    const caseId = await approved('window', 'rosa', UNDO);
    const undoOf = async () => (await ledger.desk.search({ text: 'window' }, 1))[0]?.undo;
    expect(await undoOf()).toEqual({ ...UNDO, by: 'rosa' });
    await ledger.reviews.record({
      ...{ caseId, channel: 'update', contentHash: 'w', withdraw: true },
      verdict: { verdict: 'withdraw', verdictId: 'w', by: 'kim', seen: 'abc123' },
    });
    expect(await undoOf()).toBeNull();
    const over = await approved('other-window', 'rosa', UNDO);
    await ledger.reviews.endUndo(over, 1);
    expect((await ledger.desk.search({ text: 'other-window' }, 1))[0]?.undo).toBeNull();
  });

  it('a refused verdict is no answer', async () => {
    const caseId = await waiting('refused');
    const { decide: _, ...given } = approval(caseId, 'v-refused');
    const refusal = { code: 'four-eyes', message: 'by: lena submitted this' } as const;
    await ledger.reviews.record({ ...given, verdict: { ...given.verdict, by: 'lena' }, refusal });
    expect(await keysOf({ answeredBy: 'lena' })).toEqual([]);
  });
});
