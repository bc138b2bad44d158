import { expect, it } from 'vitest';
import { provideInformationSignal } from '../../src/messages.ts';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { useServer, withWorker } from './harness.ts';

const server = useServer();
const HALF = '\ud800';

it(
  'what no database stores holds a case up as little as any other malformed message',
  { timeout: 20_000 },
  async () => {
    const fakes = fakePorts(testPack());
    fakes.replies.splice(0, 1, replyOf({ amount: 5, supplier: 'ACME' }, 0.1));
    await withWorker(server, fakes.activities, async (run) => {
      const documents = [{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('Pay ACME') }];
      const case_ = await run.start({ documents: await fakes.ports.documents.put(documents), submittedBy: 'sam' });
      const { seen } = await case_.asked();
      const approve = { verdictId: 'right', verdict: 'approve', by: 'rita', seen };
      for (const odd of [
        { verdictId: `v${HALF}` },
        { by: `rita${HALF}` },
        { reason: HALF },
        { [HALF]: 1 },
        { verdictId: 'v\0' },
        { verdict: 'reassign', to: HALF },
        { verdict: 'amend', output: { amount: 5, supplier: HALF } },
      ])
        await case_.signal({ ...approve, ...odd });
      const answer = { answerId: 'a', requestId: 'q', by: 'sam', documents: [{ name: `${HALF}.txt`, text: 'x' }] };
      await case_.handle.signal(provideInformationSignal, answer);
      await case_.handle.signal(provideInformationSignal, { answerId: HALF });
      expect(await case_.update({ ...approve, verdictId: `u${HALF}` })).toMatchObject({
        ...{ accepted: false, refusal: { code: 'malformed' } },
      });
      await case_.say('update', approve);
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
  },
);
