import { expect, test } from 'vitest';
import { linkRefusalOf, mayHaveLink, type Link, type LinkedTask, type LinkPolicy } from '../../src/domain/link.ts';
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
  ...{ expiresAt: at(1), usedAt: null, answer: null, settledAt: null, revokedAt: null },
};
const OPEN = { taskNo: 1, seen: 'seen-1' };

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
  [name: string, link: Partial<Link>, task: typeof OPEN | undefined, answer: Link['answer'], code: string | undefined]
>([
  ['an open one', {}, OPEN, YES, undefined],
  ['looked at', {}, OPEN, null, undefined],
  ['at its last moment', { expiresAt: NOW }, OPEN, YES, 'expired'],
  ['revoked', { revokedAt: at(-1) }, OPEN, YES, 'revoked'],
  ['the case closed', {}, undefined, YES, 'answered'],
  ['the next question', {}, { taskNo: 2, seen: 'seen-1' }, YES, 'answered'],
  ['the same number, other content', {}, { taskNo: 1, seen: 'seen-2' }, YES, 'answered'],
  ['used', { ...USED, settledAt: at(-4) }, OPEN, YES, 'used'],
  ['used, nothing heard, the same again', USED, undefined, YES, undefined],
  ['used, nothing heard, another answer', USED, OPEN, { verdict: 'reject', reason: 'no' }, 'used'],
  ['used, nothing heard, looked at', USED, OPEN, null, 'used'],
])('%s', (_, change, task, answer, code) => {
  expect(linkRefusalOf({ ...LINK, ...change }, task, NOW, answer ?? undefined)?.code).toBe(code);
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
