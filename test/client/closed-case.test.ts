import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import { createCaseClient } from '../../src/client/case-client.ts';
import { createSubmitterClient } from '../../src/client/submitter-client.ts';
import { CASE, waiting } from '../activities/arrange.ts';

/** A Temporal that knows no open case any more. */
const gone = {
  workflow: { getHandle: () => ({ executeUpdate: () => Promise.reject(new WorkflowNotFoundError('', CASE, '')) }) },
  withDeadline: (_: number, run: () => Promise<unknown>) => run(),
} as unknown as Client;

/** A case that Rita approved and that has been written since. */
async function closed() {
  const { judge, ledger, ports, question } = await waiting();
  const { seen } = question;
  const verdict = { verdictId: 'v-1', verdict: 'approve', by: 'rita', seen } as const;
  expect(await judge(verdict)).toMatchObject({ answer: { accepted: true } });
  await ledger.change(CASE, { outcome: 'written', stage: 'closed' });
  const client = createCaseClient({ ...ports, temporal: gone, packs: [] });
  const attested = (one: object) => ({
    ...one,
    attestation: attest(ports, CASE, one, { personId: 'rita', via: 'session' }),
  });
  return { client, ledger, verdict, attested };
}

test('a verdict that was taken is answered so again after its case has ended, however often it is attested', async () => {
  const { client, ledger, verdict, attested } = await closed();
  for (const again of [verdict, attested(verdict)])
    expect(await client.decide(CASE, again)).toEqual({ accepted: true, verdictId: 'v-1' });
  expect(ledger.refusals).toEqual([]);
});

test('another one is refused, and recorded with who gave it', async () => {
  const { client, ledger, verdict, attested } = await closed();
  const late = { ...verdict, verdictId: 'v-2', by: 'lea' };
  expect(await client.decide(CASE, attested(late))).toMatchObject({ refusal: { code: 'case-not-waiting' } });
  // Rita has sent it in the name of Lea: the trail says both.
  expect(ledger.refusals).toMatchObject([
    { verdictId: 'v-2', verdict: { by: 'lea' }, authentication: { personId: 'rita', via: 'session' } },
  ]);
  expect(await client.decide(CASE, { ...verdict, by: 'lea' })).toMatchObject({ refusal: { code: 'case-not-waiting' } });
  const withdrawal = { ...verdict, verdictId: 'v-3', verdict: 'withdraw' };
  expect(await client.decide(CASE, withdrawal)).toMatchObject({ refusal: { code: 'window-over' } });
});

test('so is what the submitter answered', async () => {
  const { judge, ports, activities, question } = await waiting();
  const asks = { verdict: 'request-information', question: 'Which order?', seen: question.seen } as const;
  await judge(asks);
  const { held } = (await ports.reviews.standing(CASE, 1)) ?? {};
  const requestId = held?.requestId ?? '';
  const message = { answerId: 'a-1', requestId, by: 'sam', text: 'It is 4711' };
  const first = await activities.takeInformation({ caseId: CASE, channel: 'signal', message });
  expect(first.answer).toMatchObject({ accepted: true });
  const client = createSubmitterClient({ ...ports, temporal: gone, packs: [] });
  expect(await client.answer(message)).toEqual({ accepted: true, answerId: 'a-1', requestId });
});
