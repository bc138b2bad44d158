import { isStorable, NOT_STORABLE, messageIdOf } from '../canonical.ts';
import { withoutProofs } from '../domain/attestation.ts';
import type { DocumentRef } from '../domain/case.ts';
import {
  contentOfAnswer,
  informationSchema,
  type Information,
  type InformationRefusal,
} from '../domain/information.ts';
import { problemsOf } from '../packs/define-pack.ts';
import { digestOf } from '../packs/digest.ts';
import { authenticate } from './attest.ts';
import { refusalOfInformant } from './entitled.ts';
import type { Ports } from './ports.ts';
import { contentOf, INLINE_BYTES, type Part } from './read-documents.ts';
import type { InformationJudged, Steps } from './steps.ts';

type Needs = Pick<Ports, 'information' | 'documents' | 'reviews' | 'access' | 'signer'>;

/**
 * The one place where a submitter's answer is judged: is it one, and may this person give it. Its text and documents are
 * stored by their hash before it is recorded; what is refused is recorded too. Exact repeats get the first answer again.
 */
export const takeInformation =
  (ports: Needs): Steps['takeInformation'] =>
  async ({ caseId, channel, message }): Promise<InformationJudged> => {
    const { information, documents } = ports;
    const { verdict: answered, attestation } = withoutProofs(message);
    const refused = (answerId: string, refusal: InformationRefusal): InformationJudged => {
      return { answer: { accepted: false, answerId, refusal } };
    };
    const malformed = async (problems: readonly string[]): Promise<InformationJudged> => {
      const refusal = { code: 'malformed', message: `The answer is malformed: ${problems.join('; ')}` } as const;
      const answerId = messageIdOf(message, 'answerId');
      await information.refused(caseId, channel, refusal, answerId);
      return refused(answerId, refusal);
    };
    if (!isStorable(message)) return await malformed([NOT_STORABLE]);
    const parsed = informationSchema.safeParse(answered);
    if (!parsed.success) return await malformed(problemsOf(parsed.error));
    const { answerId, requestId, by, text, documents: given = [] } = parsed.data;
    const known = authenticate(ports.signer, caseId, answered, attestation);
    const authentication = known || ({ via: 'unauthenticated' } as const);
    const denied = await refusalOfInformant(ports, caseId, parsed.data, known);
    if (denied) {
      await information.refused(caseId, channel, denied, answerId, { requestId, by, authentication });
      return refused(answerId, denied);
    }
    const stored = given.filter((one): one is DocumentRef => 'hash' in one);
    const parts = partsOf(given, text);
    const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
    if (bytes > INLINE_BYTES)
      return await malformed([
        `documents: ${bytes} bytes inline, at most ${INLINE_BYTES}; send larger ones to the API`,
      ]);
    const missing = await documents.missing(stored.map(({ hash }) => hash));
    if (missing.length > 0)
      return await malformed([`documents: there is no stored document ${missing.join(', ')}; send it to the API`]);
    const refs = [...(await documents.put(parts)), ...stored];
    const answer = { answerId, requestId, by };
    const judged = await information.answer({
      ...{ caseId, answer, documents: refs, authentication },
      channel: authentication.via === 'link' ? 'link' : channel,
      contentHash: digestOf(contentOfAnswer(answer, refs)),
    });
    if (judged.kind === 'refused') return refused(answerId, judged.refusal);
    const then = { kind: 'informed', seen: judged.seen, requestId } as const;
    return { answer: { accepted: true, answerId, requestId }, then };
  };

/** What the answer carries itself: its text first. */
function partsOf(documents: NonNullable<Information['documents']>, text: string | undefined): Part[] {
  const own = text === undefined ? [] : [{ name: 'answer.txt', mediaType: 'text/plain', bytes: Buffer.from(text) }];
  return [...own, ...documents.flatMap((one, at) => ('hash' in one ? [] : [contentOf(one, at)]))];
}
