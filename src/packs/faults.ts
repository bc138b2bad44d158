import { durationMs, type Duration } from './duration.ts';
import type { ReviewPolicy } from './pack.ts';
import { faultsOfPolicy } from './review-plan.ts';

/** The parts of a pack definition that can be wrong in ways the types do not show. */
interface Definition {
  id: string;
  owner: string;
  confidence: { critical: readonly string[]; threshold: number };
  models: readonly { timeout: Duration; attempts: number }[];
  review: ReviewPolicy;
  quality?: readonly { name: string }[];
  hints?: Readonly<Record<string, RegExp>>;
  alike?: { least: number };
  effects: readonly { name: string; identity?: unknown }[];
  feeds?: Readonly<Record<string, { maxAge?: Duration }>>;
  recheckAtWrite?: Readonly<Record<string, { title: string }>>;
}

/** What is wrong with a pack's definition, each naming the field and what to do. */
export function faultsOf(pack: Definition, answerFields: readonly string[], outputFields: readonly string[]): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(pack.id))
    faults.push(`id: '${pack.id}' must be kebab-case, at most 41 characters`);
  if (pack.owner.trim() === '') faults.push('owner: name the person who answers for this process');
  const { threshold } = pack.confidence;
  if (!(threshold >= 0 && threshold <= 1)) faults.push(`confidence.threshold: ${threshold} must be between 0 and 1`);
  if (pack.models.length === 0) faults.push('models: name at least one tier');
  if (pack.effects.length === 0) faults.push('effects: a decision needs at least one effect');
  const names = pack.effects.map(({ name }) => name);
  if (new Set(names).size < names.length) faults.push('effects: each needs a name of its own');
  if (pack.effects.filter(({ identity }) => identity).length > 1)
    faults.push('effects: only one may claim the identity');
  faults.push(...faultsOfPolicy(pack.review, outputFields));
  for (const [feed, { maxAge }] of Object.entries(pack.feeds ?? {})) {
    if (!/^[a-z][a-z0-9-]{0,60}$/.test(feed)) faults.push(`feeds: '${feed}' must be kebab-case, at most 61 characters`);
    if (maxAge !== undefined && !isDuration(maxAge))
      faults.push(`feeds.${feed}.maxAge: '${maxAge}' is no duration such as '48 hours'`);
  }
  for (const { name } of pack.effects) {
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      faults.push(`effects: '${name}' must be kebab-case, it is part of the idempotency key`);
  }
  for (const [name, { title }] of Object.entries(pack.recheckAtWrite ?? {})) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) faults.push(`recheckAtWrite: '${name}' must be kebab-case`);
    if (title.trim() === '') faults.push(`recheckAtWrite.${name}.title: say what people call it`);
  }
  const findings = (pack.quality ?? []).map(({ name }) => name);
  for (const name of findings) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) faults.push(`quality: '${name}' must be kebab-case`);
  }
  if (new Set(findings).size < findings.length) faults.push('quality: each rule needs a name of its own');
  const { least = 1 } = pack.alike ?? {};
  if (!(least > 0 && least <= 1)) faults.push(`alike.least: ${least} must be above 0, at most 1`);
  for (const field of Object.keys(pack.hints ?? {})) {
    if (!answerFields.includes(field)) faults.push(`hints: '${field}' is no field of the answer`);
  }
  for (const field of pack.confidence.critical) {
    if (!answerFields.includes(field)) faults.push(`confidence.critical: '${field}' is no field of the answer`);
  }
  for (const { timeout, attempts } of pack.models) {
    if (!Number.isInteger(attempts) || attempts < 1)
      faults.push(`models.attempts: ${attempts} must be a whole number from 1`);
    if (!isDuration(timeout)) faults.push(`models.timeout: '${timeout}' is no duration such as '45 seconds'`);
  }
  return faults;
}

function isDuration(text: Duration): boolean {
  try {
    return durationMs(text) > 0;
  } catch {
    return false;
  }
}
