import { expect, test } from 'vitest';
import type { InformationRequest } from '../../src/domain/information.ts';
import {
  decideRefusalOf,
  informRefusalOf,
  mayHaveLink,
  type Link,
  type LinkAnswer,
  type LinkedTask,
  type LinkPolicy,
} from '../../src/domain/link.ts';
import { definition, testPack } from '../support/fake-pack.ts';

const NOW = new Date('2026-03-02T09:00:00.000Z');
const at = (ms: number) => new Date(NOW.getTime() + ms);
const TASK: LinkedTask = {
  kind: 'proposal',
  hasProposal: true,
  brokenHardRules: [],
  fourEyes: false,
  submittedBy: 'sam',
};
const TWO = { approvals: { needed: 2, by: [] } };
const LINK: Link = {
  ...{ id: 'a', tokenHash: 'h', purpose: 'decide', caseId: 'case/p/1', taskNo: 1, seen: 'seen-1', person: 'rosa' },
  ...{ requestId: null },
  ...{ expiresAt: at(1), usedAt: null, answer: null, settledAt: null, revokedAt: null },
};
const OPEN: LinkedTask & { taskNo: number; seen: string; links: LinkPolicy } = {
  ...TASK,
  ...{ links: 'low-risk', taskNo: 1, seen: 'seen-1' },
};

test.each<[policy: LinkPolicy, change: Partial<LinkedTask>, person: string, may: boolean]>([
  ['never', {}, 'rosa', false],
  ['low-risk', {}, 'rosa', true],
  ['low-risk', {}, 'sam', true],
  ['low-risk', { fourEyes: true }, 'rosa', false],
  ['low-risk', TWO, 'rosa', false],
  ['always', { fourEyes: true }, 'rosa', true],
  ['always', TWO, 'rosa', true],
  ['always', { fourEyes: true }, 'sam', false],
  ['always', TWO, 'sam', false],
  ['always', { fourEyes: true, submittedBy: null }, 'sam', true],
  ['always', { kind: 'effect-unknown' }, 'rosa', false],
  ['always', { kind: 'compensation' }, 'rosa', false],
  ['always', { hasProposal: false }, 'rosa', false],
  ['always', { brokenHardRules: ['r'] }, 'rosa', false],
])('links %s, %j: %s may have one: %s', (policy, change, person, may) => {
  expect(mayHaveLink(policy, { ...TASK, ...change }, person)).toBe(may);
});

const YES = { verdict: 'approve' } as const;
const USED = { usedAt: at(-5), answer: YES };
test.each<
  [
    name: string,
    link: Partial<Link>,
    task: typeof OPEN | undefined,
    answer: LinkAnswer | null,
    code: string | undefined,
  ]
>([
  ['an open one', {}, OPEN, YES, undefined],
  ['looked at', {}, OPEN, null, undefined],
  ['of a pack that allows none', {}, { ...OPEN, links: 'never' }, YES, 'not-allowed'],
  ['at its last moment', { expiresAt: NOW }, OPEN, YES, 'expired'],
  ['revoked', { revokedAt: at(-1) }, OPEN, YES, 'revoked'],
  ['the case closed', {}, undefined, YES, 'answered'],
  ['the next question', {}, { ...OPEN, taskNo: 2 }, YES, 'answered'],
  ['the same number, other content', {}, { ...OPEN, seen: 'seen-2' }, YES, 'answered'],
  ['used', { ...USED, settledAt: at(-4) }, OPEN, YES, 'used'],
  ['used, nothing heard, the same again', USED, undefined, YES, undefined],
  ['used, nothing heard, another answer', USED, OPEN, { verdict: 'reject', reason: 'no' }, 'used'],
  ['used, nothing heard, looked at', USED, OPEN, null, 'used'],
])('%s', (_, change, task, answer, code) => {
  expect(decideRefusalOf({ ...LINK, ...change }, task, NOW, answer ?? undefined)?.code).toBe(code);
});

const TEXT = { textHash: 'a'.repeat(64) };
const REQUEST: InformationRequest = {
  ...{ requestId: 'q-1', caseId: 'case/p/1', taskNo: 1, question: 'Which?', askedBy: 'rita', askedOf: 'sam' },
  ...{ proposeAgain: false, askedAt: at(-9), answerBy: at(9), answeredAt: null, givenUpAt: null, taskOpen: true },
};
const INFORM: Link = { ...LINK, purpose: 'inform', requestId: 'q-1', person: 'sam' };
const TOLD = { usedAt: at(-5), answer: TEXT };
test.each<
  [
    name: string,
    link: Partial<Link>,
    request: Partial<InformationRequest> | undefined,
    answer: LinkAnswer | null,
    code: string | undefined,
  ]
>([
  ['of a question that waits', {}, {}, TEXT, undefined],
  ['looked at', {}, {}, null, undefined],
  ['of a question that is not there', {}, undefined, TEXT, 'answered'],
  ['of another question', {}, { requestId: 'q-2' }, TEXT, 'answered'],
  ['of one that was answered', {}, { answeredAt: at(-1) }, TEXT, 'answered'],
  ['of one that nobody answered in time', {}, { givenUpAt: at(-1) }, TEXT, 'answered'],
  ['of one that was overtaken', {}, { taskOpen: false }, TEXT, 'answered'],
  ['of who is not asked', { person: 'rosa' }, {}, TEXT, 'not-allowed'],
  ['of who is asked, in capitals', { person: 'SAM' }, {}, TEXT, 'not-allowed'],
  ['that expired', { expiresAt: NOW }, {}, TEXT, 'expired'],
  ['that was revoked', { revokedAt: at(-1) }, {}, TEXT, 'revoked'],
  ['that was used', { ...TOLD, settledAt: at(-4) }, {}, TEXT, 'used'],
  ['that was used, nothing heard, the same again', TOLD, { answeredAt: at(-5) }, TEXT, undefined],
  ['that was used, nothing heard, another text', TOLD, {}, { textHash: 'b'.repeat(64) }, 'used'],
  ['that was used, nothing heard, a verdict', TOLD, {}, YES, 'used'],
])('to answer a reviewer, %s', (_, change, request, answer, code) => {
  const asked = request && { ...REQUEST, ...request };
  expect(informRefusalOf({ ...INFORM, ...change }, asked, NOW, answer ?? undefined)?.code).toBe(code);
});

test('a pack that says something else is refused; what it says is pinned in the plan, and never is left out', () => {
  const { review } = definition();
  const links = 'sometimes' as LinkPolicy;
  expect(() => testPack({ review: { ...review, links } })).toThrow("review.links: 'sometimes' is none of never");
  const planOf = (policy: LinkPolicy) =>
    testPack({ review: { ...review, links: policy } }).plan({
      primary: { provider: 'p', model: 'm' },
      fallback: undefined,
    });
  expect(planOf('low-risk').review.links).toBe('low-risk');
  expect(planOf('never').review).not.toHaveProperty('links');
});
