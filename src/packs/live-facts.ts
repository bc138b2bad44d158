import { storedDigestOf } from '../canonical.ts';
import type { ChangedFact, LiveFact, LiveFacts } from '../domain/countersignature.ts';
import type { Feeds } from './pack.ts';

/** A fact that is read when a decision is proposed, and again right before it is written. */
export interface LiveFactDefinition<Output> {
  /** How people call it in a sentence: 'the bank account of the supplier'. */
  title: string;
  /** What it is now, as JSON; undefined: there is none. A failure is tried again, and holds the write back meanwhile. */
  read(output: Output, feeds: Feeds): Promise<unknown>;
  /** A value as reasons show it. They stand in the history: without personal data, of an account only the last digits. */
  show(value: unknown): string;
}

/** Reads a pack's live facts about an output, as they are now. */
export async function readFacts<Output>(
  facts: Readonly<Record<string, LiveFactDefinition<Output>>>,
  output: Output,
  feeds: Feeds,
): Promise<LiveFacts> {
  const read = await Promise.all(
    Object.entries(facts).map(async ([name, fact]): Promise<[string, LiveFact]> => {
      const value = (await fact.read(output, feeds)) ?? null;
      return [name, { title: fact.title, value, shown: fact.show(value) }];
    }),
  );
  return Object.fromEntries(read);
}

/** What is not as it was: each with what it was and is. A fact that the pack no longer names is not looked at. */
export function changedFacts(was: LiveFacts, is: LiveFacts): ChangedFact[] {
  return Object.entries(was).flatMap(([name, before]) => {
    const now = is[name];
    if (!now || storedDigestOf(now.value) === storedDigestOf(before.value)) return [];
    return [{ name, title: before.title, was: before.shown, is: now.shown }];
  });
}
