import fc from 'fast-check';
import { AMOUNTS, GROUPS, SUBMITTER } from './model.ts';
import type { Lost, Move } from './moves.ts';

/** Who plays a course: against the activities alone, or against the whole of it. */
export interface Player {
  make(move: Move): Promise<void>;
  /** All moves are made: what holds whatever came before. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface Terms {
  /** Unless COUNTERSIGN_REVIEW_RUNS says otherwise. */
  runs: number;
  /** Of 20 messages, how many lose their result. */
  lost: number;
  /** Beside 19 other moves, how many restarts. */
  restarts: number;
  mostMoves: number;
  /** Where time is real: no new course is begun after this time, and a failed one is not made shorter. */
  limitMs?: number;
}

/** Where the environment says so, one course is played again: `seed/path` from the message of a failure. */
const [seed = '', path = ''] = (process.env['COUNTERSIGN_REVIEW_SEED'] ?? '').split('/');

/**
 * Plays random courses of messages, each on a case of its own, and holds them against the model. A course that fails is
 * made as short as possible; its seed and path stand in the message.
 *
 * @param start begins a case with that amount; `hurried`: whose times are short, where time is real
 */
export async function playCourses(
  start: (amount: number, hurried: boolean) => Promise<Player>,
  { runs, lost, restarts, mostMoves, limitMs }: Terms,
): Promise<void> {
  const moves = fc.array(moveOf({ lost, restarts }), { minLength: 1, maxLength: mostMoves });
  const course = fc.asyncProperty(fc.constantFrom(...AMOUNTS), fc.boolean(), moves, async (amount, hurried, made) => {
    const player = await start(amount, hurried);
    try {
      for (const one of made) await player.make(one);
      await player.end();
    } finally {
      await player.close();
    }
  });
  const again = seed === '' ? {} : { seed: Number(seed), ...(path === '' ? {} : { path }) };
  const numRuns = seed === '' ? Number(process.env['COUNTERSIGN_REVIEW_RUNS'] ?? runs) : 1;
  await fc.assert(course, {
    numRuns,
    ...again,
    // Where time is real a shorter form may fail for another reason, which would hide the first one.
    ...(limitMs === undefined ? {} : { interruptAfterTimeLimit: limitMs, endOnFailure: true }),
  });
}

function moveOf({ lost, restarts }: Pick<Terms, 'lost' | 'restarts'>): fc.Arbitrary<Move> {
  const person = fc.constantFrom('rita', 'lea', 'Kim ', SUBMITTER, ' SAM');
  const sent = {
    about: fc.constantFrom('now', 'now', 'now', 'before', 'nothing'),
    channel: fc.constantFrom('update', 'signal'),
    lost: fc.oneof({ weight: 20 - lost, arbitrary: fc.constant<Lost>(null) }, { weight: lost, arbitrary: fc.nat(150) }),
  } as const;
  const base = { kind: fc.constant('verdict' as const), by: person, races: fc.boolean(), ...sent };
  return fc.oneof(
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
        said: fc
          .constantFrom('rita', 'petra', SUBMITTER, ...GROUPS)
          .map((to) => ({ verdict: 'reassign' as const, to })),
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
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), ...sent }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('claim' as const), by: person }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('absence' as const),
        who: fc.constantFrom('petra', 'petra', 'rita', 'lea'),
        substitute: fc.constantFrom('lea', 'rita', 'kim', SUBMITTER, null),
        back: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'silence' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'minutes' as const, minutes: 11 }) },
    { weight: restarts, arbitrary: fc.record({ kind: fc.constant('restart' as const), hard: fc.boolean() }) },
  );
}
