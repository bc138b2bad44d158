import type { Authentication } from '../../src/domain/attestation.ts';
import type { DocumentRef } from '../../src/domain/case.ts';
import type { Ports } from '../../src/activities/ports.ts';
import { answerRefusalOf, type InformationRequest } from '../../src/domain/information.ts';
import type { FakeLedger } from './fake-ledger.ts';

export interface FakeAnswer {
  answerId: string;
  requestId: string;
  contentHash: string;
  by: string;
  documents: DocumentRef[];
  channel: string;
  authentication: Authentication | null;
}

/** What submitters are asked and answer, of the ledger in memory. */
export function fakeInformation(ledger: FakeLedger): Ports['information'] {
  const taskOf = ({ caseId, taskNo }: { caseId: string; taskNo: number }) =>
    ledger.tasks.find((task) => task.caseId === caseId && task.taskNo === taskNo);
  const requestOf = (requestId: string): InformationRequest | undefined => {
    const found = ledger.requests.find((one) => one.requestId === requestId);
    return found && { ...found, taskOpen: taskOf(found)?.open === true };
  };
  const change = (requestId: string, to: Partial<InformationRequest>) => {
    Object.assign(ledger.requests.find((one) => one.requestId === requestId) ?? {}, to);
  };
  return {
    get: (requestId) => Promise.resolve(requestOf(requestId)),
    answer: async ({ caseId, answer, documents, contentHash, channel, authentication = null }) => {
      const request = requestOf(answer.requestId);
      const task = request && taskOf(request);
      const former = ledger.answers.find(({ answerId }) => answerId === answer.answerId);
      if (former?.contentHash === contentHash) return { kind: 'taken', seen: task?.seen ?? '' };
      const reused = { code: 'answer-id-reused', message: 'answerId: was used' } as const;
      const refusal = former ? reused : answerRefusalOf(request);
      if (refusal || !task) {
        const code = refusal?.code ?? 'no-such-request';
        ledger.audit.push(`answer refused ${code}`);
        return { kind: 'refused', refusal: refusal ?? reused };
      }
      ledger.answers.push({ ...answer, contentHash, documents: [...documents], channel, authentication });
      change(answer.requestId, { answeredAt: ledger.clock() });
      task.open = false;
      const answers = [...ledger.case(caseId).answers, ...documents];
      await ledger.change(caseId, { answers, stage: 'proposing' });
      return { kind: 'taken', seen: task.seen };
    },
    refused: (_, __, refusal) => {
      ledger.audit.push(`answer refused ${refusal.code}`);
      return Promise.resolve();
    },
    taken: (requestId) => {
      const at = ledger.answers.findIndex((one) => one.requestId === requestId);
      const found = ledger.answers[at];
      if (!found) return Promise.resolve(undefined);
      const { by, documents, authentication } = found;
      return Promise.resolve({ by, documents, authentication, inputNo: at + 1 });
    },
    giveUp: async (requestId, opening) => {
      const request = requestOf(requestId);
      if (request?.answeredAt) return 'answered';
      if (request?.givenUpAt) return 'given-up';
      if (!request?.taskOpen) return 'ended';
      change(requestId, { givenUpAt: ledger.clock() });
      await ledger.ports().reviews.open(opening);
      return 'given-up';
    },
  };
}
