import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { useLedger } from '../../support/postgres.ts';
import { EFFECT, approval, caseOf, decided, ingested, straightThrough, task, trail } from './fixtures.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const FAR = new Date('2031-01-01T00:00:00Z');

async function asked(): Promise<string> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId));
  return caseId;
}

async function noticesOf(caseId: string) {
  const rows = await ledger.db.selectFrom('outbox').selectAll().where('case_id', '=', caseId).orderBy('id').execute();
  return rows
    .filter((row) => row.cancelled_at === null)
    .map(({ kind, payload, not_before: at }) => ({ kind, payload, at }));
}

const rejection: Verdict = { verdict: 'reject', verdictId: 'no', by: 'berta', seen: 'abc123', reason: 'not ours' };

describe('tasks', () => {
  test('are shown as they were put, with what the judge needs', async () => {
    const caseId = await asked();
    const { confidence, ...put } = task(caseId);
    expect(await ledger.reviews.openTask(caseId)).toEqual({
      ...put,
      confidence: { total: confidence['total'] },
      ...{ planGroups: ['clerks', 'leads'], rest: ['leads'], held: false },
      hasProposal: true,
      brokenHardRules: ['sum'],
      submittedBy: 'anna',
      fourEyes: true,
      planGroups: ['clerks', 'leads'],
    });
    expect((await caseOf(ledger, caseId)).stage).toBe('review');
    expect((await caseOf(ledger, caseId)).lastTaskNo).toBe(1);
  });

  test('opened again change nothing, not even notices', async () => {
    const caseId = await asked();
    await ledger.reviews.open(task(caseId, { group: 'others', reasons: [] }));
    expect((await ledger.reviews.openTask(caseId))?.group).toBe('clerks');
    const payload = { caseId, taskNo: 1, group: 'clerks', reasons: ['rule-broken'] };
    expect(await noticesOf(caseId)).toMatchObject([
      { kind: 'task-opened', payload },
      { kind: 'reminder', payload, at: task(caseId).remindAt },
    ]);
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'task-opened']);
  });

  test('a newer one closes the older ones', async () => {
    const caseId = await asked();
    await ledger.reviews.open(task(caseId, { taskNo: 2, output: null, seen: 'def456' }));
    expect(await ledger.reviews.openTask(caseId)).toMatchObject({ taskNo: 2, hasProposal: false });
    expect(await ledger.reviews.task(caseId, 1)).toMatchObject({ open: false });
    expect((await noticesOf(caseId)).map(({ payload }) => payload.taskNo)).toEqual([2, 2]);
  });

  test('about an effect must name it', async () => {
    const caseId = await ingested(ledger);
    await expect(ledger.reviews.open(task(caseId, { kind: 'compensation' }))).rejects.toThrow('effectKey');
  });

  test('escalation asks someone else, once, and reminds them', async () => {
    const caseId = await asked();
    const remindAt = new Date('2030-02-02T00:00:00Z');
    expect(await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt })).toBeUndefined();
    expect(await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt })).toBeUndefined();
    expect((await ledger.reviews.openTask(caseId))?.group).toBe('leads');
    expect((await noticesOf(caseId)).map(({ kind, at }) => [kind, at])).toMatchObject([
      ['escalated', expect.any(Date)],
      ['reminder', remindAt],
    ]);
    expect((await trail(ledger, caseId)).at(-1)).toBe('escalated');
    expect(await trail(ledger, caseId)).toHaveLength(4);
  });
});

