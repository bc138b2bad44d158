import { fieldAccuracy, wholeRight } from '../../domain/accuracy.ts';
import { routeOf } from '../../domain/route.ts';
import type { CaseFacts } from './facts.ts';

type Confidence = Readonly<Record<string, number | null>>;

/** A case that was written wrong without a person, or would have been. */
export interface Wrong {
  caseId: string;
  fields: string[];
  /** The least confidence of a critical field; null when the model gave none. */
  confidence: number | null;
  /** In words: what would have put it before a person, and at which price. */
  caughtBy: string;
}

/** The cases that policy decided, that were written, and that the ground truth calls wrong. */
export function wrongWithoutPerson(cases: readonly CaseFacts[]): Wrong[] {
  return cases
    .filter((one) => byPolicy(one) && isWrong(one.decision?.output ?? null, one))
    .map((one) => toWrong(one, cases));
}

/**
 * The cases that only hard rules kept from going straight through wrong: without them nothing recorded about the proposal
 * (findings, soft rules, confidence, threshold) would have asked a person. Together with `wrongWithoutPerson` that is what
 * would have been written wrong with the hard rules off.
 */
export function caughtByHardRules(cases: readonly CaseFacts[]): Wrong[] {
  return cases.flatMap((one) => {
    const task = one.tasks.find(({ kind }) => kind === 'proposal');
    if (!task?.output || !one.record || !isWrong(task.output, one)) return [];
    const { rules, confidence: said, output } = task;
    const { findings, threshold } = one.record;
    const confidence = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value ?? undefined]));
    const all = routeOf({ because: [], findings, rules, confidence, threshold });
    const derived = new Set(all.kind === 'review' ? all.reasons.map(({ message }) => message) : []);
    // What no rule, finding or confidence explains was known before: no usable answer, a refused effect.
    const because = task.reasons.filter(({ message }) => !derived.has(message));
    const soft = rules.filter(({ severity }) => severity !== 'hard');
    if (routeOf({ because, findings, rules: soft, confidence, threshold }).kind === 'review') return [];
    const broken = rules.filter(({ severity, holds }) => severity === 'hard' && !holds).map(({ name }) => name);
    const caughtBy = `caught by the hard rule ${broken.join(', ')}`;
    return [{ caseId: one.caseId, fields: wrongFields(output, one), confidence: least(said), caughtBy }];
  });
}

function byPolicy({ record, decision }: CaseFacts): boolean {
  return record?.outcome === 'written' && decision?.byPolicy === true;
}

function isWrong(output: Record<string, unknown> | null, { truth }: CaseFacts): boolean {
  return !wholeRight(output, truth);
}

function wrongFields(output: Record<string, unknown> | null, { truth }: CaseFacts): string[] {
  const fields = Object.entries(fieldAccuracy([{ output, truth }]));
  return fields.filter(([, { right }]) => right === 0).map(([name]) => name);
}

function toWrong(one: CaseFacts, cases: readonly CaseFacts[]): Wrong {
  const { caseId, packId, decision } = one;
  const confidence = least(decision?.confidence ?? {});
  const fields = wrongFields(decision?.output ?? null, one);
  const right = cases.filter(
    (other) => other.packId === packId && byPolicy(other) && !isWrong(other.decision?.output ?? null, other),
  );
  return {
    caseId,
    fields,
    confidence,
    caughtBy: remedy(
      confidence,
      fields,
      right.map((other) => least(other.decision?.confidence ?? {})),
    ),
  };
}

/** Two decimals cut off: a threshold is written with two. */
const cut = (value: number) => Math.floor(value * 100) / 100;

function remedy(confidence: number | null, fields: readonly string[], right: readonly (number | null)[]): string {
  const person = 'a second look at a share of the straight-through cases, or a rule';
  if (confidence === null || cut(confidence) >= 0.99)
    return `no threshold: the model was sure; only ${person} on ${fields.join(', ')}`;
  const threshold = cut(confidence) + 0.01;
  const asked = right.filter((value) => value !== null && value < threshold).length;
  return `a threshold of ${threshold.toFixed(2)} would ask a person, and about ${asked} of ${right.length} right ones too; or a rule on ${fields.join(', ')}`;
}

function least(confidence: Confidence): number | null {
  const values = Object.values(confidence).filter((value) => value !== null);
  return values.length === 0 ? null : Math.min(...values);
}
