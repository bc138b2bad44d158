import { describe, expect, it } from 'vitest';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, decided, failed, proposed, waiting } from './arrange.ts';

const ASKED = { by: 'petra', reason: 'sent twice' };

describe('effectsToReverse', () => {
  it('lists what a written case applied, newest first', async () => {
    const { activities, write } = await decided();
    await write('post');
    await write('pay', true);
    expect(await activities.effectsToReverse({ caseId: CASE, ...ASKED })).toEqual([
      { decisionNo: 1, effect: 'pay', title: 'Pay 12' },
      { decisionNo: 1, effect: 'post', title: 'Post 12' },
    ]);
  });

  it('leaves out what is undone already', async () => {
    const { activities, write, undo } = await decided();
    await write('post');
    await write('pay', true);
    await undo('pay');
    expect(await activities.effectsToReverse({ caseId: CASE, ...ASKED })).toMatchObject([{ effect: 'post' }]);
  });

  it('refuses a case that is open, and one that nobody knows', async () => {
    const { activities } = await decided();
    expect((await failed(activities.effectsToReverse({ caseId: CASE, ...ASKED }))).type).toBe('InvalidInput');
    const unknown = fakePorts().activities.effectsToReverse({ caseId: 'case/test-pack/none', ...ASKED });
    expect((await failed(unknown)).message).toContain('is not written');
  });
});

describe('moveToCurrentPack', () => {
  it('pins the case to the version that this worker has', async () => {
    const { activities, usePacks, ledger } = await proposed();
    const next = testPack({ version: '2.0.0' });
    usePacks([next]);
    expect(await activities.moveToCurrentPack({ caseId: CASE })).toMatchObject({
      packHash: next.hash,
      packVersion: '2.0.0',
    });
    expect(ledger.case(CASE).plan?.packHash).toBe(next.hash);
    expect(ledger.audit).toContain(`moved ${CASE}`);
  });
});

describe('escalate and applyDeadline', () => {
  it('ask someone else without deciding', async () => {
    const { activities, ledger } = await waiting();
    const input = { caseId: CASE, taskNo: 1, group: 'leads', remindAfterMs: 1000 };
    expect(await activities.escalate(input)).toMatchObject({ kind: 'asked', group: 'leads', rest: [] });
    expect(ledger.tasks[0]?.group).toBe('leads');
    expect(ledger.decisions).toEqual([]);
  });

  it('answer with the decision that a verdict had made before them', async () => {
    const { activities, judge } = await waiting();
    await judge({});
    const standing = { kind: 'decided', decision: { kind: 'accept', by: 'rita' } };
    const input = { caseId: CASE, taskNo: 1 };
    expect(await activities.escalate({ ...input, group: 'leads', remindAfterMs: 1 })).toMatchObject(standing);
    expect(await activities.applyDeadline({ ...input, kind: 'reject' })).toMatchObject(standing);
  });

  it('reject by default, or keep waiting; they never accept', async () => {
    const { activities } = await waiting();
    const input = { caseId: CASE, taskNo: 1 };
    expect(await activities.applyDeadline({ ...input, kind: 'keep-waiting' })).toBeNull();
    expect(await activities.applyDeadline({ ...input, kind: 'reject' })).toMatchObject({
      decision: { kind: 'reject', by: 'policy (deadline)', effects: [] },
    });
  });
});
