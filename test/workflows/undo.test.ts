import { describe, expect, it } from 'vitest';
import type { Fakes } from '../support/fake-ports.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { summariesOf, typesOf, until, useServer, withWorker, type CaseHandle, type Run } from './harness.ts';

const server = useServer();

/** Cases that go to a person and whose approval is held back for so long. */
function holdingBack(window: string): Fakes {
  const { review } = definition();
  const undo = [{ when: {}, for: window }];
  const fakes = fakePorts(testPack({ review: { ...review, undo } }));
  Object.defineProperty(fakes.now, 'at', { get: () => new Date() });
  fakes.replies.splice(0, 1, replyOf({ amount: 12, supplier: 'ACME' }, 0.1));
  return fakes;
}

async function started(fakes: Fakes, run: Run): Promise<CaseHandle> {
  const documents = [{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('Pay 12 to ACME') }];
  return await run.start({ documents: await fakes.ports.documents.put(documents) });
}

async function approved(case_: CaseHandle, taskNo = 1): Promise<string> {
  const { seen } = await case_.asked(taskNo);
  await case_.say('update', { verdictId: `v-${taskNo}`, verdict: 'approve', by: 'rita', seen });
  return seen;
}

const withdrawal = (seen: string, more: object = {}) => ({
  ...{ verdictId: 'w-1', verdict: 'withdraw', by: 'lea', seen, reason: 'too quick' },
  ...more,
});

describe('an approval with an undo window', () => {
  it('is written when the window ends, by one timer and one upsert', async () => {
    const fakes = holdingBack('2 seconds');
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      await approved(case_);
      expect(await case_.view()).toMatchObject({ stage: 'undo-window', undo: { by: 'rita' } });
      expect(fakes.sink.entries).toEqual([]);
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
      const events = await case_.history();
      expect(typesOf(events).filter((type) => type.startsWith('UPSERT'))).toHaveLength(2);
      expect(summariesOf(events).some((summary) => summary.startsWith('Undo window: written at'))).toBe(true);
    });
    expect(fakes.sink.entries).toHaveLength(2);
  });

  it('tells a stranger who approved, until when, and how to take it back', async () => {
    const fakes = holdingBack('1 minute');
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const seen = await approved(case_);
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({ CsStage: ['undo-window'] });
      const details = async () => {
        const told: { currentDetails: string } = await case_.handle.query('__temporal_workflow_metadata');
        return told.currentDetails;
      };
      expect(await details()).toContain('Approved by **rita**, not written yet');
      expect(await details()).toContain('Post 12');
      expect(await details()).toContain(`"verdict": "withdraw"`);
      expect(await details()).toContain(`"seen": "${seen}"`);
      await case_.update(withdrawal('000000000000', { verdictId: 'w-0' }));
      expect(await details()).toContain('**The last verdict was refused.** withdraw by lea: seen:');
      await case_.say('update', withdrawal(seen));
      await case_.asked(2);
      await case_.handle.cancel();
      await case_.handle.result().catch(() => undefined);
    });
  });

  it.each(['signal', 'update'] as const)('taken back by %s is not written: the question is asked again', async (by) => {
    const fakes = holdingBack('3 seconds');
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const seen = await approved(case_);
      await case_.say(by, withdrawal(seen));
      const task = await case_.asked(2);
      expect(task.reasons.map(({ code }) => code)).toEqual(['low-confidence', 'withdrawn'].toReversed());
      expect(task.seen).not.toBe(seen);
      expect(fakes.sink.entries).toEqual([]);
      await case_.say('update', { verdictId: 'v-no', verdict: 'reject', by: 'rita', seen: task.seen, reason: 'no' });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected' });
    });
    expect(fakes.ledger.effects.size).toBe(0);
  });

  it('taken back and approved again is written once, under the new decision', async () => {
    const fakes = holdingBack('1 second');
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      await case_.say('update', withdrawal(await approved(case_)));
      await approved(case_, 2);
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(fakes.sink.entries.map(({ key }) => key.split('/').slice(-2).join('/'))).toEqual(['2/post', '2/pay']);
  });

  it('is not taken back once the window is over', async () => {
    const fakes = holdingBack('1 second');
    fakes.sink.script = ['lost-before', 'lost-before'];
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const seen = await approved(case_);
      await until(() => fakes.sink.calls.length > 0 || undefined);
      const late = await case_.update(withdrawal(seen));
      expect(late).toMatchObject({ accepted: false, refusal: { code: 'window-over' } });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
  });

  it('is not written when the whole case is taken back in its window', async () => {
    const fakes = holdingBack('1 minute');
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      await approved(case_);
      await case_.handle.signal('withdraw', { by: 'petra', reason: 'sent twice' });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'cancelled', decidedBy: 'petra' });
    });
    expect(fakes.sink.calls).toEqual([]);
  });
});
