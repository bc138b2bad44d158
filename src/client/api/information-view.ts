import type { InformationFile } from '../../adapters/ledger/information-reads.ts';
import { stateOfRequest } from '../../domain/information.ts';
import type { InformationRequestBody } from './schema-information.ts';

/** A question to a submitter as the API shows it. */
export function informationViewOf(request: InformationFile): InformationRequestBody {
  const { requestId, caseId, taskNo, question, askedBy, askedOf, proposeAgain, askedAt, answerBy, answer } = request;
  return {
    ...{ requestId, caseId, taskNo, question, askedBy, askedOf, proposeAgain, state: stateOfRequest(request) },
    ...{ askedAt: askedAt.toISOString(), answerBy: answerBy.toISOString() },
    answer: answer && {
      ...{ by: answer.by, at: answer.at.toISOString(), identity: answer.identity },
      documents: answer.documents.map(({ hash, name, mediaType, size, text }) => {
        const shown = text === undefined ? {} : { text };
        return { hash, name, mediaType, size, href: `/v1/documents/${hash}`, ...shown };
      }),
    },
  };
}
