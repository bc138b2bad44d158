import { z } from 'zod';
import { sha256 } from '../../canonical.ts';
import {
  decideRefusalOf,
  idByLink,
  informRefusalOf,
  type Link,
  type LinkAnswer,
  type LinkPurpose,
  type LinkRefusal,
} from '../../domain/link.ts';
import { decidePage } from './decide-page.ts';
import { informPage } from './inform-page.ts';
import type { PageOptions } from './link-page.ts';
import type { RoutePorts } from './ports.ts';

/** What became of an answer: a page. */
export interface Answered {
  status: number;
  title: string;
  sentences: string[];
}

/** An answer that a form holds. */
interface Said {
  /** What the link keeps of it. */
  kept: LinkAnswer;
  /** Gives it to the case. May be called again. */
  give(link: Link): Promise<Answered>;
}

/** What the links of one purpose show, take and do. */
export interface Purpose {
  /** Pages are at `/<path>/<token>`. */
  path: string;
  /** A form holds at most so many bytes. */
  mostBytes: number;
  /** The page of a link, or why it shows nothing now. */
  look(
    link: Link,
  ): Promise<{ page(options: PageOptions): { title: string; body: string } } | { page?: never; refusal: LinkRefusal }>;
  /** The fields of the form besides its key; anything else is refused. */
  answer: z.ZodType<Said>;
}

type Needs = Pick<RoutePorts, 'client' | 'submitters' | 'reviews' | 'reads' | 'packs' | 'attest'>;

/** Another purpose is another entry here, with its path in the tokens. */
export function purposesOf(ports: Needs): Record<LinkPurpose, Purpose> {
  return { decide: decide(ports), inform: inform(ports) };
}

const GONE: LinkRefusal = { code: 'answered', message: 'The question of this link is no longer open.' };

const decideAnswer = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('approve') }),
  z.strictObject({
    verdict: z.literal('reject'),
    reason: z.string().trim().min(1, 'say why you reject it').max(2000, 'use at most 2,000 characters'),
  }),
]);
type DecideAnswer = z.output<typeof decideAnswer>;

function decide(ports: Needs): Purpose {
  return {
    path: 'd',
    // A reason of 2,000 characters, each of which may take 12 when encoded.
    mostBytes: 32_768,
    async look(link) {
      const task = await ports.reviews.openTask(link.caseId);
      const refusal = decideRefusalOf(link, task, new Date());
      if (refusal || !task) return { refusal: refusal ?? GONE };
      return { page: (options) => decidePage(link, task, { ...options, packs: ports.packs }) };
    },
    answer: decideAnswer.transform((said) => ({ kept: said, give: (link) => giveVerdict(ports, link, said) })),
  };
}

async function giveVerdict({ client, attest }: Needs, link: Link, said: DecideAnswer): Promise<Answered> {
  const { id, caseId, seen, person } = link;
  const message = { verdictId: idByLink(id), by: person, seen, ...said };
  const attestation = attest(caseId, message, { personId: person, via: 'link' });
  const answer = await client.decide(caseId, { ...message, attestation });
  if (!answer.accepted) return notTaken(answer.refusal);
  return { status: 200, ...takenAs(said.verdict, answer.approvals) };
}

function takenAs(
  verdict: DecideAnswer['verdict'],
  approvals: { given: number; needed: number } | undefined,
): Omit<Answered, 'status'> {
  if (verdict === 'reject') return { title: 'Rejected', sentences: ['Nothing is written. You can close this page.'] };
  if (!approvals) return { title: 'Approved', sentences: ['Your approval was taken. You can close this page.'] };
  const { given, needed } = approvals;
  const sentence = `${given} of ${needed} have approved; it is written when the others have too.`;
  return { title: 'Your approval counts', sentences: [sentence] };
}

const MOST_CHARACTERS = 20_000;
const informAnswer = z.strictObject({
  text: z
    .string()
    // Forms are sent with both characters at the end of a line, and count one.
    .transform((text) => text.replaceAll('\r\n', '\n').trim())
    .pipe(z.string().min(1, 'write your answer').max(MOST_CHARACTERS, 'use at most 20,000 characters')),
});

function inform(ports: Needs): Purpose {
  const requestOf = async ({ requestId }: Link) => await ports.reads.informationRequest(requestId ?? '');
  return {
    path: 'i',
    mostBytes: MOST_CHARACTERS * 12 + 1_000,
    async look(link) {
      const request = await requestOf(link);
      const refusal = informRefusalOf(link, request, new Date());
      if (refusal || !request) return { refusal: refusal ?? GONE };
      return { page: (options) => informPage(link, request, { ...options, packs: ports.packs }) };
    },
    answer: informAnswer.transform(({ text }) => ({
      kept: { textHash: sha256(text) },
      give: (link) => giveInformation(ports, link, text),
    })),
  };
}

async function giveInformation({ submitters, attest }: Needs, link: Link, text: string): Promise<Answered> {
  const { id, requestId, person } = link;
  const given = { answerId: idByLink(id), requestId: requestId ?? '', by: person, text };
  const answer = await submitters.answer(given, (caseId, said) => {
    return { attestation: attest(caseId, said, { personId: person, via: 'link' }) };
  });
  if (!answer) return notTaken(GONE);
  if (!answer.accepted) return notTaken(answer.refusal);
  const sentence = 'Your answer was handed to who asked. You can close this page.';
  return { status: 200, title: 'Answer taken', sentences: [sentence] };
}

function notTaken({ message }: { message: string }): Answered {
  return { status: 409, title: 'Not taken', sentences: [message] };
}
