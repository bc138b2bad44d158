import type { Place } from './document.ts';
import type { Scalar } from './schema.ts';

/** A possible value with its evidence 0..1 and where it stands. */
export interface Candidate {
  value: Scalar;
  score: number;
  place?: Place;
}

/** A possible value with its probability; the first of a list is the answer, the rest are the runners-up. */
export interface Choice {
  value: Scalar;
  p: number;
  place?: Place;
}

const SHARPNESS = 8;
/** Evidence of 'something that was not found': what keeps a lone weak candidate from being certain. */
const UNKNOWN = 0.3;
const ABSENT = 0.42;
const NOTHING_LIKE_IT = 0.12;
const REPEATED = 0.03;
const MOST_REPEATED = 0.09;
const LEAST = 0.0005;
const MOST = 0.9995;

/**
 * Probabilities from evidence: a softmax over the distinct values and over not knowing. A value seen in several places
 * counts a little more. Where null is allowed it competes too, and wins over weak evidence.
 */
export function weighEvidence(candidates: Candidate[], nullable: boolean): Choice[] {
  const best = new Map<Scalar, Candidate & { times: number }>();
  for (const candidate of candidates) {
    const known = best.get(candidate.value);
    const times = (known?.times ?? -1) + 1;
    best.set(candidate.value, known && known.score >= candidate.score ? { ...known, times } : { ...candidate, times });
  }
  const scored = [...best.values()].map(({ times, ...candidate }) => ({
    ...candidate,
    score: candidate.score + Math.min(times * REPEATED, MOST_REPEATED),
  }));
  if (nullable) scored.push({ value: null, score: ABSENT });
  const floor = nullable ? NOTHING_LIKE_IT : UNKNOWN;
  const total = scored.reduce((sum, { score }) => sum + Math.exp(SHARPNESS * score), Math.exp(SHARPNESS * floor));
  return scored
    .map(({ value, score, place }) => ({
      value,
      p: clamp(Math.exp(SHARPNESS * score) / total),
      ...(place ? { place } : {}),
    }))
    .toSorted((a, b) => b.p - a.p);
}

/** Keeps a probability off 0 and 1, where its logarithm says nothing. */
export function clamp(p: number): number {
  return Math.min(MOST, Math.max(LEAST, p));
}