describe('verdicts', () => {
  test('an approval decides once; its exact repeat gets the same answer', async () => {
    const caseId = await asked();
    const first = await ledger.reviews.record(approval(caseId, 'v1'));
    expect(first).toMatchObject({
      kind: 'accepted',
      decision: { decisionNo: 1, by: { kind: 'reviewer', name: 'berta' }, taskNo: 1, effects: [EFFECT] },
    });
    expect(await ledger.reviews.record(approval(caseId, 'v1'))).toEqual(first);
    expect(await ledger.reviews.former(caseId, 'v1')).toEqual({ contentHash: 'content of v1', judged: first });
    expect(await ledger.reviews.acceptedVerdict(caseId)).toEqual(approval(caseId, 'v1').verdict);
    expect((await caseOf(ledger, caseId)).stage).toBe('deciding');
    expect(await noticesOf(caseId)).toEqual([]);
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['verdict-accepted', 'decision']);
  });

  test('of two at once one decides, the other adopts its decision', async () => {
    for (let round = 0; round < 10; round++) {
      const caseId = await asked();
      const judged = await Promise.all(['v1', 'v2'].map((id) => ledger.reviews.record(approval(caseId, id))));
      const accepted = judged.find((one) => one.kind === 'accepted');
      expect(judged.find((one) => one.kind === 'refused')).toMatchObject({
        refusal: { code: 'already-decided' },
        adopted: accepted?.decision,
      });
      expect((await ledger.reads.caseFile(caseId))?.decisions).toHaveLength(1);
    }
  });

  test('the same verdict from two workers at once is recorded once', async () => {
    const caseId = await asked();
    const [one, other] = await Promise.all([1, 2].map(() => ledger.reviews.record(approval(caseId, 'v1'))));
    expect(one).toEqual(other);
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['verdict-accepted', 'decision']);
  });

  test('a refused one is recorded and changes nothing', async () => {
    const caseId = await asked();
    const refusal = { code: 'stale', message: 'old' } as const;
    const { decide: _, ...refused } = approval(caseId, 'v1', { refusal });
    expect(await ledger.reviews.record(refused)).toEqual({ kind: 'refused', refusal });
    expect(await ledger.reviews.record(refused)).toEqual({ kind: 'refused', refusal });
    expect((await ledger.reviews.former(caseId, 'v1'))?.judged).toEqual({ kind: 'refused', refusal });
    expect((await ledger.reviews.openTask(caseId))?.taskNo).toBe(1);
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['verdict-refused']);
  });

  test('another verdict under a used id is refused and kept beside the first', async () => {
    const caseId = await asked();
    await ledger.reviews.record(approval(caseId, 'v1'));
    const reused = approval(caseId, 'v1', { contentHash: 'something else' });
    const answer = await ledger.reviews.record(reused);
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'verdict-id-reused' } });
    expect(await ledger.reviews.record(reused)).toEqual(answer);
    expect((await ledger.reads.caseFile(caseId))?.verdicts).toHaveLength(2);
  });

  test('a malformed message is recorded once and does not use up its id', async () => {
    const caseId = await asked();
    const refusal = { code: 'malformed', message: 'verdict: unknown' } as const;
    await ledger.reviews.malformed(caseId, 'signal', refusal, 'v1');
    await ledger.reviews.malformed(caseId, 'signal', refusal, 'v1');
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['verdict-refused']);
    expect(await ledger.reviews.record(approval(caseId, 'v1'))).toMatchObject({ kind: 'accepted' });
  });

  test('a rejection ends the case', async () => {
    const caseId = await asked();
    const decide = { taskNo: 1, kind: 'reject', output: null, effects: [] } as const;
    await ledger.reviews.record(approval(caseId, 'no', { verdict: rejection, decide: { ...decide, effects: [] } }));
    expect(await caseOf(ledger, caseId)).toMatchObject({ stage: 'closed', outcome: 'rejected' });
    expect((await ledger.reads.caseFile(caseId))?.reason).toBe('not ours');
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['verdict-accepted', 'decision', 'closed']);
  });

  test('on a case that the ledger does not know are refused', async () => {
    expect(await ledger.reviews.record(approval('case/invoices/none', 'v1'))).toMatchObject({ kind: 'refused' });
    await ledger.reviews.malformed('case/invoices/none', 'signal', { code: 'malformed', message: 'm' }, 'v');
  });
});

describe('deadlines', () => {
  test('reject by policy, once, and no verdict comes after', async () => {
    const caseId = await asked();
    const decision = await ledger.reviews.deadline(caseId, 1, 'reject');
    expect(decision).toMatchObject({ kind: 'reject', by: { kind: 'policy', rule: 'deadline' }, taskNo: 1 });
    expect(await ledger.reviews.deadline(caseId, 1, 'reject')).toEqual(decision);
    expect(await ledger.reviews.record(approval(caseId, 'late'))).toMatchObject({ kind: 'refused', adopted: decision });
    expect(await caseOf(ledger, caseId)).toMatchObject({ stage: 'closed', outcome: 'rejected' });
    expect(await ledger.reviews.acceptedVerdict(caseId)).toBeUndefined();
  });

  test('keep waiting, noted once', async () => {
    const caseId = await asked();
    expect(await ledger.reviews.deadline(caseId, 1, 'keep-waiting')).toBeUndefined();
    expect(await ledger.reviews.deadline(caseId, 1, 'keep-waiting')).toBeUndefined();
    expect((await trail(ledger, caseId)).slice(3)).toEqual(['deadline']);
    expect((await ledger.reviews.openTask(caseId))?.taskNo).toBe(1);
  });

  test.each(['verdict first', 'deadline first'])('and a verdict at once: one stands for both (%s)', async (order) => {
    const caseId = await asked();
    const verdict = () => ledger.reviews.record(approval(caseId, 'v1'));
    const deadline = () => ledger.reviews.deadline(caseId, 1, 'reject');
    const [judged, standing] =
      order === 'verdict first'
        ? await Promise.all([verdict(), deadline()])
        : (await Promise.all([deadline(), verdict()])).toReversed();
    const stands = await ledger.reviews.latestDecision(caseId);
    expect(standing).toEqual(stands);
    expect(judged && 'adopted' in judged ? judged.adopted : judged).toMatchObject(
      judged && 'adopted' in judged ? { ...stands } : { decision: stands },
    );
    expect(await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt: FAR })).toEqual(stands);
  });
});

describe('decisions by policy', () => {
  test('are recorded once, whatever the repeat says', async () => {
    const caseId = await ingested(ledger);
    const first = await decided(ledger, caseId);
    const again = await ledger.reviews.decideByPolicy({ ...straightThrough(caseId), output: { total: 99 } });
    expect(again).toEqual(first);
    expect(await ledger.reviews.decision(caseId, 1)).toEqual(first);
    expect((await trail(ledger, caseId)).slice(2)).toEqual(['decision']);
  });

  test('from 10 workers at once are one', async () => {
    const caseId = await ingested(ledger);
    const all = await Promise.all(Array.from({ length: 10 }, () => decided(ledger, caseId)));
    expect(new Set(all.map(({ decisionNo }) => decisionNo))).toEqual(new Set([1]));
    expect((await trail(ledger, caseId)).slice(2)).toEqual(['decision']);
  });

  test('a decision on a later task is numbered after it', async () => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId);
    await ledger.reviews.open(task(caseId));
    expect(await ledger.reviews.record(approval(caseId, 'v1'))).toMatchObject({ decision: { decisionNo: 2 } });
    expect((await ledger.reviews.latestDecision(caseId))?.decisionNo).toBe(2);
    expect((await decided(ledger, caseId)).decisionNo).toBe(1);
  });
});
