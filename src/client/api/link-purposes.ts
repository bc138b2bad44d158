import { z } from 'zod';
import { verdictIdOf, type Link, type LinkAnswer, type LinkPurpose } from '../../domain/link.ts';
import type { OpenTask, TaskOpening, TaskPolicy } from '../../activities/ledger-ports.ts';
import { decidePage } from './decide-page.ts';
import type { RoutePorts } from './ports.ts';

/** What became of an answer: a page. */
export interface Answered {
  status: number;
  title: string;
  sentences: string[];
}

/** What the links of one purpose show, take and do. */
export interface Purpose {
  /** Pages are at `/<path>/<token>`. */
  path: string;
  page(
    link: Link,
    task: OpenTask & TaskOpening & TaskPolicy,
    more: { action: string; formKey: string },
  ): { title: string; body: string };
  /** The fields of the form besides its key; anything else is refused. */
  answer: z.ZodType<LinkAnswer>;
  /** Gives the answer to the case. May be called again with the same. */
  give(link: Link, answer: LinkAnswer): Promise<Answered>;
}

const decideAnswer = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('approve') }),
  z.strictObject({
    verdict: z.literal('reject'),
    reason: z.string().trim().min(1, 'say why you reject it').max(2000, 'use at most 2,000 characters'),
  }),
]);

/** Another purpose is another entry here, with its path in the tokens. */
export function purposesOf({
  client,
  packs,
  attest,
}: Pick<RoutePorts, 'client' | 'packs' | 'attest'>): Record<LinkPurpose, Purpose> {
  return {
    decide: {
      path: 'd',
      page: (link, task, more) => decidePage(link, task, { ...more, packs }),
      answer: decideAnswer,
      async give({ id, caseId, seen, person }, { verdict, reason }) {
        const because = reason === undefined ? {} : { reason };
        const message = { verdictId: verdictIdOf(id), verdict, by: person, seen, ...because };
        const attestation = attest(caseId, message, { personId: person, via: 'link' });
        const answer = await client.decide(caseId, { ...message, attestation });
        if (!answer.accepted) return { status: 409, title: 'Not taken', sentences: [answer.refusal.message] };
        return { status: 200, ...takenAs(verdict, answer.approvals) };
      },
    },
  };
}

function takenAs(
  verdict: LinkAnswer['verdict'],
  approvals: { given: number; needed: number } | undefined,
): Omit<Answered, 'status'> {
  if (verdict === 'reject') return { title: 'Rejected', sentences: ['Nothing is written. You can close this page.'] };
  if (!approvals) return { title: 'Approved', sentences: ['Your approval was taken. You can close this page.'] };
  const { given, needed } = approvals;
  const sentence = `${given} of ${needed} have approved; it is written when the others have too.`;
  return { title: 'Your approval counts', sentences: [sentence] };
}
