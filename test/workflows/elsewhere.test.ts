import { describe, expect, it } from 'vitest';
import { detailsOf, until, useServer, withWorker } from './harness.ts';
import { asking as askingOn, said, started } from './on-fakes.ts';

const server = useServer();

/** Cases that go to a person: clerks, then leads, then the board. */
const asking: typeof askingOn = (change) => askingOn({ groups: ['clerks', 'leads', 'board'], ...change });

describe('reassigning a question', () => {
  it('asks whom it names, with the question as it was; Temporal shows it, and the next groups still come', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      expect(await case_.update(said('reassign', seen, { to: 'petra' }))).toMatchObject({ accepted: true });
      expect((await case_.view()).task).toMatchObject({ taskNo: 1, seen, group: 'petra' });
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({ CsGroup: ['petra'], CsStage: ['review'] });
      const details = await detailsOf(case_);
      expect(details).toContain('Waiting for **petra**');
      expect(details).toContain('Asked before, without an answer: clerks.');
      expect(details).toContain('escalates to leads');
      await case_.say('update', said('approve', seen, { by: 'petra' }));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'petra' });
    });
  });

  it('goes on after the group that it names', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      await case_.say('signal', said('reassign', seen, { to: 'board' }));
      await until(async () => (await case_.view()).task?.group === 'board' || undefined);
      expect(await detailsOf(case_)).toContain('the case keeps waiting');
      const refused = await case_.update(said('escalate', seen, { reason: 'urgent' }));
      expect(refused).toMatchObject({ refusal: { code: 'nobody-left' } });
      expect(await detailsOf(case_)).toContain('nobody is left to ask');
      await case_.say('update', said('reject', seen, { reason: 'no' }));
      await case_.handle.result();
    });
  });

  it('is not set back by an earlier one that is sent again', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      const first = said('reassign', seen, { to: 'petra' });
      await case_.say('update', first);
      await case_.say('update', said('reassign', seen, { to: 'olga' }));
      expect(await case_.update(first)).toMatchObject({ accepted: true });
      expect((await case_.view()).task?.group).toBe('olga');
      await case_.say('update', said('reject', seen, { reason: 'no' }));
      await case_.handle.result();
    });
  });

  it('gives a time of their own to who is asked, then escalates', async () => {
    const fakes = asking({ escalateAfter: '2 seconds', deadline: '1 day' });
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      fakes.now.at = new Date();
      await case_.say('update', said('reassign', seen, { to: 'petra' }));
      expect((await case_.view()).task?.group).toBe('petra');
      await until(async () => (await case_.view()).task?.group === 'leads' || undefined);
      await case_.say('update', said('reject', seen, { reason: 'no' }));
      await case_.handle.result();
    });
    expect(fakes.ledger.tasks).toHaveLength(1);
  });
});

describe('escalating by hand', () => {
  it('asks the next group at once; every group in turn, then nobody is left', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      for (const group of ['leads', 'board']) {
        await case_.say('update', said('escalate', seen, { reason: 'urgent' }));
        expect((await case_.view()).task).toMatchObject({ group, taskNo: 1, seen });
      }
      expect(await case_.update(said('escalate', seen, { reason: 'urgent' }))).toMatchObject({ accepted: false });
      expect(await detailsOf(case_)).toContain('Asked before, without an answer: clerks, leads.');
      await case_.say('update', said('approve', seen));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(fakes.sink.entries).toHaveLength(2);
  });

  it('works past the deadline too', async () => {
    const fakes = asking({ deadline: '1 second' });
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      await until(async () => (await detailsOf(case_)).includes('the deadline has passed') || undefined);
      await case_.say('update', said('escalate', seen, { reason: 'urgent' }));
      expect((await case_.view()).task?.group).toBe('leads');
      expect(await detailsOf(case_)).toContain('the deadline has passed; the case keeps waiting');
      await case_.say('update', said('approve', seen));
      await case_.handle.result();
    });
  });
});
