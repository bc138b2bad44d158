import { ApiUnreachable, type ApiClient } from '../client/api-client.ts';
import type { SubmissionBody } from '../client/api/schema-submission.ts';
import type { Item } from './items.ts';

/** What became of one item. */
export type Fate =
  | { label: string; kind: 'submitted' | 'known'; caseId: string; started: boolean; outcome: string | null }
  | { label: string; kind: 'refused' | 'unanswered'; why: string };

/**
 * Submits items in one stream and tells the fate of each. A bad item stops no other; when the connection is lost, what
 * was sent without an answer is told as unanswered: submitting it again does no harm.
 */
export async function* submitItems(api: ApiClient, items: AsyncIterable<Item>): AsyncGenerator<Fate> {
  const sent: (string | undefined)[] = [];
  const unfit: Fate[] = [];
  async function* bodies(): AsyncGenerator<SubmissionBody> {
    for await (const item of items) {
      if ('fault' in item) {
        unfit.push({ label: item.label, kind: 'refused', why: item.fault });
        continue;
      }
      sent.push(item.label);
      yield item.body;
    }
  }
  try {
    for await (const receipt of api.submitAll(bodies())) {
      yield* unfit.splice(0);
      const label = sent[receipt.line - 1] ?? `line ${receipt.line}`;
      sent[receipt.line - 1] = undefined;
      if ('error' in receipt) {
        yield { label, kind: 'refused', why: receipt.error.detail };
        continue;
      }
      const { caseId, created, started, outcome } = receipt;
      yield { label, kind: created ? 'submitted' : 'known', caseId, started, outcome };
    }
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error;
    yield* unfit.splice(0);
    const open = sent.filter((label) => label !== undefined);
    // Nothing was sent at all: that is no lost connection but a wrong address.
    if (open.length === sent.length && sent.length <= 1) throw error;
    for (const label of open) yield { label, kind: 'unanswered', why: error.message };
  }
  yield* unfit.splice(0);
}
