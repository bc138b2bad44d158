import { packWith } from '../moves.ts';

/** Where time is real: one pack that leaves people days, and one that hardly waits. */
export const PATIENT_PACK = packWith('patient-pack', { window: '4 seconds' });
export const HURRIED_PACK = packWith('hurried-pack', {
  window: '2 seconds',
  answer: { group: '3 seconds', submitter: '2 seconds' },
});

/** `groupMs`: how long a group has before the next one is asked. */
export const TIMES = {
  'patient-pack': { windowMs: 4_000, groupMs: 86_400_000 },
  'hurried-pack': { windowMs: 2_000, groupMs: 3_000 },
} as const;
