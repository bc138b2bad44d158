import type { Reason, ReasonCode } from './route.ts';

/** When a rule of the review policy applies, as data. All that is stated must hold; nothing stated: always. */
export interface Condition {
  /** A numeric field of the output that has reached `atLeast`. What is no number counts as having reached it. */
  field?: string;
  /** In the unit of the field (minor units for money), or in each of the units that the field may have. */
  atLeast?: number | AmountPerUnit;
  /** Why a person is asked. */
  reason?: ReasonCode;
  /** The least sure critical field is below this, 0..1. A confidence that is not known counts as 0. */
  confidenceBelow?: number;
}

/** An amount for each unit, such as the currency, that an output may state it in. A unit that is not named has reached it. */
export interface AmountPerUnit {
  /** The field of the output that names the unit. */
  unit: string;
  per: Readonly<Record<string, number>>;
}

/** For how long an approval may be taken back before anything is written. */
export interface UndoRule {
  when: Condition;
  forMs: number;
}

/** What conditions look at. `output`: null where there is no proposal, which has reached no amount. */
export interface Considered {
  output: Readonly<Record<string, unknown>> | null;
  reasons: readonly Reason[];
  confidence: Readonly<Record<string, number | undefined>>;
}

export function applies(condition: Condition, { output, reasons, confidence }: Considered): boolean {
  const { field, atLeast = 0, reason, confidenceBelow } = condition;
  if (field !== undefined) {
    if (output === null) return false;
    const value = output[field];
    if (typeof value === 'number' && value < amountOf(atLeast, output)) return false;
  }
  if (reason !== undefined && !reasons.some(({ code }) => code === reason)) return false;
  if (confidenceBelow === undefined) return true;
  const known = Object.values(confidence).map((value) => value ?? 0);
  return known.length === 0 || Math.min(...known) < confidenceBelow;
}

function amountOf(atLeast: number | AmountPerUnit, output: Readonly<Record<string, unknown>>): number {
  if (typeof atLeast === 'number') return atLeast;
  const unit = output[atLeast.unit];
  return typeof unit === 'string' && Object.hasOwn(atLeast.per, unit) ? (atLeast.per[unit] ?? -Infinity) : -Infinity;
}

/** The longest window of those that apply; 0: there is none. */
export function undoWindowMs(rules: readonly UndoRule[], considered: Considered): number {
  return Math.max(0, ...rules.filter(({ when }) => applies(when, considered)).map(({ forMs }) => forMs));
}

/** Who must approve, and how many of them: rules by amount, reason or confidence. */
export interface Level {
  when: Condition;
  /** By so many different people, none of them the submitter. */
  approvals: number;
  /** Asked in this order, in place of the plan's groups. */
  groups?: readonly [string, ...string[]];
}

/** The approvals of a question that needs more than one: how many, and the names of those that were given. */
export interface Approvals {
  needed: number;
  by: readonly string[];
  /** Those who were away, and in whose place one of these approved: their own approval would count a second time. */
  inPlaceOf?: readonly string[];
}

/** As it is told: how many there are, of how many. */
export function countOf({ by, needed }: Approvals): { given: number; needed: number } {
  return { given: by.length, needed };
}

/** With one approval more. `inPlaceOf`: who is away, where it was given in their place. */
export function withApproval(approvals: Approvals, by: string, inPlaceOf?: string): Approvals {
  const places = [...(approvals.inPlaceOf ?? []), ...(inPlaceOf === undefined ? [] : [inPlaceOf])];
  return { ...approvals, by: [...approvals.by, by], ...(places.length > 0 ? { inPlaceOf: places } : {}) };
}

/** Of the levels that apply, the one that needs most; of equal ones the first. The order of rules decides nothing else. */
export function levelOf(levels: readonly Level[], considered: Considered): Level | undefined {
  const all = levels.filter(({ when }) => applies(when, considered));
  const most = Math.max(...all.map(({ approvals }) => approvals));
  return all.find(({ approvals }) => approvals === most);
}
