import type { Ports } from '../../src/activities/ports.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts, replyOf, type Fakes } from '../support/fake-ports.ts';
import type { CaseHandle, Run } from './harness.ts';

const { review } = definition();

/** The real activities over ports in memory, for cases that go to a person; `change`: of the review policy. */
export function asking(change: Partial<typeof review> = {}): Fakes {
  const fakes = fakePorts(testPack({ review: { ...review, ...change } }));
  fakes.now.at = new Date();
  fakes.replies.splice(0, 1, replyOf({ amount: 12, supplier: 'ACME' }, 0.1));
  return fakes;
}

/** The real ledger, and the directory in it; only model, sink and packs are those of the fakes. */
export function overLedger({ ports }: Fakes, ledger: Ledger): Ports {
  const { documents, cases, modelCalls, reviews, information, effects, countersignatures, replans, people } = ledger;
  return {
    ...ports,
    ...{ documents, cases, modelCalls, reviews, information, effects, countersignatures, replans },
    access: { mode: 'local', person: (id) => people.person(id), people: () => people.people() },
    clock: () => new Date(),
  };
}

/** A case of one document, submitted by Sam. */
export async function started(fakes: Fakes, run: Run): Promise<CaseHandle> {
  const documents = [{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('Pay ACME') }];
  return await run.start({ documents: await fakes.ports.documents.put(documents), submittedBy: 'sam' });
}

let count = 0;

/** A new id for a message. */
export const idOf = (kind: string): string => `${kind}-${(count += 1)}`;

/** Rita's verdict under a new id. */
export const said = (verdict: string, seen: string, more: object = {}) => {
  return { verdictId: idOf('v'), verdict, by: 'rita', seen, ...more };
};
