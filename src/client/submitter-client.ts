import type { Client } from '@temporalio/client';
import type { Ports } from '../activities/ports.ts';
import { digestOf } from '../canonical.ts';
import type { Attestation } from '../domain/attestation.ts';
import type { DocumentRef } from '../domain/case.ts';
import { contentOfAnswer, type Information } from '../domain/information.ts';
import { failure } from '../failures.ts';
import { submitInformation, type InformationAnswer } from '../messages.ts';
import type { PackInfo } from './submission.ts';
import { updateCase } from './update-case.ts';

/** What a submitter answers; documents by their content. */
export interface SubmitterAnswer {
  requestId: string;
  answerId: string;
  by: string;
  text?: string | undefined;
  documents?:
    | {
        name: string;
        mediaType?: string | undefined;
        text?: string | undefined;
        base64?: string | undefined;
      }[]
    | undefined;
}

/** Signs who gives the answer. Nothing: only a name is given. */
export type SignAnswer = (caseId: string, answer: Information) => { attestation?: Attestation };

export interface SubmitterClient {
  /**
   * Undefined: there is no such question. Throws `InvalidInput` naming a document that cannot be read, and `NotConfirmed`
   * when no worker answered in time: send the same answer again.
   */
  answer(given: SubmitterAnswer, sign?: SignAnswer): Promise<InformationAnswer | undefined>;
}

export interface SubmitterClientPorts extends Pick<Ports, 'information' | 'documents' | 'cases' | 'reader'> {
  temporal: Client;
  packs: readonly PackInfo[];
}

/** How who submitted a case answers its reviewers. Texts and documents are stored first: only their hashes go through Temporal. */
export function createSubmitterClient(ports: SubmitterClientPorts): SubmitterClient {
  const { temporal, information } = ports;
  return {
    async answer(given, sign = () => ({})) {
      const { requestId, answerId, by } = given;
      const request = await information.get(requestId);
      if (!request) return undefined;
      const { caseId } = request;
      const documents = await stored(ports, caseId, given);
      const answer: Information = { requestId, answerId, by, documents };
      const message = { ...answer, ...sign(caseId, answer) };
      const confirmed = await updateCase(temporal, caseId, submitInformation, message, 'answer');
      if (confirmed) return confirmed;
      if (request.taskOpen)
        throw failure('Conflict', `requestId: '${caseId}' has no running workflow; try again in a minute`);
      // The case is closed; that someone answered is recorded all the same.
      const contentHash = digestOf(contentOfAnswer(answer, documents));
      const judged = await information.answer({ caseId, answer, documents, channel: 'update', contentHash });
      if (judged.kind === 'taken') return { accepted: true, answerId, requestId };
      return { accepted: false, answerId, refusal: judged.refusal };
    },
  };
}

/** Stores what was given, after a look whether it can be read at all. */
async function stored(
  { documents, reader, cases, packs }: SubmitterClientPorts,
  caseId: string,
  { text, documents: given = [] }: SubmitterAnswer,
): Promise<DocumentRef[]> {
  const record = await cases.get(caseId);
  const pack = packs.find(({ id }) => id === record?.packId);
  const parts = text === undefined ? [] : [{ name: 'answer.txt', mediaType: 'text/plain', bytes: Buffer.from(text) }];
  for (const one of given) {
    const { name, mediaType: hint = '' } = one;
    const bytes = one.text === undefined ? Buffer.from(one.base64 ?? '', 'base64') : Buffer.from(one.text);
    if (pack && bytes.length > pack.accepts.maxBytes)
      throw failure('InvalidInput', `${name}: ${bytes.length} bytes; at most ${pack.accepts.maxBytes} are taken`);
    const { mediaType } = await reader.read({ name, bytes, mediaType: hint });
    parts.push({ name, mediaType, bytes });
  }
  return await documents.put(parts);
}
