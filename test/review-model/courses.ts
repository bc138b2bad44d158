import fc from 'fast-check';
import { AMOUNTS, GROUPS, SUBMITTER } from './model.ts';
import type { Move } from './moves.ts';
import { Play } from './play.ts';

const person = fc.constantFrom('rita', 'lea', 'Kim ', SUBMITTER, ' SAM');
const about = fc.constantFrom('now', 'now', 'now', 'before', 'nothing');
const base = { kind: fc.constant('verdict' as const), by: person, about, lost: fc.boolean(), races: fc.boolean() };
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...base, said: fc.constant({ verdict: 'approve' as const }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...base,
      said: fc.constantFrom(...AMOUNTS, -1).map((amount) => {
        return { verdict: 'amend' as const, output: { amount, supplier: 'ACME' } };
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...base,
      said: fc.constantFrom('rita', 'petra', SUBMITTER, ...GROUPS).map((to) => ({ verdict: 'reassign' as const, to })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...base,
      said: fc.constantFrom(
        { verdict: 'withdraw' as const },
        { verdict: 'withdraw' as const },
        { verdict: 'escalate' as const, reason: 'urgent' },
        { verdict: 'confirm' as const, reason: 'done' },
        { verdict: 'request-information' as const, question: 'Which order?', proposeAgain: false },
        { verdict: 'request-information' as const, question: 'Which order?', proposeAgain: true },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...base, said: fc.constant({ verdict: 'reject' as const, reason: 'no' }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('repeat' as const), which: fc.nat(20), changed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'malformed' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), about, lost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'silence' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'minutes' as const, minutes: 11 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/**
 * Plays that many courses of random messages, each on a case of its own, and holds them against the model. A course that
 * fails is made as short as possible; its seed stands in the message.
 */
export async function playCourses(url: string, usual: number): Promise<void> {
  const runs = Number(process.env['COUNTERSIGN_REVIEW_RUNS'] ?? usual);
  let at = 0;
  const course = fc.asyncProperty(
    fc.constantFrom(...AMOUNTS),
    fc.array(move, { minLength: 1, maxLength: 14 }),
    async (amount, moves) => {
      const play = await Play.start(url, `K-${(at += 1)}`, amount);
      try {
        for (const one of moves) await play.make(one);
        await play.end();
      } finally {
        await play.close();
      }
    },
  );
  await fc.assert(course, { numRuns: runs });
}
