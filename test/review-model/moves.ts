import { definition, testPack } from '../support/fake-pack.ts';
import { GROUPS, type Said } from './model.ts';

type SaidPart = Said extends infer One ? (One extends Said ? Omit<One, 'by' | 'seen'> : never) : never;
export type About = 'now' | 'before' | 'nothing';

/** What happens next. `lost`: its result is lost once, so it runs again. `races`: the escalation's timer fires at the same moment. */
export type Move =
  | { kind: 'verdict'; said: SaidPart; by: string; about: About; lost: boolean; races: boolean }
  | { kind: 'repeat'; which: number; changed: boolean }
  | { kind: 'malformed' | 'silence' | 'restart' }
  | { kind: 'answer'; about: About; lost: boolean }
  | { kind: 'minutes'; minutes: number };

const [first, ...others] = GROUPS;
const { review } = definition();
export const PACK = testPack({
  review: {
    ...review,
    groups: [first ?? '', ...others],
    levels: [{ when: { field: 'amount', atLeast: 1000 }, approvals: 2 }],
    undo: [{ when: { field: 'amount', atLeast: 500 }, for: '10 minutes' }],
  },
});
