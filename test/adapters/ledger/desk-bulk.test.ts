import { beforeEach, describe, expect, it } from 'vitest';
import type { TaskOpening } from '../../../src/activities/review-ports.ts';
import { mustOpenOf } from '../../../src/adapters/ledger/desk/bulk.ts';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { PackManifest } from '../../../src/packs/pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, INPUT, PLAN, receive, task } from './fixtures.ts';

let ledger: Ledger;
let now = new Date('2030-01-01T00:00:00Z');
useLedger(
  (server) => {
    ({ ledger } = server);
  },
  { clock: () => now },
);

const HASH = 'hash-bulk';
const MANIFEST = {
  ...{ id: 'invoices', answerSchema: {}, critical: ['total'] },
  review: { stake: { field: 'total', otherwise: 1 }, alikeBy: 'supplier' },
} as unknown as PackManifest;

let count = 0;
async function waiting(supplier: string, more: Partial<TaskOpening> = {}) {
  const key = `B-${(count += 1)}`;
  const received = await receive(ledger, key, key);
  if (received.kind === 'conflict') throw new Error(received.message);
  const { caseId } = received.record;
  await ledger.cases.ingested(caseId, INPUT, { ...PLAN, packHash: HASH }, MANIFEST);
  const output = { total: 1_000, supplier };
  await ledger.reviews.open(task(caseId, { packHash: HASH, output, confidence: { total: 0.9 }, rules: [], ...more }));
  return { caseId, taskNo: 1, seen: 'abc123' };
}

beforeEach(async () => {
  for (const { caseId } of (await ledger.desk.queue({}, 'due', 200)).items)
    await ledger.cases.close(caseId, { outcome: 'cancelled', by: 'test' });
});

it.each([
  [2, 2],
  [19, 2],
  [21, 3],
  [95, 10],
  [200, 10],
])('of %i members %i must be opened', (size, expected) => {
  expect(mustOpenOf(size)).toBe(expected);
});

describe('alike', () => {
  it('are questions of one pack, reasons, group and supplier; those that cannot be approved as they are do not count', async () => {
    await waiting('ACME');
    await waiting('ACME');
    await waiting('Other');
    await waiting('ACME', { rules: [{ name: 'sum', severity: 'hard', holds: false }] });
    await waiting('ACME', { reasons: [{ code: 'data-quality', message: 'm' }] });
    await waiting('ACME', { approvals: { needed: 2, by: [] } });
    await waiting('ACME', { output: null });
    const put = await waiting('ACME');
    await ledger.desk.snooze(put, 'rosa', new Date('2030-01-02T00:00:00Z'));
    expect(await ledger.desk.alikeGroups()).toEqual([
      { packId: 'invoices', codes: ['rule-broken'], alike: 'ACME', group: 'clerks', count: 2, stake: 2_000 },
    ]);
  });
});

describe('a selection', () => {
  it('has the least alike first, and draws which must be opened', async () => {
    const plain = await Promise.all(Array.from({ length: 6 }, () => waiting('ACME')));
    const large = await waiting('ACME', { output: { total: 900_000, supplier: 'ACME' } });
    const unsure = await waiting('ACME', { confidence: { total: 0.1 } });
    const bulk = await ledger.desk.startBulk('rosa', [...plain, large, unsure]);
    expect(bulk.members.slice(0, 2).map(({ caseId }) => caseId)).toEqual([large.caseId, unsure.caseId]);
    expect(bulk.members.filter(({ mustOpen }) => mustOpen)).toHaveLength(2);
  });

  it('draws at random: over many selections every member is drawn', async () => {
    const tasks = await Promise.all(Array.from({ length: 4 }, () => waiting('ACME')));
    const drawn = new Set<string>();
    for (let at = 0; at < 40 && drawn.size < 4; at += 1) {
      const { members } = await ledger.desk.startBulk('rosa', tasks);
      for (const { caseId, mustOpen } of members) if (mustOpen) drawn.add(caseId);
    }
    expect(drawn.size).toBe(4);
  });

  it('a look counts when it is by who selects, and after the selection', async () => {
    const tasks = await Promise.all([waiting('ACME'), waiting('ACME')]);
    for (const one of tasks) await ledger.desk.look(one, 'rosa');
    now = new Date(now.getTime() + 1_000);
    const { bulkId } = await ledger.desk.startBulk('rosa', tasks);
    const opened = async () =>
      (await ledger.desk.bulk(bulkId))?.members.filter(({ openedAt }) => openedAt !== null).length;
    expect(await opened()).toBe(0);
    now = new Date(now.getTime() + 1_000);
    await ledger.desk.look(tasks[0] ?? { caseId: '', taskNo: 1 }, 'kim');
    expect(await opened()).toBe(0);
    await ledger.desk.look(tasks[0] ?? { caseId: '', taskNo: 1 }, 'rosa');
    expect(await opened()).toBe(1);
  });

  it.each([
    ['one alone', async () => [await waiting('ACME')], 'at least two'],
    [
      'one that is not like the others',
      async () => [await waiting('ACME'), await waiting('Other')],
      'not like the others',
    ],
    [
      'one that was answered meanwhile',
      async () => {
        const gone = await waiting('ACME');
        await ledger.reviews.record(approval(gone.caseId, 'v'));
        return [gone, await waiting('ACME')];
      },
      'not asked so any more',
    ],
    [
      'another question than was seen',
      async () => [{ ...(await waiting('ACME')), seen: 'other1' }, await waiting('ACME')],
      'not asked so',
    ],
  ])('is refused with %s', async (_, tasks, message) => {
    await expect(ledger.desk.startBulk('rosa', await tasks())).rejects.toThrow(message);
  });

  it('is decided one way', async () => {
    const { bulkId } = await ledger.desk.startBulk('rosa', await Promise.all([waiting('ACME'), waiting('ACME')]));
    expect(await ledger.desk.decideBulk(bulkId, 'approve')).toBe(true);
    expect(await ledger.desk.decideBulk(bulkId, 'approve')).toBe(true);
    expect(await ledger.desk.decideBulk(bulkId, 'reject')).toBe(false);
  });
});
