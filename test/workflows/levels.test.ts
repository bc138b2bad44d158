import { describe, expect, it } from 'vitest';
import type { Level } from '../../src/domain/policy.ts';
import { fakePorts, replyOf, type Fakes } from '../support/fake-ports.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { detailsOf, typesOf, useServer, withWorker, type CaseHandle, type Run } from './harness.ts';

const server = useServer();

const LEVELS: Level[] = [
  { when: { field: 'amount', atLeast: 1000 }, approvals: 2 },
  { when: { field: 'amount', atLeast: 9000 }, approvals: 3, groups: ['directors', 'board'] },
];

/** Cases that go to a person, of this amount. */
function asking(amount: number): Fakes {
  const fakes = fakePorts(testPack({ review: { ...definition().review, levels: LEVELS } }));
  fakes.replies.splice(0, 1, replyOf({ amount, supplier: 'ACME' }, 0.1));
  return fakes;
}

async function started(fakes: Fakes, run: Run): Promise<CaseHandle> {
  const documents = [{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('Pay ACME') }];
  return await run.start({ documents: await fakes.ports.documents.put(documents), submittedBy: 'sam' });
}

let count = 0;
const verdict = (seen: string, by: string, more: object = {}) => {
  return { verdictId: `v-${(count += 1)}`, verdict: 'approve', by, seen, ...more };
};

describe('a case that two must approve', () => {
  it('shows who has, and offers the second person a command of its own; the second decides', async () => {
    const fakes = asking(5000);
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen, approvals } = await case_.asked();
      expect(approvals).toEqual({ needed: 2, by: [] });
      expect(await detailsOf(case_)).toContain('**0 of 2 approvals.** 2 different people must approve');
      expect(await detailsOf(case_)).toContain(`"verdictId": "${seen}-1"`);
      const first = await case_.update(verdict(seen, 'rita', { verdictId: `${seen}-1` }));
      expect(first).toMatchObject({ accepted: true, approvals: { given: 1, needed: 2 } });
      expect((await case_.view()).task?.approvals).toEqual({ needed: 2, by: ['rita'] });
      expect(await detailsOf(case_)).toContain('Approved so far by **rita**');
      expect(await detailsOf(case_)).toContain(`"verdictId": "${seen}-2"`);
      expect(await case_.update(verdict(seen, 'Rita'))).toMatchObject({ refusal: { code: 'same-person' } });
      expect(await detailsOf(case_)).toContain(`"verdictId": "${seen}-3"`);
      expect(fakes.sink.entries).toEqual([]);
      await case_.say('update', verdict(seen, 'lea'));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita and lea' });
      const upserts = typesOf(await case_.history()).filter((type) => type.startsWith('UPSERT'));
      expect(upserts).toHaveLength(1);
    });
    expect(fakes.sink.entries).toHaveLength(2);
  });

  it('keeps the approvals that it has when an earlier one is sent again', async () => {
    const fakes = asking(9500);
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      const first = verdict(seen, 'rita');
      await case_.say('update', first);
      await case_.say('update', verdict(seen, 'lea'));
      await case_.say('update', first);
      expect((await case_.view()).task?.approvals).toEqual({ needed: 3, by: ['rita', 'lea'] });
      expect(await detailsOf(case_)).toContain('**2 of 3 approvals.**');
      await case_.say('update', verdict(seen, 'kim'));
      expect(await case_.handle.result()).toMatchObject({ decidedBy: 'rita and lea and kim' });
    });
  });

  it('is rejected by one', async () => {
    const fakes = asking(5000);
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      await case_.say('update', verdict(seen, 'rita'));
      await case_.say('update', verdict(seen, 'lea', { verdict: 'reject', reason: 'not ours' }));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected', decidedBy: 'lea' });
    });
    expect(fakes.sink.calls).toEqual([]);
  });

  it('is put anew to a higher level by an amendment, which counts for who made it', async () => {
    const fakes = asking(5000);
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      await case_.say('signal', verdict(seen, 'rita'));
      const amend = { verdict: 'amend', output: { amount: 9500, supplier: 'ACME' } };
      await case_.say('update', verdict(seen, 'lea', amend));
      const task = await case_.asked(2);
      expect(task).toMatchObject({ group: 'directors', approvals: { needed: 3, by: ['lea'] } });
      expect(await detailsOf(case_)).toContain('Amended by a reviewer (amount)');
      await case_.say('update', verdict(task.seen, 'rita'));
      await case_.say('update', verdict(task.seen, 'kim'));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'lea and rita and kim' });
    });
    expect(fakes.sink.entries.map(({ request }) => request['amount'])).toEqual([9500, 9500]);
  });

  it('goes on with the next number when it is asked again after an amendment', async () => {
    const fakes = asking(5000);
    fakes.sink.script = [{ kind: 'refused', reason: 'the period is closed' }];
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const amend = { verdict: 'amend', output: { amount: 5500, supplier: 'ACME' } };
      await case_.say('update', verdict((await case_.asked()).seen, 'lea', amend));
      await case_.say('update', verdict((await case_.asked(2)).seen, 'rita'));
      const again = await case_.asked(3);
      expect(again).toMatchObject({ approvals: { needed: 2, by: [] }, reasons: [{ code: 'effect-refused' }, {}] });
      await case_.say('update', verdict(again.seen, 'lea'));
      await case_.say('update', verdict(again.seen, 'rita'));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'lea and rita' });
    });
  });
});
