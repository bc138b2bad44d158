import type { ProcessPack } from '../../src/packs/pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { GROUPS, type Said } from './model.ts';

type SaidPart = Said extends infer One ? (One extends Said ? Omit<One, 'by' | 'seen'> : never) : never;
export type About = 'now' | 'before' | 'nothing';
export type Channel = 'signal' | 'update';
/** Its result is lost once, so it runs again: where a worker is killed, so many milliseconds after it was sent. Null: it is not. */
export type Lost = number | null;

/** What happens next. `races`: somebody else is asked at the same moment, by the timer or by a person. `hard`: the worker is killed. */
export type Move =
  | { kind: 'verdict'; said: SaidPart; by: string; about: About; channel: Channel; lost: Lost; races: boolean }
  | { kind: 'repeat'; which: number; changed: boolean }
  | { kind: 'malformed' | 'silence' }
  | { kind: 'answer'; about: About; channel: Channel; lost: Lost }
  | { kind: 'claim'; by: string }
  /** Goes away, or (`back`) is there again, and the case is told. */
  | { kind: 'absence'; who: string; substitute: string | null; back: boolean }
  | { kind: 'minutes'; minutes: number }
  | { kind: 'restart'; hard: boolean };

/** How long a pack waits. `window`: of undo. `answer`: for the next group, and for the submitter; absent: for days. */
export interface Pace {
  window: string;
  answer?: { group: string; submitter: string };
}

const [first, ...others] = GROUPS;
const { review, effects } = definition();

/** The pack whose reviews are played. */
export function packWith(id: string, { window, answer }: Pace): ProcessPack {
  return testPack({
    id,
    effects: effects.map((effect) => (effect.name === 'pay' ? { ...effect, collection: 'payment-proposals' } : effect)),
    review: {
      ...review,
      groups: [first ?? '', ...others],
      levels: [{ when: { field: 'amount', atLeast: 1000 }, approvals: 2 }],
      undo: [{ when: { field: 'amount', atLeast: 500 }, for: window }],
      ...(answer
        ? {
            escalateAfter: answer.group,
            answerWithin: Object.fromEntries(GROUPS.map((group) => [group, answer.group])),
            information: { within: answer.submitter },
          }
        : {}),
    },
  });
}
