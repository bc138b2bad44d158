import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { PersonsVerdict, TextbookActivities, TextbookCase, TextbookResult } from './types.ts';

/** The person's answer. */
export const personsVerdict = defineSignal<[PersonsVerdict]>('personsVerdict');

const { storeDocument, callModel, storeProposal, storeDecision, writeDownstream } = proxyActivities<TextbookActivities>(
  {
    startToCloseTimeout: '30 seconds',
  },
);

/** The same process as a good tutorial would write it: five activities, and a signal where a person decides. */
export async function textbookCase(input: TextbookCase): Promise<TextbookResult> {
  const { caseId, text, askPerson } = input;
  let verdict: PersonsVerdict | undefined;
  setHandler(personsVerdict, (given) => {
    verdict ??= given;
  });

  await storeDocument(input);
  const answer = await callModel({ caseId, text });
  const proposal = await storeProposal({ caseId, answer, askPerson });
  if (proposal.needsPerson) await condition(() => verdict !== undefined);
  const decided = verdict ?? { approved: true, by: 'policy' };
  await storeDecision({ caseId, proposal, verdict: decided });
  if (!decided.approved) return { caseId, outcome: 'rejected' };
  return { caseId, outcome: 'written', reference: await writeDownstream({ caseId, proposal }) };
}
